"""The tables of vendors' codes: every class has its place, every known code stands there once, and the rest is safe."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import connectors
from connectors.failure import ERROR_FOR, ChannelMisconfigured
from connectors.remedies import ELSE, remedy_for
from connectors.vendor_codes import error_of, meaning_of
from domain.attempt import FailureClass

FOLDER = Path(connectors.__file__).parent
TABLES = ("twilio", "sendgrid", "desk")

# Twilio's codes by what is done about them, as they were looked up before any of this was written. A code that is taken
# out of the file, or moved to another class there, fails here until it is changed in both on purpose.
TWILIO: dict[FailureClass, str] = {
    FailureClass.NEVER_PROCESSED: "429 20429",
    FailureClass.OPT_OUT: "21610 30004",
    FailureClass.BAD_NUMBER: "21211 21614 21635 30005 30006 21217 21612 21214",
    FailureClass.SOFT: "30003 30008 30017 30410",
    FailureClass.THROTTLE: "21611 30001 30022 30023 30027 14107 22005",
    FailureClass.CONTENT: "30007 21602 21617 21656 30019",
    FailureClass.CONFIGURATION: (
        "20003 20005 20404 21210 21212 21603 21606 21703 21704 21705 30002 30032 30033 30034 30035 35118 "
        "10001 20006 20008 20403 21601 21616 21659 21660 21661 21701 63002 63007"
    ),
    FailureClass.COUNTRY: "21408",
    FailureClass.EXPIRED: "30036",
    FailureClass.OUR_WEBHOOK: "11200 11205 11210 11215 11220",
}
SENDGRID: dict[FailureClass, str] = {
    FailureClass.NEVER_PROCESSED: "429",
    FailureClass.CONFIGURATION: "401 403 404 405 406 415",
    FailureClass.CONTENT: "413",
}
# Not in any table, because no code says it: a lost or unreadable answer is ambiguous, and a refusal that nobody has
# listed is permanent.
SAID_BY_NO_CODE = {FailureClass.AMBIGUOUS, FailureClass.PERMANENT}
# What SendGrid and the desks have no code for: their statuses and fields are coarser than Twilio's codes.
NOT_SAID_BY = {
    "twilio": SAID_BY_NO_CODE,
    "sendgrid": {
        *SAID_BY_NO_CODE,
        FailureClass.THROTTLE,
        FailureClass.COUNTRY,
        FailureClass.EXPIRED,
        FailureClass.OUR_WEBHOOK,
    },
    "desk": {
        FailureClass.AMBIGUOUS,
        FailureClass.OPT_OUT,
        FailureClass.BAD_NUMBER,
        FailureClass.SOFT,
        FailureClass.THROTTLE,
        FailureClass.CONTENT,
        FailureClass.COUNTRY,
        FailureClass.EXPIRED,
        FailureClass.OUR_WEBHOOK,
    },
}


def _file(table: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{table}_codes.yaml").read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("table", TABLES)
def test_every_class_has_its_place(table: str) -> None:
    """A new class fails here until somebody has said for each vendor which codes mean it, or that none does."""
    placed = {FailureClass(name) for name in _file(table)["classes"]}
    assert placed | NOT_SAID_BY[table] == set(FailureClass)
    assert not placed & NOT_SAID_BY[table]


@pytest.mark.parametrize("table", TABLES)
def test_no_code_stands_twice(table: str) -> None:
    """The second place would silently win."""
    codes = [code for codes in _file(table)["classes"].values() for code in codes]
    assert len(codes) == len(set(codes))
    assert all(isinstance(code, str) for code in codes)


@pytest.mark.parametrize(
    ("table", "failure", "codes"),
    [(t, f, c) for t, known in (("twilio", TWILIO), ("sendgrid", SENDGRID)) for f, c in known.items()],
)
def test_every_code_that_is_known_means_what_it_did(table: str, failure: FailureClass, codes: str) -> None:
    """And only one that is to be looked at again is marked."""
    for code in codes.split():
        meaning = meaning_of(code, table=table)
        assert (code, meaning.failure) == (code, failure)
        assert meaning.needs_review == (code == "30004")


@pytest.mark.parametrize("table", TABLES)
def test_what_is_marked_or_has_a_remedy_is_listed(table: str) -> None:
    """No mark or remedy is left behind by a code that was taken out; a remedy is for what opens a breaker."""
    data = _file(table)
    listed = {code: FailureClass(name) for name, codes in data["classes"].items() for code in codes}
    assert set(data["review"]) <= set(listed)
    assert {ERROR_FOR[listed[code]] for code in data["remedies"]} == {ChannelMisconfigured}
    assert all(remedy_for(code, vendor=table) == told for code, told in data["remedies"].items())


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_code_ends_its_attempt_and_nothing_else(table: str) -> None:
    """No number is given up, no channel is stopped and nobody is suppressed for a code that nobody has read about."""
    meaning = meaning_of("418 teapot", table=table)
    assert (meaning.failure, meaning.needs_review) == (FailureClass.PERMANENT, True)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("status", [401, 403])
def test_an_unknown_code_of_an_account_that_may_not_spends_nobodys_attempt(table: str, status: int) -> None:
    """Whatever the vendor calls it: the channel rests, the status is told with the code, and a person looks at it."""
    error = error_of(table=table, vendor=table, status=status, code="31415")
    assert isinstance(error, ChannelMisconfigured)
    assert error.failure is FailureClass.CONFIGURATION
    assert (error.code, error.needs_review) == (f"{status} 31415", True)
    assert meaning_of(error.code, table=table).failure is FailureClass.CONFIGURATION
    assert remedy_for(error.code, vendor=table) == remedy_for(str(status), vendor=table) != ELSE


def test_a_listed_code_means_the_same_under_every_status() -> None:
    """A number that has opted out is no matter of the account."""
    error = error_of(table="twilio", vendor="twilio", status=403, code="21610")
    assert (error.failure, error.code, error.needs_review) == (FailureClass.OPT_OUT, "21610", False)


def test_an_unknown_code_of_a_bad_request_is_that_of_its_contact() -> None:
    """No channel is stopped for it; the status 400 says nothing, and is not told."""
    error = error_of(table="twilio", vendor="twilio", status=400, code="31415")
    assert (error.failure, error.code, error.needs_review) == (FailureClass.PERMANENT, "31415", True)


def test_the_files_say_when_they_were_read() -> None:
    """Vendors change their lists."""
    assert all(_file(table)["as_of"] and _file(table)["vendor"] == table for table in TABLES)
