"""A diary of loans under a country's packs: what only a person can record or decide is asked of a person, and told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.book import BookContact
from domain.borrower import ContactKind
from domain.journey import JourneyState
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.cases import case_of
from ledger.invariants import broken
from ledger.replaying import replay
from ledger.tables.attempt import AttemptRow
from ledger.tables.decision import DecisionRow
from ledger.tables.work_item import WorkItemRow
from ledger.worksheets import worksheet
from policy.compliance.history import Location, LocationInfo, Mark
from tests.ledger.lender import ADDRESS, EMAIL, a_loan
from tests.standing.household import Household

ON_A_MORNING = datetime(2026, 11, 24, 4, tzinfo=UTC)
LIVES: dict[str, tuple[str, str, str]] = {
    "cn-mainland": ("Asia/Shanghai", "CN", "+8613800138000"),
    "in-rbi": ("Asia/Kolkata", "IN", "+919876543210"),
    "eu-ccd2": ("Europe/Berlin", "DE", "+4915112345678"),
    "gb-conc": ("Europe/London", "GB", "+447400123456"),
}
"""Where a borrower lives under each pack, and a number of theirs."""
CHECKED = "registry_checked: looked up on Monday"


def begins(household: Household, pack: str, *, ladder: str = "standard", arrears_minor: int = 80_000) -> str:
    """A loan that is late comes in under the house's pack and a country's; its journey."""
    zone, country, number = LIVES[pack]
    household.now = ON_A_MORNING
    contacts = [BookContact(ContactKind.MOBILE, number), EMAIL, ADDRESS]
    past_due, yesterday = (ON_A_MORNING - timedelta(days=16)).date(), (ON_A_MORNING - timedelta(days=1)).date()
    loan = a_loan(
        contacts=contacts, arrears_minor=arrears_minor, timezone=zone, past_due_since_on=past_due, as_of_on=yesterday
    )
    journey = household.opens(replace(loan, jurisdiction=country), ladder=ladder)
    household.is_worked_under("house-courtesy", pack)
    return journey


def reviews(household: Household) -> list[WorkItemRow]:
    """The contacts that were put before a person, oldest first."""
    rows = [row for row in household.rows(WorkItemRow) if row.kind == WorkKind.REVIEW_CONTACT.value]
    return sorted(rows, key=lambda row: (row.opened_at, row.turn_no))


def asks_about(household: Household, journey: str, rung: str) -> WorkItemRow:
    """Live until a person is asked about a rung, while its other work comes to nothing; what they are asked."""
    for _ in range(60):
        for row in household.rows(WorkItemRow):
            if row.state != "open":
                continue
            if row.kind == WorkKind.REVIEW_CONTACT.value and row.rung == rung:
                return row
            if row.kind == WorkKind.REVIEW_CONTACT.value:
                household.records(row.id, Disposition.RETURNED, note="not now")
        household.lives(journey, days=5)
    raise AssertionError("nobody was asked about it")


def why(household: Household, item: WorkItemRow) -> str:
    """What the worksheet says of what stands in the way."""
    with household.ledger.reading() as session:
        sheet = worksheet(session, session.get_one(WorkItemRow, item.id), now=household.now)
    assert sheet.question is not None
    return sheet.question.why


def has(household: Household, rung: str, outcome: Outcome) -> bool:
    """Whether a rung ended so."""
    return (rung, outcome.value) in household.steps()


def is_with(household: Household, journey: str, kind: WorkKind) -> bool:
    """Whether a desk has the loan on its list, and records that it has been handed over."""
    household.lives(journey, days=0)
    [order] = [row for row in household.rows(WorkItemRow) if row.kind == kind.value]
    household.records(order.id, Disposition.DONE)
    household.lives(journey, days=0)
    return household.journey(journey).state == JourneyState.CLOSED.value


class TestAReferral:
    """Nothing waits for ever: who can clear the way is asked, and told how."""

    def test_in_britain_waits_for_notices_that_a_person_records(self, household: Household) -> None:
        """The item names both notices and how they are recorded; once they are, it is off the list and time runs."""
        journey = begins(household, "gb-conc")
        item = asks_about(household, journey, "legal_referral")
        told = why(household, item)
        for kind, citation in (("arrears_notice_sent", "s. 86B"), ("default_notice_sent", "ss. 87-88")):
            assert f"duecourse standing add --loan L-1 --kind {kind}" in told
            assert citation in told
        assert "forbearance" not in told  # help was offered on the way here
        [(outcome, reason)] = household.told(journey, "legal_referral")
        assert outcome == Outcome.DEFERRED.value
        assert "sums in arrears" in reason
        assert "default notice" in reason
        household.lives(journey, days=70)
        assert len([row for row in reviews(household) if row.rung == "legal_referral"]) == 1
        household.learns_of(Mark.ARREARS_NOTICE_SENT)
        household.learns_of(Mark.DEFAULT_NOTICE_SENT)
        household.lives(journey, days=1)
        assert [row.state for row in reviews(household)] == ["withdrawn"]
        household.lives(journey, days=16)
        assert is_with(household, journey, WorkKind.LEGAL_REFERRAL)

    def test_that_is_answered_too_early_is_asked_again_some_days_later(self, household: Household) -> None:
        """Done alone records nothing; another item comes after three days, and not at each look."""
        journey = begins(household, "gb-conc")
        item = asks_about(household, journey, "legal_referral")
        household.records(item.id, Disposition.DONE, note="they are on their way")
        household.lives(journey, days=2)
        assert len(reviews(household)) == 1
        household.lives(journey, days=2)
        assert [row.state for row in reviews(household)] == ["done", "open"]

    def test_that_a_person_does_not_want_goes_past(self, household: Household) -> None:
        """Returned: the rung is over, and the ladder goes on."""
        journey = begins(household, "gb-conc")
        item = asks_about(household, journey, "legal_referral")
        household.records(item.id, Disposition.RETURNED, note="no notice was served")
        household.lives(journey, days=30)
        assert has(household, "legal_referral", Outcome.FORBIDDEN)
        assert len([row for row in reviews(household) if row.rung == "legal_referral"]) == 1

    @pytest.mark.parametrize(("pack", "article"), [("eu-ccd2", "Art. 22"), ("cn-mainland", "第二十四条")])
    def test_is_decided_by_a_person_where_the_law_says_so(self, household: Household, pack: str, article: str) -> None:
        """No machine refers anybody by itself; with a person's word it leaves, and their name is on file."""
        journey = begins(household, pack)
        item = asks_about(household, journey, "legal_referral")
        assert article in why(household, item)
        assert "forbearance" not in why(household, item)
        household.records(item.id, Disposition.DONE, note="read the file; nothing else is left")
        assert is_with(household, journey, WorkKind.LEGAL_REFERRAL)
        assert {row.set_aside["by"] for row in household.rows(DecisionRow) if row.set_aside} == {"Bob"}


class TestAPlacement:
    """What the registry says of an agency, a person looks up."""

    @pytest.mark.parametrize("ladder", ["standard", "late_stage"])
    @pytest.mark.parametrize(
        ("pack", "rules", "told_of"),
        [
            ("cn-mainland", {"CN-CBA26-AGENCY", "CN-PIPL-SHARE", "CN-PIPL-AUTO"}, ["no violations", "第二十四条"]),
            ("in-rbi", {"IN-RESP", "IN-AGENT"}, ["supervised", "complaint route"]),
            ("eu-ccd2", {"EU-GDPR-SHARE", "EU-GDPR-AUTO"}, ["contract", "Art. 22"]),
        ],
    )
    def test_goes_ahead_once_somebody_has_checked_the_registry(
        self, household: Household, ladder: str, pack: str, rules: set[str], told_of: list[str]
    ) -> None:
        """One item names all that is missing; the reason sets aside the rules that accept it, and no other."""
        journey = begins(household, pack, ladder=ladder, arrears_minor=30_000)
        item = asks_about(household, journey, "agency_placement")
        told = why(household, item)
        assert all(word in told for word in told_of)
        assert "begin the note with registry_checked" in told
        household.records(item.id, Disposition.DONE, note=CHECKED)
        assert is_with(household, journey, WorkKind.AGENCY_PLACEMENT)
        [aside] = [row.set_aside for row in household.rows(DecisionRow) if row.set_aside]
        assert (set(aside["rules"]), aside["reason"]) == (rules, "registry_checked")
        with household.ledger.reading() as session:
            assert broken(session) == {}

    def test_waits_on_where_no_reason_is_named(self, household: Household) -> None:
        """Done without the reason sets nothing aside."""
        journey = begins(household, "in-rbi", arrears_minor=30_000)
        item = asks_about(household, journey, "agency_placement")
        household.records(item.id, Disposition.DONE, note="fine with me")
        household.lives(journey, days=1)
        assert household.told(journey, "agency_placement")[-1][0] == Outcome.DEFERRED.value


class TestAVisit:
    """Nobody comes to the door unless the borrower knows or agrees."""

    @pytest.mark.parametrize(
        ("pack", "mark"), [("cn-mainland", Mark.VISIT_CONSENTED), ("in-rbi", Mark.AGENT_NOTICE_SENT)]
    )
    def test_is_made_once_it_is_recorded(self, household: Household, pack: str, mark: Mark) -> None:
        """The item says how the consent or notice is recorded; then the visitor is sent."""
        journey = begins(household, pack)
        item = asks_about(household, journey, "field_visit")
        assert f"--kind {mark.value}" in why(household, item)
        household.learns_of(mark)
        household.lives(journey, days=4)
        assert WorkKind.FIELD_VISIT in household.open_work()
        assert WorkKind.REVIEW_CONTACT not in household.open_work()


class TestANumberFromTheOtherEndOfTheWorld:
    """At home in Shanghai, with a telephone from New York: no hour of the day is right in both places."""

    def begins(self, household: Household) -> str:
        """The loan comes in under the house's own pack; its journey."""
        household.now = ON_A_MORNING
        contacts = [BookContact(ContactKind.MOBILE, "+12125550123"), EMAIL, ADDRESS]
        since, yesterday = (ON_A_MORNING - timedelta(days=16)).date(), (ON_A_MORNING - timedelta(days=1)).date()
        loan = a_loan(contacts=contacts, timezone="Asia/Shanghai", past_due_since_on=since, as_of_on=yesterday)
        journey = household.opens(loan)
        household.is_worked_under("house-courtesy")
        return journey

    def test_is_put_before_a_person_and_not_refused_for_ever(self, household: Household) -> None:
        """Nothing leaves, one question is on the list, and it says how to record where the borrower lives."""
        journey = self.begins(household)
        item = asks_about(household, journey, "friendly_reminder")
        assert f"--kind {Mark.RESIDENCE_CONFIRMED.value}" in why(household, item)
        assert household.sent == []
        assert {outcome for outcome, _ in household.told(journey, "friendly_reminder")} == {Outcome.DEFERRED.value}

    def test_counts_for_nothing_once_it_is_known_where_the_borrower_lives(self, household: Household) -> None:
        """Told at night in Shanghai: the reminder leaves in the morning there, and the question is off the list."""
        journey = self.begins(household)
        asks_about(household, journey, "friendly_reminder")
        household.now += timedelta(hours=14)
        household.learns_of(Mark.RESIDENCE_CONFIRMED)
        household.lives(journey, days=2)
        [left_at] = [r.claimed_at for r in household.rows(AttemptRow) if r.rung == "friendly_reminder" and r.claimed_at]
        assert 8 <= left_at.astimezone(ZoneInfo("Asia/Shanghai")).hour < 19
        assert WorkKind.REVIEW_CONTACT not in household.open_work()

    def test_counts_again_where_the_number_came_later(self, household: Household) -> None:
        """What was confirmed says nothing of a number that nobody knew then."""
        journey = self.begins(household)
        household.learns_of(Mark.RESIDENCE_CONFIRMED)
        household.lives(journey, days=1)
        assert household.steps(journey) == [("friendly_reminder", "sent")]
        household.now += timedelta(hours=1)
        with household.ledger.reading() as session:
            loan = household.loan()
            case = case_of(session, loan.borrower_id, at=household.now, knowing=household.now)
        later = LocationInfo(at=household.now, locations=(Location("mobile_area_code", "America/Chicago"),))
        assert [zone.key for zone in case.zones()] == ["Asia/Shanghai"]
        assert "America/Chicago" in [zone.key for zone in replace(case, history=(*case.history, later)).zones()]


class TestAnOfferOfHelp:
    """What the ladder itself offered needs no record by hand."""

    def test_counts_until_it_comes_back(self, household: Household) -> None:
        """An answer that rested on it is given again the same, also after the message came back."""
        journey = begins(household, "eu-ccd2")
        asks_about(household, journey, "legal_referral")
        [attempt] = [row.id for row in household.rows(AttemptRow) if row.rung == "legal_referral"]
        household.now += timedelta(days=1)
        with household.ledger.transaction() as session:
            offers = [row for row in household.rows(AttemptRow) if row.rung == "offer_of_help"]
            for row in offers:
                offer = session.get_one(AttemptRow, row.id)
                offer.state, offer.receipt_at = "undelivered", household.now
        with household.ledger.reading() as session:
            assert replay(session, attempt).are_same_facts
        household.lives(journey, days=31)
        assert "forbearance" in household.told(journey, "legal_referral")[-1][1]
