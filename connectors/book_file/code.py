"""The lender's codes for currencies, time zones, languages and jurisdictions, checked against the standards."""

import difflib
import re
import zoneinfo
from functools import lru_cache

import phonenumbers

from connectors.book_file.cell import BadCellError

CURRENCIES = frozenset(
    (  # noqa: SIM905 (a list of 150 quoted codes is not easier to read)
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
        "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
        "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
        "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
        "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW "  # codespell:ignore zar
    ).split()
)
"""ISO 4217, without funds, metals and test codes."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_JURISDICTION = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,3})?")


def currency_of(text: str) -> str:
    """The ISO 4217 code, in capitals.

    Raises:
        BadCellError: no such currency.
    """
    if text.upper() not in CURRENCIES:
        raise BadCellError("is not a currency; write its ISO 4217 code, such as USD or TWD", value=text)
    return text.upper()


@lru_cache(maxsize=1024)
def timezone_of(text: str) -> str:
    """The IANA name, as given.

    Raises:
        BadCellError: no such zone; a near name is given where there is one.
    """
    known = _zones()
    if text not in known:
        near = difflib.get_close_matches(text, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else "write its IANA name, such as America/New_York"
        raise BadCellError(f"is not a time zone; {remedy}", value=text)
    return text


def language_of(text: str) -> str:
    """The BCP 47 tag, as given.

    Raises:
        BadCellError: it is not formed like one.
    """
    if not _LANGUAGE.fullmatch(text):
        raise BadCellError("is not a language; write its BCP 47 tag, such as en or zh-Hant", value=text)
    return text


def jurisdiction_of(text: str) -> str:
    """The ISO 3166-1 or -2 code, in capitals; the country is checked, its parts are not.

    Raises:
        BadCellError: not formed like one, or no such country.
    """
    found = _JURISDICTION.fullmatch(text.upper())
    if not found or found[1] not in phonenumbers.SUPPORTED_REGIONS:
        raise BadCellError("is not a jurisdiction; write its ISO 3166 code, such as GB, US or US-NY", value=text)
    return text.upper()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
