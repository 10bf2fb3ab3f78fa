"""The packs that a portfolio is worked under, and those that an earlier answer was given under."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, col, select

from ledger.inserting import insert_new
from ledger.tables.decision import PackRow
from ledger.tables.loan import LoanRow, PortfolioRow
from policy.compliance.packfile import Role
from policy.compliance.reading import read_pack, text_of_pack
from policy.compliance.stacking import Stack, stack


def stack_of(portfolio: PortfolioRow) -> Stack:
    """The packs of a portfolio with all that they extend, for its collector's role. Raises NoSuchPack."""
    return stack(portfolio.packs, role=cast("Role", portfolio.collector_role))


def stack_for(session: Session, loan: LoanRow) -> Stack:
    """The packs of a loan's portfolio. Raises NoSuchPack."""
    return stack_of(session.get_one(PortfolioRow, loan.portfolio_id))


def keep_packs(session: Session, packs: Stack, *, now: datetime) -> list[dict[str, Any]]:
    """Keep the content of every pack that is not kept yet; returns what names them in a decision, in their order."""
    digests = [pack.digest for pack in packs.packs]
    there = set(session.exec(select(PackRow.digest).where(col(PackRow.digest).in_(digests))).all())
    for pack in packs.packs:
        if pack.digest not in there:
            content = text_of_pack(pack.id)
            row = PackRow(digest=pack.digest, name=pack.id, version=pack.form.version, content=content, kept_at=now)
            insert_new(session, row)
    return [{"label": pack.label, "digest": pack.digest} for pack in packs.packs]


def stack_kept(session: Session, packs: Sequence[dict[str, Any]], *, collector_role: str) -> Stack:
    """The packs as they were when an answer was given. Raises UnreadablePack where this version cannot read one."""
    found = [session.get_one(PackRow, named["digest"]) for named in packs]
    return Stack(
        tuple(read_pack(row.content, file=f"{row.name}.yaml") for row in found), role=cast("Role", collector_role)
    )


def text_kept(session: Session, digest: str) -> str | None:
    """The text of a pack that answers were given under; None where no answer was."""
    row = session.get(PackRow, digest)
    return None if row is None else row.content
