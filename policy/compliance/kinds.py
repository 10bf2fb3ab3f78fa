"""The kinds of rule: for each its parameters and the function that judges by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policy.compliance.objection import Objection
from policy.compliance.rules.agency import Agency, place_with_proper_agencies
from policy.compliance.rules.arrangement import ArrangementTerms, keep_the_agreement
from policy.compliance.rules.frequency_cap import FrequencyCap, respect_the_count
from policy.compliance.rules.hold import Hold, let_it_rest
from policy.compliance.rules.legal_bar import LegalBar, spare_barred_debts
from policy.compliance.rules.quiet_hours import QuietHours, respect_the_night
from policy.compliance.rules.recording import Recording, record_the_call
from policy.compliance.rules.retention import Retention, keep_records
from policy.compliance.rules.route import Route, let_a_person_decide
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
        "agency": Kind(Agency, place_with_proper_agencies),
        "arrangement": Kind(ArrangementTerms, keep_the_agreement),
        "frequency_cap": Kind(FrequencyCap, respect_the_count),
        "hold": Kind(Hold, let_it_rest),
        "legal_bar": Kind(LegalBar, spare_barred_debts),
        "quiet_hours": Kind(QuietHours, respect_the_night),
        "recording": Kind(Recording, record_the_call),
        "retention": Kind(Retention, keep_records, is_asked=False),
        "route": Kind(Route, let_a_person_decide),
    }
)
