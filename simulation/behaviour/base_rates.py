"""Reads the dated base rates of the pretend world."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Shares = Mapping[str, float]


class RatesDoNotAddUp(ValueError):
    """The shares of one row of the base rates do not sum to one."""


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The means of `base_rates.yaml`, where each is explained and sourced; shares and chances are between 0 and 1."""

    spread: float
    tempers: tuple[Shares, ...]
    self_cure_monthly: tuple[float, ...]
    self_cure_by_temper: Shares
    pays_in_full: float
    payment_taken_back: float
    message_pays: Shares
    message_by_channel: Shares
    message_wears_off: float
    message_stop: float
    message_answered: Shares
    email_opened: float
    phone_dead: float
    phone_landline: float
    email_dead: float
    not_delivered: float
    right_party_per_dial: float
    dials_per_callback: int
    contact_wears_off: float
    visit_meets_borrower: float
    message_left: float
    says_to_person: Mapping[str, Shares]
    promise_kept: Shares
    promise_half_kept: float
    plan_kept: Shares
    deceased: float
    address_outdated: float
    verification_finds: float
    enrichment_finds: float
    enrichment_misleads: float
    legal_ends: Mapping[str, Shares]
    judgment_pays: float
    agency_ends: Mapping[str, Shares]


@cache
def shipped_rates() -> BaseRates:
    """The rates that ship with the product.

    Raises:
        RatesDoNotAddUp: a row of shares does not sum to one.
    """
    data = yaml.safe_load(Path(__file__).with_name("base_rates.yaml").read_text(encoding="utf-8"))
    values: dict[str, Any] = {f.name: data[f.name]["value"] for f in fields(BaseRates)}
    for name in ("tempers", "self_cure_monthly"):
        values[name] = tuple(values[name])
    rates = BaseRates(**values)
    _check("tempers", rates.tempers)
    for name in ("says_to_person", "legal_ends", "agency_ends"):
        _check(name, tuple(values[name].values()))
    return rates


def _check(name: str, rows: tuple[Shares, ...]) -> None:
    for row in rows:
        if abs(sum(row.values()) - 1) > 1e-9:
            raise RatesDoNotAddUp(name)
