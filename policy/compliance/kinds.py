"""The kinds of rule: for each its parameters and the function that judges by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policy.compliance.objection import Objection
from policy.compliance.rules.address_rule import AddressRule, use_the_right_address
from policy.compliance.rules.advisory import Advisory, say_a_word_of_caution
from policy.compliance.rules.agency import Agency, place_with_proper_agencies
from policy.compliance.rules.arrangement import ArrangementTerms, keep_the_agreement
from policy.compliance.rules.cease import Cease, fall_silent
from policy.compliance.rules.content import Content, say_what_is_due
from policy.compliance.rules.cooldown import Cooldown, rest_after_talking
from policy.compliance.rules.delivery import Delivery, count_only_what_arrived
from policy.compliance.rules.frequency_cap import FrequencyCap, respect_the_count
from policy.compliance.rules.hold import Hold, let_it_rest
from policy.compliance.rules.legal_bar import LegalBar, spare_barred_debts
from policy.compliance.rules.min_interval import MinInterval, leave_time_between
from policy.compliance.rules.precondition import Precondition, first_things_first
from policy.compliance.rules.preference_block import PreferenceBlock, keep_to_their_wishes
from policy.compliance.rules.quiet_hours import QuietHours, respect_the_night
from policy.compliance.rules.recipient import Recipient, tell_nobody_else
from policy.compliance.rules.recording import Recording, record_the_call
from policy.compliance.rules.retention import Retention, keep_records
from policy.compliance.rules.route import Route, let_a_person_decide
from policy.compliance.rules.sla import Sla, keep_the_deadline
from policy.compliance.rules.window_restriction import WindowRestriction, leave_room
from policy.files.form import Form


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule.

    judge(case, question, params, *, at) answers for the moment `at` on the facts of the case: an objection, or None.
    is_asked: whether a contact is judged by it; what speaks of records alone is asked elsewhere.
    """

    params: type[Form]
    judge: Callable[..., Objection | None]
    is_asked: bool = True


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "address_rule": Kind(AddressRule, use_the_right_address),
        "advisory": Kind(Advisory, say_a_word_of_caution),
        "agency": Kind(Agency, place_with_proper_agencies),
        "arrangement": Kind(ArrangementTerms, keep_the_agreement),
        "cease": Kind(Cease, fall_silent),
        "content": Kind(Content, say_what_is_due),
        "cooldown": Kind(Cooldown, rest_after_talking),
        "delivery": Kind(Delivery, count_only_what_arrived),
        "frequency_cap": Kind(FrequencyCap, respect_the_count),
        "hold": Kind(Hold, let_it_rest),
        "legal_bar": Kind(LegalBar, spare_barred_debts),
        "min_interval": Kind(MinInterval, leave_time_between),
        "precondition": Kind(Precondition, first_things_first),
        "preference_block": Kind(PreferenceBlock, keep_to_their_wishes),
        "quiet_hours": Kind(QuietHours, respect_the_night),
        "recipient": Kind(Recipient, tell_nobody_else),
        "recording": Kind(Recording, record_the_call),
        "retention": Kind(Retention, keep_records, is_asked=False),
        "route": Kind(Route, let_a_person_decide),
        "sla": Kind(Sla, keep_the_deadline),
        "window_restriction": Kind(WindowRestriction, leave_room),
    }
)
