"""The ledger's gauges in the text format that Prometheus reads."""

from collections.abc import Iterator, Mapping

from domain.action import Action
from ledger.gauges import Gauges

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_page(gauges: Gauges) -> str:
    """Every gauge with its help; names, numbers and ids of people are in none of them."""
    return "\n".join(_lines(gauges)) + "\n"


def _lines(gauges: Gauges) -> Iterator[str]:
    broken = {action.value: gauges.broken.count(action.value) for action in Action}
    told = "What of the channel is out of order: all of it, a country or a wording each count one."
    yield from _gauge("breaker_open", told, broken, label="channel")
    yield from _gauge("attempts_unknown", "Contacts of unknown fate.", {"": gauges.unknown})
    age = int(gauges.oldest_unknown.total_seconds())
    yield from _gauge("oldest_unknown_seconds", "Age of the oldest contact of unknown fate.", {"": age})
    yield from _gauge("inbox_backlog", "Webhooks kept and not yet acted upon.", {"": gauges.backlog})
    yield from _gauge("wake_ups_pending", "Wake-ups that no turn has seen.", {"": gauges.wake_ups})
    waiting = dict(sorted(gauges.waiting.items()))
    yield from _gauge("journeys_open", "Open journeys by what they wait for.", waiting, label="waiting_for")


def _gauge(name: str, told: str, values: Mapping[str, int], *, label: str = "") -> Iterator[str]:
    yield f"# HELP duecourse_{name} {told}"
    yield f"# TYPE duecourse_{name} gauge"
    for key, value in values.items():
        labels = f'{{{label}="{key}"}}' if label else ""
        yield f"duecourse_{name}{labels} {value}"
