"""The kinds of rule: for each its parameters and the function that judges by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policy.compliance.objection import Objection
from policy.compliance.rules.frequency_cap import FrequencyCap, respect_the_count
from policy.compliance.rules.quiet_hours import QuietHours, respect_the_night
from policy.files.form import Form


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule.

    judge(case, question, params, *, at) answers for the moment `at` on the facts of the case: an objection, or None.
    """

    params: type[Form]
    judge: Callable[..., Objection | None]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "frequency_cap": Kind(FrequencyCap, respect_the_count),
        "quiet_hours": Kind(QuietHours, respect_the_night),
    }
)
