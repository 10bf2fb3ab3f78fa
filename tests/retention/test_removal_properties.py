"""Whatever the packs, the house and the history: what must not go stays, and what must go goes."""

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.book import BookContact
from domain.borrower import ContactKind
from ledger.retention_terms import retentions_of
from ledger.tables.loan import LoanRow
from policy.compliance.reading import shipped_packs
from policy.compliance.record_class import CountedFrom, RecordClass
from policy.compliance.removal import Goes, House, Kept, Standing, Why, judge_removal, together
from policy.compliance.retention import Retention, Term
from policy.compliance.span import Span
from tests.ledger.lender import a_loan
from tests.retention.archive import Archive

TODAY = date(2031, 6, 1)
DAYS = st.dates(date(2025, 1, 1), TODAY)
SPANS = st.builds(Span, months=st.integers(0, 60), days=st.integers(0, 40))
TERMS = st.builds(
    Term, span=SPANS, counted_from=st.sampled_from(CountedFrom), rule=st.just("RULE"), citation=st.just("s. 1")
)
RETENTIONS = st.builds(
    Retention,
    record_class=st.sampled_from(RecordClass),
    floors=st.lists(TERMS, max_size=3).map(tuple),
    ceilings=st.lists(TERMS, max_size=3).map(tuple),
    legal_hold=st.frozensets(st.sampled_from(["dispute", "complaint", "litigation"])),
)
SINCE = st.fixed_dictionaries(
    {CountedFrom.MADE: DAYS}, optional={CountedFrom.LAST_ACTIVITY: DAYS, CountedFrom.SETTLED: DAYS}
)
STANDINGS = st.builds(
    Standing,
    has_legal_hold=st.booleans(),
    has_open_journey=st.booleans(),
    going_on=st.frozensets(st.sampled_from(["dispute", "litigation"])),
    needed_for=st.lists(RETENTIONS, max_size=2).map(tuple),
    needed_since=SINCE,
)
HOUSES = st.builds(House, purges=st.just("yes"), at_floor=st.sampled_from(["keep", "remove"]))
FREE = Standing(has_legal_hold=False, has_open_journey=False)
THOROUGHLY = settings(max_examples=400)


def floors_have_passed(retention: Retention, since: Mapping[CountedFrom, date]) -> bool:
    """Every floor's last day is over; one whose count has not begun has no end."""
    return all(
        term.counted_from in since and term.span.after(since[term.counted_from]) <= TODAY for term in retention.floors
    )


class TestWhatGoes:
    """A text that goes."""

    @THOROUGHLY
    @given(RETENTIONS, SINCE, STANDINGS, HOUSES)
    def test_is_older_than_every_floor_and_held_by_nobody(
        self, retention: Retention, since: Mapping[CountedFrom, date], standing: Standing, house: House
    ) -> None:
        """Its own floors, those of records that need it, legal holds, open journeys and what suspends a ceiling."""
        found = judge_removal(retention, since, standing=standing, house=house, on=TODAY)
        if not isinstance(found, Goes):
            return
        assert floors_have_passed(retention, since)
        assert all(floors_have_passed(other, standing.needed_since) for other in standing.needed_for)
        assert not standing.has_legal_hold
        assert not standing.has_open_journey
        assert not retention.legal_hold & standing.going_on
        assert retention.ceilings or (house.at_floor == "remove" and retention.floors)

    @THOROUGHLY
    @given(RETENTIONS, SINCE, HOUSES)
    def test_is_everything_past_a_ceiling_that_nothing_holds(
        self, retention: Retention, since: Mapping[CountedFrom, date], house: House
    ) -> None:
        """A ceiling is kept as strictly as a floor."""
        must_go_on = retention.must_go_on(since)
        found = judge_removal(retention, since, standing=FREE, house=house, on=TODAY)
        if must_go_on is not None and must_go_on <= TODAY:
            assert isinstance(found, Goes)
            assert found.due_on == must_go_on
        elif retention.ceilings:
            assert isinstance(found, Kept)

    @THOROUGHLY
    @given(RETENTIONS, SINCE, HOUSES, st.integers(0, 400))
    def test_goes_on_every_later_day_too(
        self, retention: Retention, since: Mapping[CountedFrom, date], house: House, days: int
    ) -> None:
        """Nothing comes back by waiting."""
        now = judge_removal(retention, since, standing=FREE, house=house, on=TODAY)
        later = judge_removal(retention, since, standing=FREE, house=house, on=TODAY + timedelta(days))
        assert isinstance(later, Goes) or not isinstance(now, Goes)

    @THOROUGHLY
    @given(st.lists(RETENTIONS, min_size=1, max_size=3), SINCE, HOUSES)
    def test_belongs_to_no_class_that_still_keeps_it(
        self, kept: list[Retention], since: Mapping[CountedFrom, date], house: House
    ) -> None:
        """A record of several classes has the floors of all of them."""
        found = judge_removal(together(kept), since, standing=FREE, house=house, on=TODAY)
        assert not isinstance(found, Goes) or all(floors_have_passed(each, since) for each in kept)


class TestWhatStays:
    """A text that is kept."""

    @THOROUGHLY
    @given(RETENTIONS, SINCE, STANDINGS, HOUSES)
    def test_says_until_when_or_that_nobody_knows(
        self, retention: Retention, since: Mapping[CountedFrom, date], standing: Standing, house: House
    ) -> None:
        """A day that is told lies ahead."""
        found = judge_removal(retention, since, standing=standing, house=house, on=TODAY)
        if not isinstance(found, Kept) or found.until is None:
            return
        assert found.until > TODAY
        assert found.why in {Why.FLOOR, Why.NEEDED, Why.CEILING_AHEAD}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    packs=st.lists(st.sampled_from(shipped_packs()), min_size=1, unique=True),
    days=st.integers(0, 4500),
    house=HOUSES,
)
def test_no_text_in_a_ledger_goes_before_its_floor_or_under_a_legal_hold(
    archive: Archive, packs: list[str], days: int, house: House
) -> None:
    """Three borrowers: one settled, one settled and sued, one who still owes; under any of our packs, on any day."""
    lender = archive.lender
    if not lender.rows(LoanRow):
        archive.has_been_worked()
        others = [BookContact(ContactKind.MOBILE, f"+44740099999{number}") for number in range(2)]
        settled = lender.opens(a_loan("L-2", borrower="B-2", contacts=others[:1]))
        lender.receives(80_000, loan="L-2")
        lender.lives(settled, days=1)
        archive.is_asked_to_keep(loan="L-2")
        lender.lives(lender.opens(a_loan("L-3", borrower="B-3", contacts=others[1:])), days=400)
    archive.worked_under(*packs)
    archive.house = house
    on = lender.now + timedelta(days=days)
    with lender.ledger.reading() as session:
        retentions = retentions_of(session, "cards", now=on)
    sued, owing = lender.loan("L-2").borrower_id, lender.loan("L-3").borrower_id
    for judged in archive.judged(now=on):
        if not isinstance(judged.found, Goes):
            continue
        assert judged.borrower_id != sued
        for term in (term for each in judged.text.classes for term in retentions[each].floors):
            assert term.counted_from is not CountedFrom.SETTLED or judged.borrower_id != owing
            assert term.span.after(judged.text.made_on) <= on.date()
