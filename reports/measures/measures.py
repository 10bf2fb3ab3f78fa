"""All the measures of a report, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.measures.crediting import Attributions
from reports.measures.cure import CureRate
from reports.measures.liquidation import Liquidation, LiquidationBy
from reports.measures.present_value import PresentValue
from reports.measures.rates import Rates
from reports.measures.roll import RollBy, RollMatrix
from reports.measures.time_to_cure import Incidence, NamedIncidence


@dataclass(frozen=True, slots=True)
class Measures:
    """One field a measure. Those that end in `_by` are by breakdown, and the name of each row is in its records."""

    cure: tuple[CureRate, ...]
    cure_by: Mapping[str, tuple[CureRate, ...]]
    roll: RollMatrix
    roll_by: Mapping[str, tuple[RollBy, ...]]
    liquidation: tuple[Liquidation, ...]
    liquidation_by: Mapping[str, tuple[LiquidationBy, ...]]
    time_to_cure: tuple[Incidence, ...]
    time_to_cure_by: Mapping[str, tuple[NamedIncidence, ...]]
    rates: Rates
    npv: PresentValue
    attribution: Attributions
