"""Loans that entered, as the simulator lets them enter again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select

from domain.arrears import Statement
from domain.borrower import Borrower, BorrowerId, ContactKind, ContactPoint, ContactPointId, ContactState
from ledger.cases import case_of
from ledger.positions import statement_of
from ledger.situations import borrower_of
from ledger.tables.borrower import ContactPointRow
from ledger.tables.loan import LoanRow
from ledger.tables.statement import StatementRow
from policy.compliance.history import Consent, ConsentRevoked, Happening, LocationInfo, Preference
from reports.facts.facts import EPOCH, Facts
from reports.facts.fetching import Ints, fetch
from reports.facts.queries import numbered_loans
from reports.learning.hearing import Heard, unheard
from simulation.what_if.entrant import Entrant

ANYWHERE, NO_LANGUAGE = "UTC", "en"
"""What a report takes a borrower's zone and language to be: the book's may change, and a past report may not."""
EVERY_WAY = frozenset(ContactKind)
"""How people are reached of whom no contact point is on record: those of an imported past were reached somehow."""


def spread_evenly(journeys: Ints, *, most: int) -> Ints:
    """At most so many of them, evenly spread over all in their order; the same ones each time."""
    if len(journeys) <= most:
        return journeys
    return journeys[np.arange(most) * len(journeys) // most]


def entrants_of(session: Session, facts: Facts, journeys: Ints, *, heard: Heard = unheard) -> list[Entrant]:
    """The loans of these journeys as they stood when they entered.

    Everything is as on record at the facts' as-of instant, and stays so: their contact points are those that were
    known then, whatever became of them; no address counts as verified; zone and language are the same for all.
    """
    loans = facts.journeys["loan"][journeys]
    wanted = sorted({int(loan) for loan in loans})
    loan = numbered_loans(facts.scope)
    as_of = facts.scope.as_of
    kinds = defaultdict[int, set[ContactKind]](set)
    points = fetch(
        session,
        select_columns(loan.c.no.label("loan"), col(ContactPointRow.kind))
        .join(LoanRow, col(LoanRow.id) == loan.c.id)
        .join(ContactPointRow, col(ContactPointRow.borrower_id) == col(LoanRow.borrower_id))
        .where(
            loan.c.no.in_(wanted), or_(col(ContactPointRow.added_at).is_(None), col(ContactPointRow.added_at) <= as_of)
        ),
        names=("kind",),
        order="any",
    )
    heard("contact points", points)
    for number, code in zip(points.columns["loan"].tolist(), points.columns["kind"].tolist(), strict=True):
        kinds[number].add(ContactKind(points.names["kind"][code]))
    products: dict[int, str] = {}
    instalments: dict[int, int] = {}
    told = fetch(
        session,
        select_columns(
            loan.c.no.label("loan"), col(StatementRow.product), col(StatementRow.instalment_minor).label("instalment")
        )
        .join(StatementRow, col(StatementRow.loan_id) == loan.c.id)
        .where(loan.c.no.in_(wanted), col(StatementRow.recorded_at) <= as_of)
        .order_by(loan.c.no, col(StatementRow.recorded_at), col(StatementRow.as_of_on), col(StatementRow.id)),
        names=("product",),
        order="kept",
    )
    heard("what was lent", told)
    columns = (told.columns[name].tolist() for name in ("loan", "product", "instalment"))
    for number, code, instalment in zip(*columns, strict=True):
        products.setdefault(number, told.names["product"][code])
        instalments.setdefault(number, instalment)
    segments = facts.names["segment"]
    return [
        _entrant(
            key=f"{number}/{at}",
            opened_at=EPOCH + timedelta(microseconds=int(facts.journeys["opened_at"][at])),
            opening_minor=int(facts.journeys["opening_minor"][at]),
            days_past_due=int(facts.journeys["days_past_due"][at]),
            instalment_minor=instalments.get(number, 0),
            product=products.get(number, ""),
            segment=segments[code] if (code := int(facts.journeys["segment"][at])) >= 0 else "",
            kinds=sorted(kinds[number] or EVERY_WAY),
        )
        for at, number in zip(journeys.tolist(), loans.tolist(), strict=True)
    ]


def entrants_now(session: Session, facts: Facts, journeys: Ints) -> list[Entrant]:
    """The same loans with what is known of their people by now, as if it had been known when they entered.

    Zones, languages, contact points as they stand, where area codes lie, and wishes and consents; no holds.
    """
    loan = numbered_loans(facts.scope)
    ids = dict(
        session.exec(
            select(loan.c.no, loan.c.id).where(loan.c.no.in_([int(n) for n in facts.journeys["loan"][journeys]]))
        ).all()
    )
    found = []
    for entrant, number in zip(
        entrants_of(session, facts, journeys), facts.journeys["loan"][journeys].tolist(), strict=True
    ):
        borrower = borrower_of(session, session.get_one(LoanRow, ids[number]).borrower_id)
        points = borrower.contact_points or entrant.borrower.contact_points
        case = case_of(session, borrower.id, at=facts.scope.as_of, knowing=facts.scope.as_of)
        found.append(
            replace(
                entrant,
                borrower=replace(borrower, contact_points=points),
                history=tuple(_then(happening, entrant) for happening in case.history if isinstance(happening, STAYS)),
            )
        )
    return found


def entrants_of_book(session: Session, portfolio_id: str, *, most: int, now: datetime) -> tuple[list[Entrant], int]:
    """Loans of the lender's book that are overdue, as if their journeys opened now; and how many there are."""
    rows = session.exec(
        select(LoanRow)
        .where(
            LoanRow.portfolio_id == portfolio_id,
            col(LoanRow.arrears_minor) > 0,
            col(LoanRow.withdrawn).is_(False),
            col(LoanRow.deceased).is_(False),
        )
        .order_by(col(LoanRow.number))
    ).all()
    chosen = [rows[at] for at in spread_evenly(np.arange(len(rows)), most=most)]
    return [
        Entrant(row.number, borrower_of(session, row.borrower_id), now, statement_of(row), row.product, row.segment)
        for row in chosen
    ], len(rows)


STAYS = (LocationInfo, Preference, Consent, ConsentRevoked)
"""What is known of a person that has nothing to do with what was done to them."""
TICK = timedelta(microseconds=1)


def _then(happening: Happening, entrant: Entrant) -> Happening:
    """The same, known when the loan entered; what was taken back since is taken back a moment later."""
    match happening:
        case LocationInfo():
            return replace(happening, at=None)
        case Preference(withdrawn_at=datetime()):
            return replace(happening, at=entrant.opened_at - TICK, withdrawn_at=entrant.opened_at)
        case ConsentRevoked():
            return replace(happening, at=entrant.opened_at)
        case _:
            return replace(happening, at=entrant.opened_at - TICK)


def _entrant(
    *,
    key: str,
    opened_at: datetime,
    opening_minor: int,
    days_past_due: int,
    instalment_minor: int,
    product: str,
    segment: str,
    kinds: Sequence[ContactKind],
) -> Entrant:
    points = tuple(ContactPoint(ContactPointId(kind.value), kind, ContactState.UNVERIFIED) for kind in kinds)
    borrower = Borrower(BorrowerId(key), ANYWHERE, NO_LANGUAGE, "", points)
    on = opened_at.astimezone(UTC).date()
    return Entrant(
        key=key,
        borrower=borrower,
        opened_at=opened_at,
        statement=opening_statement(
            opening_minor, days_past_due=days_past_due, instalment_minor=instalment_minor, on=on
        ),
        product=product,
        segment=segment,
    )


def opening_statement(opening_minor: int, *, days_past_due: int, instalment_minor: int, on: date) -> Statement:
    """What the lender's book must have said for a loan to stand so on a day."""
    return Statement(opening_minor, instalment_minor, on - timedelta(days=days_past_due), on)
