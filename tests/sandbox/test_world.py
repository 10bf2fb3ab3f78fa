"""The pretend world keeps its word: repeatable, durable, and driven by the time it is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.failure import FateUnknown
from domain.book import BookPayment
from domain.work_item import DISPOSITIONS_FOR, Disposition, WorkKind
from simulation.sandbox.control import Accepts, Answered, FaultKind, Vendor
from simulation.sandbox.remote import SandboxRefused
from tests.sandbox.scene import START, Scene, a_scene, borrowers

ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = [k for k in WorkKind if k is not WorkKind.RECONCILE_ATTEMPT]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One world for the tests that only add to it."""
    with a_scene(tmp_path_factory.mktemp("world") / "state.db") as made:
        yield made


def _a_season(path: Path, *, seed: int) -> tuple[Accepts, list[BookPayment], list[Answered]]:
    """A season of messages and callbacks to forty borrowers, the driver stopping at every act."""
    cards = borrowers(40, portfolio="season", days_past_due=40)
    answers: list[Answered] = []
    with a_scene(path, seed=seed) as scene:
        scene.remote.register(cards)
        for card in cards:
            scene.mail(f"m-{card.loan_number}", card.email)
        now: datetime | None = START
        while now and now < START + timedelta(days=20):
            now = scene.remote.advance(now=now)
        later = START + timedelta(days=20)
        scene.remote.advance(now=later)
        answers = [scene.remote.answer(card.loan_number, kind=WorkKind.CALLBACK, at=later) for card in cards]
        scene.remote.advance(now=START + timedelta(days=90))
        return scene.remote.accepts(), list(scene.book.payments(portfolio="season", since=ALWAYS)), answers


def test_the_same_seed_and_calls_give_the_same_season(tmp_path: Path) -> None:
    """Ids, answers, payments and their instants repeat to the letter; another seed is another world."""
    first = _a_season(tmp_path / "first.db", seed=4)
    assert first == _a_season(tmp_path / "second.db", seed=4)
    assert first[1] != _a_season(tmp_path / "third.db", seed=5)[1]


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    """Time, accepts, the webhook key and what was going to happen are in the state file."""
    path = tmp_path / "state.db"
    with a_scene(path) as scene:
        scene.remote.register(borrowers(30, portfolio="kept"))
        scene.text("kept", "+15550100001")
        due = scene.remote.advance(now=START + timedelta(days=1))
        accepts, key = scene.remote.accepts(), scene.remote.sendgrid_public_key()
    with a_scene(path) as scene:
        assert scene.remote.health().now == START + timedelta(days=1)
        assert scene.remote.accepts() == accepts
        assert scene.remote.sendgrid_public_key() == key
        assert scene.remote.advance(now=START + timedelta(days=1)) == due
        scene.remote.advance(now=START + timedelta(days=60))
        assert list(scene.book.payments(portfolio="kept", since=ALWAYS))


def test_the_driver_is_told_of_acts_and_not_of_receipts(tmp_path: Path) -> None:
    """Receipts alone give no stop; borrowers' acts do, on whole hours, and in the end nothing is left."""
    with a_scene(tmp_path / "state.db") as scene:
        scene.text("receipts-only", "+15550100001")
        assert scene.remote.advance(now=START) is None
        scene.remote.register(borrowers(25, portfolio="acts"))
        now = scene.remote.advance(now=START)
        stops = []
        while now:
            stops.append(now)
            now = scene.remote.advance(now=now)
        assert stops == sorted(set(stops))
        assert all(stop == stop.replace(minute=0, second=0, microsecond=0) for stop in stops)
        paid = list(scene.book.payments(portfolio="acts", since=ALWAYS))
        assert {payment.received_at for payment in paid} <= set(stops)


def test_time_never_goes_back(scene: Scene) -> None:
    """An earlier instant than the present changes nothing."""
    now = scene.remote.health().now
    scene.remote.advance(now=now - timedelta(days=1))
    assert scene.remote.health().now == now


def test_one_attempt_accepted_twice_is_a_duplicate(scene: Scene) -> None:
    """The witness names the attempt, and counts both."""
    before = scene.remote.accepts().by_channel.get("sms", 0)
    scene.text("double", "+15550100002")
    assert "double" not in scene.remote.accepts().duplicates
    scene.text("double", "+15550100002")
    accepts = scene.remote.accepts()
    assert "double" in accepts.duplicates
    assert accepts.by_channel["sms"] == before + 2


def test_the_witness_keeps_no_number_and_no_text(scene: Scene) -> None:
    """Destination and text stand in the log as hashes."""
    scene.text("hashed", "+15550100003", body="A text of its own")
    told = scene.remote.accepts().model_dump_json()
    assert "+15550100003" not in told
    assert "A text of its own" not in told


@pytest.mark.parametrize("kind", KINDS)
def test_answers_fit_the_work_and_are_followed_by_money(kind: WorkKind, scene: Scene) -> None:
    """Some borrowers agree to pay; what they pay is in the loan book, and is never more than they owe."""
    portfolio = f"work{kind}"
    cards = borrowers(60, portfolio=portfolio, days_past_due=60)
    scene.remote.register(cards)
    at = scene.remote.health().now
    for card in cards:
        told = scene.remote.answer(card.loan_number, kind=kind, at=at)
        assert told.disposition in DISPOSITIONS_FOR[kind]
        assert (told.promise is not None) == (told.disposition is Disposition.PROMISE)
        assert (told.address is not None) == (told.disposition is Disposition.CONFIRMED)
        assert (told.arrangement is not None) == (told.disposition is Disposition.ARRANGEMENT)
    scene.remote.advance(now=at + timedelta(days=100))
    paid: dict[str, int] = {}
    for payment in scene.book.payments(portfolio=portfolio, since=ALWAYS):
        sign = -1 if payment.reverses else 1
        paid[payment.loan_number] = paid.get(payment.loan_number, 0) + sign * payment.amount_minor
    assert paid
    assert all(0 <= amount <= 40_000 for amount in paid.values())


def test_an_unknown_loan_has_no_answer(scene: Scene) -> None:
    """Asking for somebody who was never registered is refused."""
    with pytest.raises(SandboxRefused, match="404"):
        scene.remote.answer("nobody", kind=WorkKind.CALLBACK, at=START)


def test_registering_again_changes_nothing(scene: Scene) -> None:
    """A known loan keeps its history."""
    cards = borrowers(3, portfolio="again")
    scene.remote.register(cards)
    scene.remote.register([card.model_copy(update={"arrears_minor": 1}) for card in cards])
    today = scene.remote.health().now.date()
    rows = scene.book.delinquencies(portfolio="again", since=ALWAYS, today=today, left_out=lambda _: None)
    loans = list(rows)
    assert [loan.statement.arrears_minor for loan in loans] == [40_000] * 3


def test_health_counts_what_reached_each_vendor(scene: Scene) -> None:
    """Requests are counted apart from accepts."""
    before = scene.remote.health().requests.get(Vendor.SENDGRID, 0)
    scene.mail("health", "sam@example.org")
    assert scene.remote.health().requests[Vendor.SENDGRID] == before + 1


def test_health_counts_the_faults_that_have_not_come(scene: Scene) -> None:
    """One that was asked for waits until a request meets it."""
    scene.remote.fault(Vendor.SENDGRID, kind=FaultKind.BROKEN_BEFORE)
    assert scene.remote.health().faults_waiting == 1
    with pytest.raises(FateUnknown):
        scene.mail("trouble", "sam@example.org")
    assert scene.remote.health().faults_waiting == 0
