"""Legal bars, agreements, agencies, recording and what a person decides: each kind alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.compliance.history import Mark
from policy.compliance.objection import Effect
from policy.compliance.question import CONTACTS, Asked
from policy.compliance.rules.agency import AGENCY_FACT, Agency, place_with_proper_agencies
from policy.compliance.rules.arrangement import ArrangementTerms, keep_the_agreement
from policy.compliance.rules.legal_bar import LegalBar, spare_barred_debts
from policy.compliance.rules.recording import Recording, record_the_call
from policy.compliance.rules.retention import Retention, keep_records
from policy.compliance.rules.route import Route, let_a_person_decide
from policy.compliance.span import Span
from policy.compliance.standing_rule import Stopped
from tests.policy.standing.situations import D2, LONDON, ask, case, instant, marked

NOON = instant("2026-06-01 12:00", LONDON)


class TestALegalBar:
    """kind: legal_bar."""

    BAR = LegalBar(
        starts_on=(Mark.TIME_BARRED,),
        bars=(Asked.LEGAL_REFERRAL,),
        bars_purposes=("remedy_notice",),
        bars_words=("consequence",),
        refused_on=(Mark.CEASE,),
        after_refusal=(Asked.CALL, Asked.SMS),
    )
    BARRED = case(marked(Mark.TIME_BARRED, NOON))

    def test_keeps_a_barred_debt_from_court_for_good(self) -> None:
        """There is no day on which it ends."""
        objection = spare_barred_debts(self.BARRED, ask(Asked.LEGAL_REFERRAL, NOON), self.BAR, at=NOON)
        assert objection is not None
        assert (objection.until, objection.until_event) == (None, None)

    def test_leaves_other_debts_and_other_steps_alone(self) -> None:
        """And says nothing before the day."""
        for known, question in (
            (self.BARRED, ask(Asked.LEGAL_REFERRAL, NOON, debts=D2)),
            (self.BARRED, ask(Asked.SMS, NOON)),
            (case(), ask(Asked.LEGAL_REFERRAL, NOON)),
        ):
            assert spare_barred_debts(known, question, self.BAR, at=NOON) is None

    def test_keeps_legal_words_out_of_messages(self) -> None:
        """Whether the text is known to hold them, or its purpose is to tell of a remedy."""
        worded = replace(ask(Asked.SMS, NOON), elements=frozenset({"consequence", "opt_out"}))
        assert spare_barred_debts(self.BARRED, worded, self.BAR, at=NOON) is not None
        telling = ask(Asked.MAIL, NOON, purpose="remedy_notice")
        assert spare_barred_debts(self.BARRED, telling, self.BAR, at=NOON) is not None

    def test_ends_every_contact_once_the_person_has_refused(self) -> None:
        """Refusing alone, on a debt that is not barred, is another rule's business."""
        refused = case(marked(Mark.TIME_BARRED, NOON), marked(Mark.CEASE, NOON))
        assert spare_barred_debts(refused, ask(Asked.SMS, NOON), self.BAR, at=NOON) is not None
        assert spare_barred_debts(case(marked(Mark.CEASE, NOON)), ask(Asked.SMS, NOON), self.BAR, at=NOON) is None


class TestAnArrangement:
    """kind: arrangement."""

    TERMS = ArrangementTerms(
        max_term_months=60,
        content=("balance",),
        stops=(Stopped.CONTACT, Stopped.ENFORCEMENT),
        still_allowed=("required_by_law",),
        record_until="settled",
        oral="recorded",
    )

    def test_rests_the_debt_while_it_is_kept(self) -> None:
        """From the agreement until it ends, broken or fulfilled; other debts go on."""
        agreed = marked(Mark.ARRANGEMENT_AGREED, NOON)
        for action in (*CONTACTS, Asked.LEGAL_REFERRAL):
            objection = keep_the_agreement(case(agreed), ask(action, NOON), self.TERMS, at=NOON)
            assert objection is not None
            assert objection.until_event == "arrangement_ended"
        assert keep_the_agreement(case(agreed), ask(Asked.CALL, NOON, debts=D2), self.TERMS, at=NOON) is None
        broken = marked(Mark.ARRANGEMENT_ENDED, NOON + timedelta(days=40))
        assert keep_the_agreement(case(agreed, broken), ask(Asked.CALL, broken.at), self.TERMS, at=broken.at) is None


class TestAnAgency:
    """kind: agency."""

    TERMS = Agency(needs=("contract", "listed"), shares_only=("name", "amount_due"))
    PLACEMENT = ask(Asked.AGENCY_PLACEMENT, NOON)

    def test_needs_what_the_registry_says(self) -> None:
        """What is missing is named."""
        for said, missing in (("", "contract, listed"), ("listed supervised", "contract")):
            known = case(facts={AGENCY_FACT: said})
            objection = place_with_proper_agencies(known, self.PLACEMENT, self.TERMS, at=NOON)
            assert objection is not None
            assert objection.detail.endswith(f": {missing}")
            assert objection.until_event == "agency_registered"

    def test_is_told_no_more_than_it_needs(self) -> None:
        """A duty that goes with the placement; without a list there is none."""
        known = case(facts={AGENCY_FACT: "contract listed"})
        objection = place_with_proper_agencies(known, self.PLACEMENT, self.TERMS, at=NOON)
        assert objection is not None
        assert (objection.effect, objection.detail) == (Effect.OBLIGE, "tell the agency only: name, amount due")
        assert place_with_proper_agencies(known, self.PLACEMENT, Agency(needs=("contract",)), at=NOON) is None


class TestARecording:
    """kind: recording."""

    def test_says_what_is_to_be_done(self) -> None:
        """Record, tell, keep: as far as the pack asks for each."""
        full, bare = Recording(tell="at_the_start", keep=Span(months=24)), Recording(tell="not_needed")
        for terms, told in (
            (full, "record it, say so at the start, keep the recording at least 2 years"),
            (bare, "record it"),
        ):
            assert record_the_call(case(), ask(Asked.CALL, NOON), terms, at=NOON).detail == told


class TestRetention:
    """kind: retention."""

    def test_never_objects_to_a_contact(self) -> None:
        """How long records are kept is asked elsewhere."""
        terms = Retention.model_validate({"records": ["calls"], "floor": "2 years", "counted_from": "made"})
        keep_records(case(), ask(Asked.CALL, NOON), terms, at=NOON)


class TestARoute:
    """kind: route."""

    FLAG = Route(
        starts_on=(Mark.VULNERABLE,),
        ends_on=(Mark.VULNERABLE_ENDED,),
        person_may=(Asked.CALL,),
        still_allowed=("required_by_law",),
    )
    FLAGGED = case(marked(Mark.VULNERABLE, NOON))

    def test_asks_for_a_person_on_every_debt_while_the_flag_stands(self) -> None:
        """Until the flag is taken down."""
        objection = let_a_person_decide(self.FLAGGED, ask(Asked.SMS, NOON, debts=D2), self.FLAG, at=NOON)
        assert objection is not None
        assert objection.until_event == "vulnerable_ended"
        ended = marked(Mark.VULNERABLE_ENDED, NOON + timedelta(days=1))
        over = case(marked(Mark.VULNERABLE, NOON), ended)
        assert let_a_person_decide(over, ask(Asked.SMS, ended.at), self.FLAG, at=ended.at) is None

    @pytest.mark.parametrize(("automated", "is_asked_for"), [(False, False), (True, True)])
    def test_lets_a_person_ring_but_no_machine(self, *, automated: bool, is_asked_for: bool) -> None:
        """What a person may do is done by a person."""
        question = ask(Asked.CALL, NOON, automated=automated)
        assert (let_a_person_decide(self.FLAGGED, question, self.FLAG, at=NOON) is not None) is is_asked_for

    def test_lets_through_what_the_law_asks_for(self) -> None:
        """As a hold does."""
        question = ask(Asked.MAIL, NOON, purpose="required_by_law")
        assert let_a_person_decide(self.FLAGGED, question, self.FLAG, at=NOON) is None

    def test_without_a_flag_speaks_to_all_that_its_when_lets_through(self) -> None:
        """A decision of a machine's alone, say."""
        assert let_a_person_decide(case(), ask(Asked.LEGAL_REFERRAL, NOON), Route(), at=NOON) is not None
