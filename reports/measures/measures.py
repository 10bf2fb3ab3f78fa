"""All the measures of a report, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.measures.crediting import Attributions
from reports.measures.cure import CureRate
from reports.measures.liquidation import Liquidation
from reports.measures.present_value import PresentValue
from reports.measures.rates import Rates
from reports.measures.roll import RollMatrix
from reports.measures.time_to_cure import Incidence


@dataclass(frozen=True, slots=True)
class Measures:
    """One field a measure. cure_by: by ladder, arm, segment and bucket, and the name of each row is in its rates."""

    cure: tuple[CureRate, ...]
    cure_by: Mapping[str, tuple[CureRate, ...]]
    roll: RollMatrix
    liquidation: tuple[Liquidation, ...]
    time_to_cure: tuple[Incidence, ...]
    rates: Rates
    npv: PresentValue
    attribution: Attributions
