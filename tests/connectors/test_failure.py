"""Every failure has its place, and every error says what to do next."""

import pickle

import pytest

from connectors.failure import (
    ERROR_FOR,
    ChannelMisconfigured,
    ConnectorError,
    ContactRefused,
    FateUnknown,
    VendorBusy,
    failed,
)
from connectors.retrying import TRIES, patiently
from connectors.vendor_codes import CodeMeaning, error_of, meaning_of
from domain.attempt import FailureClass

# What the caller does next, for every error class there is. A new one must be placed here before it can be raised.
NEXT = {
    VendorBusy: "the same call later",
    ContactRefused: "never for this attempt",
    ChannelMisconfigured: "page someone and spend no attempt",
    FateUnknown: "ask the provider first",
}


def test_every_class_of_failure_is_raised_as_some_error() -> None:
    """A new member of FailureClass fails here until somebody decides what a caller does about it."""
    assert set(ERROR_FOR) == set(FailureClass)


def test_every_error_has_its_place_in_what_comes_next() -> None:
    """There is no error class that a caller could not act on, and none that nothing is raised as."""
    assert set(ConnectorError.__subclasses__()) == set(NEXT) == set(ERROR_FOR.values())


@pytest.mark.parametrize("failure", list(FailureClass))
def test_every_error_survives_being_sent_to_another_process(failure: FailureClass) -> None:
    """Class, code, vendor and mark for review come back whole."""
    error = failed(vendor="twilio", code="1", failure=failure, needs_review=True)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("21610", CodeMeaning(FailureClass.OPT_OUT)),
        ("30004", CodeMeaning(FailureClass.OPT_OUT, needs_review=True)),
        ("30006", CodeMeaning(FailureClass.BAD_NUMBER)),
        ("30008", CodeMeaning(FailureClass.SOFT)),
        ("30022", CodeMeaning(FailureClass.THROTTLE)),
        ("30007", CodeMeaning(FailureClass.CONTENT)),
        ("30034", CodeMeaning(FailureClass.CONFIGURATION)),
        ("30036", CodeMeaning(FailureClass.EXPIRED)),
        ("11200", CodeMeaning(FailureClass.OUR_WEBHOOK)),
        ("20429", CodeMeaning(FailureClass.NEVER_PROCESSED)),
        ("99999", CodeMeaning(FailureClass.PERMANENT, needs_review=True)),
    ],
)
def test_twilios_codes_mean_what_the_table_says(code: str, meaning: CodeMeaning) -> None:
    """One of each class, and the safe answer for a code that nobody has listed."""
    assert meaning_of(code, table="twilio") == meaning


@pytest.mark.parametrize("table", ["twilio", "sendgrid", "desk"])
@pytest.mark.parametrize("status", [200, 204, 301, 302, 500, 502, 503, 599])
def test_whatever_is_no_refusal_is_unknown(table: str, status: int) -> None:
    """Odd successes, redirects and server errors say nothing about what was done with the request."""
    error = error_of(table=table, vendor=table, status=status, code="whatever")
    assert isinstance(error, FateUnknown)
    assert error.code == f"http_{status}"


def test_an_unlisted_refusal_is_permanent_and_marked() -> None:
    """An unknown code after a 4xx ends the attempt, and a person is asked to class the code."""
    error = error_of(table="twilio", vendor="twilio", status=400, code="12345")
    assert isinstance(error, ContactRefused)
    assert error.failure is FailureClass.PERMANENT
    assert error.needs_review
    assert "for review" in str(error)


@pytest.mark.parametrize("failure", [f for f in FailureClass if f is not FailureClass.NEVER_PROCESSED])
def test_only_what_was_never_processed_is_tried_again(failure: FailureClass) -> None:
    """Every other failure ends the call at once, without a pause."""
    calls: list[str] = []

    def call() -> None:
        calls.append("call")
        raise failed(vendor="twilio", code="1", failure=failure)

    with pytest.raises(ERROR_FOR[failure]):
        patiently(sleep=lambda _: pytest.fail("slept"))(call)
    assert len(calls) == 1


def test_pauses_grow_and_are_few() -> None:
    """Four tries in all, seconds apart and each pause longer than the one before."""
    pauses: list[float] = []

    def call() -> None:
        raise failed(vendor="twilio", code="429", failure=FailureClass.NEVER_PROCESSED)

    with pytest.raises(VendorBusy):
        patiently(sleep=pauses.append)(call)
    assert len(pauses) == TRIES - 1
    assert pauses == sorted(pauses)
    assert 0.5 <= pauses[0] <= 1.0
    assert sum(pauses) < 12
