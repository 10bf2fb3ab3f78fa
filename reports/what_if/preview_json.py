"""A preview as plain values: for `--json`, and what its page and its tables are made of."""

from collections.abc import Iterable
from typing import Any

from domain.money import Money
from reports.figures import percent, words
from reports.what_if.preview import PRETEND, Preview
from simulation.what_if.comparing import Difference, Estimate, Lived
from simulation.what_if.timeline import Moment

MONEY = ("recovered", "cost", "net")


def preview_json(preview: Preview) -> dict[str, Any]:
    """Money in minor units per loan; instants in ISO 8601. The same ledger, files and seed give the same values."""
    compared = preview.compared
    return {
        "portfolio": preview.portfolio,
        "currency": preview.currency,
        "as_of": preview.as_of.isoformat(),
        "present": preview.present,
        "proposed": preview.proposed,
        "loans": compared.loans,
        "loans_entered": preview.entered,
        "lives_per_loan": compared.lives,
        "days": compared.days,
        "seed": preview.seed,
        "packs": list(preview.packs),
        "sentences": sentences(preview),
        "figures": [
            {
                "figure": name,
                "ladder": ladder,
                "value_minor": each.value,
                "ci_low": each.ci_low,
                "ci_high": each.ci_high,
            }
            for name in MONEY
            for ladder, each in (
                (which, rounded(getattr(getattr(compared, which), name), 4))
                for which in ("present", "proposed", "difference")
            )
        ],
        "steps_per_loan": _both(compared.present, compared.proposed, compared.difference, "steps"),
        "contacts_per_loan": _both(compared.present, compared.proposed, compared.difference, "contacts"),
        "cured": [
            {
                "horizon_days": horizon,
                "ladder": ladder,
                "rate": each.value,
                "ci_low": each.ci_low,
                "ci_high": each.ci_high,
            }
            for ladder, of in (
                ("present", compared.present.cured),
                ("proposed", compared.proposed.cured),
                ("difference", compared.difference.cured),
            )
            for horizon, each in ((h, rounded(e, 6)) for h, e in of)
        ],
        "rungs": [
            {
                "rung": each.rung,
                "present_steps_per_loan": round(each.present_steps, 4),
                "proposed_steps_per_loan": round(each.proposed_steps, 4),
                "step_cost_minor": each.step_cost_minor,
                "known": each.known_by.value,
                "days_seen": each.seen_days,
            }
            for each in preview.rungs
        ],
        "zone": preview.zone,
        "present_timeline": moments_json(preview.present_timeline),
        "proposed_timeline": moments_json(preview.proposed_timeline),
        "assumptions": list(preview.assumptions),
        "never_applied_by_itself": True,
    }


def moments_json(moments: Iterable[Moment]) -> list[dict[str, Any]]:
    """A timeline."""
    return [
        {
            "day": moment.day,
            "local_time": f"{moment.at:%a %d %b %H:%M}",
            "rung": moment.rung,
            "action": moment.action.value,
            "outcome": moment.outcome.value,
            "cost_minor": moment.cost_minor,
            "reason": moment.reason,
        }
        for moment in moments
    ]


def sentences(preview: Preview) -> list[str]:
    """What a manager wants to know first."""
    difference, currency = preview.compared.difference, preview.currency
    net = difference.net
    verdict = "no difference is shown" if net.ci_low <= 0 <= net.ci_high else "a difference is shown"
    steps = f"{abs(difference.steps):.2f} {'fewer' if difference.steps < 0 else 'more'}"
    contacts = f"{abs(difference.contacts):.2f} {'fewer' if difference.contacts < 0 else 'more'}"
    found = [
        (
            f"Net of cost {preview.proposed} brings {_money(abs(net.value), currency)}"
            f" {'less' if net.value < 0 else 'more'} per loan than {preview.present} (difference"
            f" {_money(net.ci_low, currency)} to {_money(net.ci_high, currency)}): {verdict}."
        ),
        f"It takes {steps} steps and makes {contacts} contacts per loan.",
        *(
            f"By day {horizon} {percent(after.value)} are cured instead of {percent(before.value)}."
            for (horizon, before), (_, after) in zip(
                preview.compared.present.cured, preview.compared.proposed.cured, strict=True
            )
        ),
    ]
    if PRETEND in preview.assumptions:
        found.insert(0, PRETEND)
    unknown = [words(each.rung) for each in preview.rungs if each.proposed_steps and not each.seen_days]
    if unknown:
        found.append(f"Nothing is known of {', '.join(unknown)}: taken to change nothing.")
    return found


def rounded(estimate: Estimate, places: int) -> Estimate:
    """So that figures do not end in noise."""
    return Estimate(*(round(value, places) for value in (estimate.value, estimate.ci_low, estimate.ci_high)))


def _both(present: Lived, proposed: Lived, difference: Difference, name: str) -> dict[str, float]:
    pairs = (("present", present), ("proposed", proposed), ("difference", difference))
    return {label: round(float(getattr(of, name)), 4) for label, of in pairs}


def _money(minor: float, currency: str) -> str:
    return str(Money(round(minor), currency))
