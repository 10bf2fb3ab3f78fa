"""The points of a contact's life at which a process dies, and where each of them lies by each way of contact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.way import CANCELLABLE, WAYS

Story = Literal["send", "webhook", "payment", "reconcile"]
KEPT_ONLY = frozenset({CANCELLABLE})


@dataclass(frozen=True, slots=True)
class Moment:
    """The nth time that something happens; `name` as `tests.chaos.moments` tells it."""

    name: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process dies while a story is lived.

    elsewhere: the ways by which it lies at another moment. only: the ways that have it, with `reason` for the others.
    """

    name: str
    story: Story
    moment: Moment
    elsewhere: Mapping[str, Moment] = field(default_factory=dict)
    only: frozenset[str] = frozenset(WAYS)
    reason: str = ""

    def by(self, way: str) -> Moment:
        """The moment by a way of contact."""
        return self.elsewhere.get(way, self.moment)


def _second_for_kept_mail(name: str) -> tuple[Moment, Mapping[str, Moment]]:
    """A mail that can be cancelled asks for its batch id first, and notes it: the mail itself comes second."""
    return Moment(name), {CANCELLABLE: Moment(name, 2)}


_NO_BATCH = "only a mail that can be cancelled asks for a batch id"

POINTS = (
    Point("before_plan_commit", "send", Moment("plan:before")),
    Point("after_plan_commit", "send", Moment("plan:after")),
    Point("before_claim_commit", "send", Moment("claim:before")),
    Point("after_claim_commit", "send", Moment("claim:after")),
    Point("batch_id_read", "send", Moment("http:read"), only=KEPT_ONLY, reason=_NO_BATCH),
    Point("before_batch_commit", "send", Moment("record:before"), only=KEPT_ONLY, reason=_NO_BATCH),
    Point("after_batch_commit", "send", Moment("record:after"), only=KEPT_ONLY, reason=_NO_BATCH),
    Point("connect", "send", Moment("http:connect")),
    Point("request_written", "send", *_second_for_kept_mail("http:written")),
    Point("accepted_by_the_vendor", "send", *_second_for_kept_mail("http:accepted")),
    Point("response_read", "send", *_second_for_kept_mail("http:read")),
    Point("before_record_commit", "send", *_second_for_kept_mail("record:before")),
    Point("after_record_commit", "send", *_second_for_kept_mail("record:after")),
    Point("evidence_append", "send", Moment("record/insert events")),
    Point("inbox_insert", "webhook", Moment("inbox/insert inbox")),
    # A desk's news settles its order, and then ends the work: it dies with both in hand.
    Point("inbox_apply", "webhook", Moment("inbox/update attempts"), {"desk": Moment("inbox/update work_items")}),
    Point("before_inbox_commit", "webhook", Moment("inbox:before")),
    Point("after_inbox_commit", "webhook", Moment("inbox:after")),
    Point("before_payment_commit", "payment", Moment("payment:before")),
    Point("wake_up", "payment", Moment("payment/insert wake_ups")),
    Point("after_payment_commit", "payment", Moment("payment:after")),
    Point("before_payment_close", "payment", Moment("turn:before")),
    Point("after_payment_close", "payment", Moment("turn:after")),
    # SendGrid shows no list: of a mail that left at once the question is read, and there is nobody to ask.
    Point("reconcile_read", "reconcile", Moment("http:read"), {"email": Moment("reconcile:after")}),
    Point("before_reconcile_write", "reconcile", Moment("reconcile:before", 2)),
    Point("after_reconcile_write", "reconcile", Moment("reconcile:after", 2)),
)
