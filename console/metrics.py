"""The ledger's gauges in the text format that Prometheus reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from domain.action import Action
from ledger.gauges import Gauges
from ledger.senders import SenderState

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
    yield from _gauge("wake_ups_pending", "Wake-ups that no turn has seen.", {"": gauges.wake_ups})
    waiting = dict(sorted(gauges.waiting.items()))
    yield from _gauge("journeys_open", "Open journeys by what they wait for.", waiting, label="waiting_for")
    yield from _senders(gauges.senders, now=gauges.at)


def _senders(senders: Sequence[SenderState], *, now: datetime) -> Iterator[str]:
    """Of our own numbers, addresses and desks; a rate below one a second is told in thousandths of a unit."""

    def each(value: Callable[[SenderState], float]) -> dict[str, int]:
        return {f"{sender.channel.value} {sender.name}": int(value(sender)) for sender in senders}

    told = "Units (segments, emails, orders) that a sender may let out now."
    yield from _gauge("sender_level", told, each(lambda sender: sender.level), label="sender")
    told = "Thousandths of a unit that a sender takes in a second, as it is now."
    yield from _gauge("sender_rate_millis", told, each(lambda sender: 1000 * sender.rate), label="sender")
    told = "Percent of its rate that a sender goes at, since a vendor found it too fast."
    yield from _gauge("sender_pace_percent", told, each(lambda sender: 100 * sender.share), label="sender")
    told = "Contacts that were put off because a sender has no room."
    yield from _gauge("sender_waiting", told, each(lambda sender: sender.waiting), label="sender")
    told = "Age of the oldest of them."
    ages = each(lambda sender: (now - (sender.waiting_since or now)).total_seconds())
    yield from _gauge("sender_longest_wait_seconds", told, ages, label="sender")


def _gauge(name: str, told: str, values: Mapping[str, int], *, label: str = "") -> Iterator[str]:
    yield f"# HELP duecourse_{name} {told}"
    yield f"# TYPE duecourse_{name} gauge"
    for key, value in values.items():
        labels = f'{{{label}="{key}"}}' if label else ""
        yield f"duecourse_{name}{labels} {value}"
