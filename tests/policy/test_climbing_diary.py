"""Diaries of borrowers who keep silent, and of the ways round a number that does not work."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.action import Action
from domain.borrower import ContactKind, ContactPoint, ContactState
from domain.journey import ClosingReason, WaitingFor
from domain.step import Outcome, StepRecord
from policy.ladders.ladder import Ladder
from policy.ladders.shipped import shipped_ladder, shipped_ladders
from policy.next_step import Act, Finish, PassedOver, Wait, decide
from tests.policy.world import EVERYTHING, START, Answer, World, confirms, contacts, loses, pays

HOUR = timedelta(hours=1)


class TestASilentBorrower:
    """Nothing arrives, and nobody picks up."""

    def test_climbs_the_standard_ladder_to_a_lawyer(self) -> None:
        """Ten days past due on day 0; every rung has its time, and the journey closes with the referral."""
        assert World().live().diary == [
            "day 0 sms friendly_reminder: sent",
            "day 4 email helpful_reminder: sent",
            "day 8 chat check_in: sent",
            # Day 13: three calls, a day apart, and nobody picks up.
            "day 13 callback callback: no_answer",
            "day 14 callback callback: no_answer",
            "day 15 callback callback: no_answer",
            "day 20 email offer_of_help: sent",
            # Day 35: 45 days past due, the earliest day for a visit; the visitor reports two days later.
            "day 37 field_visit field_visit: no_answer",
            # Day 50: 60 days past due, the earliest day for notice.
            "day 50 email pre_legal_notice: sent",
            # Day 80: 90 days past due; the lawyer confirms on day 83, and nothing follows.
            "day 83 legal_referral legal_referral: handed_over",
            "day 83: closed with_legal",
        ]

    def test_who_owes_little_ends_with_an_agency(self) -> None:
        """300 are too little for a court."""
        world = World(arrears_minor=30_000).live()
        assert world.diary[-2:] == [
            "day 82 agency_placement agency_placement: handed_over",
            "day 82: closed with_agency",
        ]

    def test_is_not_given_to_a_lawyer_after_an_agency_took_the_loan(self) -> None:
        """On the late ladder the agency comes first and a lawyer after it, unless the agency takes it."""
        world = World(ladder=shipped_ladder("late_stage"), days_past_due=200).live()
        assert world.finished is not None
        assert world.finished.reason is ClosingReason.AGENCY
        assert not any("legal_referral" in line for line in world.diary)

    def test_goes_to_the_next_desk_when_the_first_sends_it_back(self) -> None:
        """The lawyer returns the loan on day 83; the agency is asked three days later."""
        returned = Answer(Outcome.RETURNED, after=timedelta(days=3))
        assert World(answers={"legal_referral": [returned]}).live().diary[-3:] == [
            "day 83 legal_referral legal_referral: returned",
            "day 88 agency_placement agency_placement: handed_over",
            "day 88: closed with_agency",
        ]

    def test_ends_the_gentle_ladder_without_anything_harsher(self) -> None:
        """After the last reminder a month goes by, and the journey ends as exhausted."""
        world = World(ladder=shipped_ladder("gentle")).live()
        assert world.diary[-2:] == ["day 38 sms still_here: sent", "day 68: closed exhausted"]

    @pytest.mark.parametrize("ladder", shipped_ladders().values(), ids=lambda ladder: ladder.name)
    def test_reaches_an_end_on_every_shipped_ladder(self, ladder: Ladder) -> None:
        """Whatever can be used to reach the borrower."""
        for kinds in ((), (ContactKind.EMAIL,), (ContactKind.MOBILE, ContactKind.ADDRESS)):
            assert World(ladder=ladder, contacts=contacts(*kinds)).live().finished is not None

    def test_is_reminded_once_and_left_alone_when_the_money_comes(self) -> None:
        """Day 6: everything is paid."""
        world = World()
        world.on(6, pays(80_000))
        assert world.live().diary[-2:] == ["day 6: pays 80000", "day 6: closed cured"]


class TestAMissingChannel:
    """Fallbacks, and rungs that are passed over."""

    def test_is_replaced_by_the_rungs_fallback(self) -> None:
        """No email: the helpful reminder goes out as a text message."""
        world = World(contacts=contacts(ContactKind.MOBILE)).live(days=6)
        assert world.diary == ["day 0 sms friendly_reminder: sent", "day 4 sms helpful_reminder: sent"]

    def test_never_brings_the_next_rung_forward(self) -> None:
        """No chat: the call comes on day 13 all the same, and not five days after the email."""
        world = World(contacts=contacts(ContactKind.MOBILE, ContactKind.EMAIL)).live(days=14)
        assert world.diary[-1] == "day 13 callback callback: no_answer"
        assert [s.rung for s in world.steps if s.outcome is Outcome.PASSED_OVER] == ["check_in"]

    @pytest.mark.parametrize("name", ["standard", "standard_early_call", "late_stage"])
    @pytest.mark.parametrize("missing", [ContactKind.EMAIL, ContactKind.CHAT, ContactKind.ADDRESS, ContactKind.MOBILE])
    def test_never_brings_a_harsher_rung_forward(self, name: str, missing: ContactKind) -> None:
        """Against a borrower who has everything, and for whom every call and visit is made on the spot."""
        ladder = shipped_ladder(name)
        with_it = _first_acts(World(ladder=ladder, answers=_on_the_spot(ladder)))
        lacking = contacts(*[kind for kind in EVERYTHING if kind is not missing])
        without = _first_acts(World(ladder=ladder, answers=_on_the_spot(ladder), contacts=lacking))
        assert all(at >= with_it[rung] for rung, at in without.items() if rung in with_it)

    def test_of_every_kind_means_that_nobody_is_referred_out_of_the_blue(self) -> None:
        """Without any way to tell the borrower, no lawyer and no agency is asked either."""
        world = World(contacts=[]).live()
        assert world.diary == ["day 29 verify_contacts verify_contacts: not_found", "day 41: closed exhausted"]
        assert isinstance(world.finished, Finish)
        reasons = {passed.rung: passed.reason for passed in world.finished.passed_over}
        assert "nobody is referred out of the blue" in reasons["legal_referral"]

    def test_that_turns_up_later_is_used(self) -> None:
        """The chat account is known from day 5 on, and the check-in goes there on day 8."""
        world = World(contacts=contacts(ContactKind.MOBILE, ContactKind.EMAIL))
        world.on(5, lambda w: w.contacts.extend(contacts(ContactKind.CHAT)))
        assert world.live(days=9).diary[-1] == "day 8 chat check_in: sent"


def unverified() -> list[ContactPoint]:
    """Every kind of contact point, of which nobody has verified one."""
    return contacts(*EVERYTHING, state=ContactState.UNVERIFIED)


def _on_the_spot(ladder: Ladder) -> dict[str, list[Answer]]:
    minute = timedelta(minutes=1)
    ends = {Action.CALLBACK: Outcome.MESSAGE_LEFT, Action.FIELD_VISIT: Outcome.MESSAGE_LEFT}
    ends[Action.VERIFY_CONTACTS] = Outcome.NOT_FOUND
    return {r.name: [Answer(ends[r.action], after=minute)] for r in ladder.rungs if r.action in ends}


def _first_acts(world: World) -> dict[str, datetime]:
    return {rung: at for at, rung in reversed(world.live().acts)}


class TestAnUnverifiedAddress:
    """Nobody is sent to a door, or serves papers there, on a guess."""

    def test_is_verified_before_the_visit(self) -> None:
        """Looked into from day 28 on, 38 days past due, and confirmed a day later: the visit keeps its day."""
        world = World(contacts=unverified(), answers={"verify_contacts": [confirms(ContactKind.ADDRESS)]}).live(days=38)
        assert world.diary[-2:] == [
            "day 29 verify_contacts verify_contacts: confirmed",
            "day 37 field_visit field_visit: no_answer",
        ]

    def test_that_nobody_can_confirm_is_neither_visited_nor_given_to_a_lawyer(self) -> None:
        """The notice follows without a visit, and an agency is asked in the lawyer's place; each refusal is kept."""
        world = World(contacts=unverified())
        assert world.live().diary[7:] == [
            "day 29 verify_contacts verify_contacts: not_found",
            "day 50 email pre_legal_notice: sent",
            "day 82 agency_placement agency_placement: handed_over",
            "day 82: closed with_agency",
        ]
        assert [s.rung for s in world.steps if s.outcome is Outcome.PASSED_OVER] == ["field_visit", "legal_referral"]

    def test_is_told_in_words(self) -> None:
        """The rung that was passed over says what it lacked."""
        world = World(contacts=unverified()).live(days=36)
        world.now = world.at(50)
        decision = decide(world.situation(), now=world.now)
        assert isinstance(decision, Act)
        assert decision.passed_over == (
            PassedOver("field_visit", Action.FIELD_VISIT, "a field visit needs a verified address, and there is none"),
        )

    def test_that_was_verified_all_along_asks_nobody(self) -> None:
        """The rung is passed over, with its reason, and moves nothing."""
        world = World().live(days=36)
        passed = next(s for s in world.steps if s.rung == "verify_contacts")
        assert passed.outcome is Outcome.PASSED_OVER
        assert not any("verify_contacts" in line for line in world.diary)

    def test_that_turns_out_wrong_at_the_door_keeps_the_lawyer_away(self) -> None:
        """A stranger opens: the visit is over, its spacing counts from there, and no court writes to that address."""
        wrong = Answer(
            Outcome.WRONG_NUMBER, after=timedelta(days=2), then=loses(ContactKind.ADDRESS, ContactState.WRONG_PARTY)
        )
        world = World(answers={"field_visit": [wrong, wrong]}, days_past_due=90).live()
        visit = next(i for i, line in enumerate(world.diary) if "field_visit" in line)
        assert world.diary[visit:] == [
            "day 32 field_visit field_visit: wrong_number",
            "day 42 email pre_legal_notice: sent",
            "day 61 agency_placement agency_placement: handed_over",
            "day 61: closed with_agency",
        ]

    def test_is_given_out_to_be_verified_under_its_own_name(self) -> None:
        """What the journey waits for is a person's check, until its deadline."""
        world = World(contacts=unverified(), answers={"verify_contacts": [Answer(None)]}).live(days=29)
        assert world.waits[-1].waiting_for is WaitingFor.VERIFICATION
        assert world.waits[-1].until == world.at(32, 9)


class TestANumberThatDoesNotWork:
    """Wrong, bad, opted out."""

    def test_is_followed_by_another_number_of_the_borrower(self) -> None:
        """A stranger picks up at the first number; the second one is called next, on the same rung."""
        wrong = Answer(Outcome.WRONG_NUMBER, then=loses(ContactKind.MOBILE, ContactState.WRONG_PARTY))
        two = contacts(ContactKind.MOBILE, ContactKind.EMAIL, ContactKind.LANDLINE)
        assert World(contacts=two, answers={"callback": [wrong]}).live(days=14).diary[-2:] == [
            "day 13 callback callback: wrong_number",
            "day 13 callback callback: no_answer",
        ]

    def test_is_followed_by_another_number_also_after_calls_that_nobody_answered(self) -> None:
        """Two calls in vain and one to a stranger: the landline has not been tried yet."""
        wrong = Answer(Outcome.WRONG_NUMBER, then=loses(ContactKind.MOBILE, ContactState.WRONG_PARTY))
        two = contacts(ContactKind.MOBILE, ContactKind.EMAIL, ContactKind.LANDLINE)
        no = Answer(Outcome.NO_ANSWER)
        assert World(contacts=two, answers={"callback": [no, no, wrong]}).live(days=17).diary[-2:] == [
            "day 15 callback callback: wrong_number",
            "day 15 callback callback: no_answer",
        ]

    def test_ends_the_rung_when_it_was_the_only_one(self) -> None:
        """No third party is called twice; the offer of help follows by email, five days later."""
        wrong = Answer(Outcome.WRONG_NUMBER, then=loses(ContactKind.MOBILE, ContactState.WRONG_PARTY))
        assert World(answers={"callback": [wrong]}).live(days=19).diary[-2:] == [
            "day 13 callback callback: wrong_number",
            "day 18 email offer_of_help: sent",
        ]

    def test_leads_to_the_fallback_at_once(self) -> None:
        """The vendor refuses the text message; the same words go out by email."""
        world = World(refusals={"friendly_reminder": [Outcome.REJECTED]}).live(days=1)
        assert world.diary == ["day 0 sms friendly_reminder: rejected", "day 0 email friendly_reminder: sent"]

    def test_ends_the_rung_when_every_fallback_is_refused(self) -> None:
        """Nobody was told anything; the next rung keeps its spacing from there."""
        world = World(refusals={"friendly_reminder": [Outcome.REJECTED] * 3}).live(days=5)
        assert world.diary[-2:] == ["day 0 chat friendly_reminder: rejected", "day 4 email helpful_reminder: sent"]


class TestWorkThatNobodyDoes:
    """Deadlines of people."""

    def test_is_given_out_again_and_then_left(self) -> None:
        """Calls lapse after three days each; after the third try the ladder goes on."""
        world = World(answers={"callback": [Answer(None)] * 3}).live(days=30)
        assert world.diary[3:] == [
            "day 16 callback callback: lapsed",
            "day 20 callback callback: lapsed",
            "day 24 callback callback: lapsed",
            "day 29 email offer_of_help: sent",
        ]

    def test_is_not_given_out_again_where_the_ladder_says_next(self) -> None:
        """Nobody visits within ten days: notice is given without a visit."""
        world = World(answers={"field_visit": [Answer(None)]}).live(days=60)
        assert world.diary[-2:] == ["day 45 field_visit field_visit: lapsed", "day 55 email pre_legal_notice: sent"]

    def test_shows_what_it_waits_for(self) -> None:
        """The wait bears the name of the work and ends at its deadline."""
        world = World(answers={"callback": [Answer(None)]}).live(days=14)
        assert world.waits[-1].waiting_for is WaitingFor.CALLBACK
        assert world.waits[-1].until == world.at(16, 9)


class TestTimeOfDay:
    """Hours are kept where the borrower lives."""

    def test_a_message_waits_for_the_morning(self) -> None:
        """The journey opens at 23:00 in Shanghai; the reminder leaves at 08:00, when the window opens."""
        world = World(opened_at=START + 14 * HOUR).live(days=2)
        assert world.diary == ["day 0 sms friendly_reminder: deferred", "day 1 sms friendly_reminder: sent"]
        assert world.acts[-1][0] == world.at(1, 8)

    def test_a_deferred_message_keeps_the_spacing_of_the_next(self) -> None:
        """Four days count from the day it left, not from the night it was put off."""
        assert World(opened_at=START + 14 * HOUR).live(days=6).diary[-1] == "day 5 email helpful_reminder: sent"

    def test_a_deferral_counts_also_behind_rungs_that_were_passed_over_at_that_instant(self) -> None:
        """A simulated clock stands still between the two, so nothing says which of them came first."""
        world = World(contacts=contacts(ContactKind.MOBILE), opened_at=START + 14 * HOUR)
        until = world.at(1, 8)
        deferred = StepRecord(1, "friendly_reminder", Action.SMS, Outcome.DEFERRED, world.now, until)
        passed = StepRecord(1, "check_in", Action.CHAT, Outcome.PASSED_OVER, world.now)
        for steps in ([deferred, passed], [passed, deferred]):
            decision = decide(replace(world.situation(), steps=tuple(steps)), now=world.now)
            assert isinstance(decision, Wait)
            assert decision.until == until

    def test_money_that_comes_in_the_night_overtakes_a_deferred_message(self) -> None:
        """A part payment at 07:00 re-anchors the rung, and the message is decided anew in the morning."""
        world = World(opened_at=START + 14 * HOUR)
        world.on(1, pays(80_000), hour=7)
        assert world.live(days=6).diary[-2:] == ["day 1: pays 80000", "day 1: closed cured"]

    @pytest.mark.parametrize("timezone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
    def test_whole_days_end_at_nine_whatever_the_clocks_do(self, timezone: str) -> None:
        """Over a year of changing clocks, every planned step falls on 09:00 on the wall."""
        for month in range(12):
            opened_at = START.replace(hour=12) + timedelta(days=30 * month)
            world = World(timezone=timezone, opened_at=opened_at, packs=()).live(days=12)
            walls = {
                at.astimezone(world.zone).strftime("%H:%M") for at, rung in world.acts if rung != "friendly_reminder"
            }
            assert walls == {"09:00"}

    def test_days_are_the_borrowers_and_not_those_of_utc(self) -> None:
        """16:30 UTC on Monday is Tuesday in Shanghai: four days later is Saturday there."""
        world = World(opened_at=START.replace(hour=16, minute=30)).live(days=6)
        assert world.diary[-1] == "day 4 email helpful_reminder: sent"
        assert f"{world.acts[-1][0].astimezone(world.zone):%a %H:%M}" == "Sat 09:00"


class TestAReferral:
    """Legal and agency steps."""

    @pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.BLOCKED, Outcome.FORBIDDEN])
    def test_does_not_follow_messages_of_which_none_left(self, outcome: Outcome) -> None:
        """Every message is refused, there is nobody to call or visit: the journey ends without a referral."""
        refusals = {rung.name: [outcome] * 20 for rung in shipped_ladder("standard").rungs}
        world = World(contacts=contacts(ContactKind.EMAIL, ContactKind.CHAT), refusals=refusals).live()
        assert not any(Action(a) in line for line in world.diary for a in ("legal_referral", "agency_placement"))
        assert world.diary[-1].endswith("closed exhausted")
