"""What a person records about a piece of work: the result, and the promise, plan or note that came with it."""

from dataclasses import dataclass, field

from domain.arrangement import Instalment
from domain.work_item import Disposition


@dataclass(frozen=True, slots=True)
class WorkResult:
    """The result of a work item.

    by: who did it. minutes: the time it took. promised: for a promise, its amount in minor units and day.
    instalments: for an arrangement. note: free text, kept encrypted.
    """

    disposition: Disposition
    by: str
    minutes: int
    promised: Instalment | None = None
    instalments: tuple[Instalment, ...] = ()
    note: str = field(default="", repr=False)
