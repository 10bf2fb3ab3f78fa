"""Time to cure: the share of the entered that was cured by each day, where other ends compete with the cure."""

from collections.abc import Mapping
from dataclasses import dataclass

TERMS = {
    "time to cure": (
        "Aalen-Johansen cumulative incidence: sum over days of (journeys open at the day's start that nothing had "
        "ended / entered, with those still watched standing for those that are not) x (cured that day / at risk); "
        "other ends (exhausted, with legal, with an agency, withdrawn, deceased) compete and are not censored, "
        "because 1 - Kaplan-Meier would overstate it; 95 % interval from Aalen's variance, on the log(-log) scale"
    ),
}


@dataclass(frozen=True, slots=True)
class Incidence:
    """By the end of a day after entry: the share cured, its interval, and the share that each other end had taken.

    at_risk: journeys that were open and watched at the start of the day.
    """

    day: int
    at_risk: int
    cured: float
    ci_low: float
    ci_high: float
    competing: Mapping[str, float]
