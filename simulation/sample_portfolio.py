"""A synthetic lender's file for those who have none at hand: people who do not exist, with the figures of real arrears.

Everybody can be reached only under names kept free for that: numbers 555-0100 to 555-0199 of North American area codes,
and addresses at example.com (RFC 2606). `deployments/mappings/sample.yaml` reads the loans, `sample_payments.yaml` the
payments. The same seed gives the same file.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from domain.arrears import add_months
from simulation.sample_places import (
    CHANNELS,
    FIRST_NAMES,
    INDUSTRIES,
    LAST_NAMES,
    PLACES,
    PRODUCTS,
    STREETS,
    Place,
)

BUCKETS = (((1, 30), 0.40), ((31, 60), 0.24), ((61, 90), 0.12), ((91, 180), 0.14), ((181, 540), 0.10))
"""Days past due, with the share of loans. In the card data of 2005 nine in ten stand in the first two buckets; here the
late ones have more weight, so that every rung of a long ladder is seen at work in a small portfolio."""

SECOND_LOAN = 0.18
NO_EMAIL = 0.12
NO_MOBILE = 0.05
BAD_MOBILE = 0.04
LANDLINE = 0.15
VERIFIED_ADDRESS = 0.35
SPANISH = 0.08
BOUNCED = 1 / 30

_BAD_NUMBERS = ("555-CALL-ME", "000 000 0000", "12345", "(212) 155-0100", "none")
_NUMBERS_PER_AREA = 100
_MOST_INSTALMENTS_BEHIND = 9


LOAN_COLUMNS = (
    *("loan_no", "customer_no", "first_name", "last_name", "mobile_phone", "home_phone", "email"),
    *("street", "city", "state", "zip", "address_verified_on", "time_zone", "language"),
    *("product", "segment", "industry", "region", "origination_channel", "vintage", "originated_on"),
    *("statement_date", "oldest_due_date", "amount_overdue", "monthly_instalment", "balance"),
)
PAYMENT_COLUMNS = ("payment_id", "loan_no", "paid_on", "amount", "returned_payment_id")

_Record = dict[str, str]


@dataclass(slots=True)
class _Directory:
    """Hands out fictitious numbers, each once while its place has any left: enough for about 10,000 loans."""

    taken: dict[str, int] = field(default_factory=dict)

    def number(self, place: Place) -> str:
        """The next number of a place, in the form people write."""
        nth = self.taken.get(place.city, 0)
        self.taken[place.city] = nth + 1
        area = place.area_codes[nth // _NUMBERS_PER_AREA % len(place.area_codes)]
        return f"({area}) 555-01{nth % _NUMBERS_PER_AREA:02}"


def write_sample(path: Path, *, loans: int, seed: int, as_of: date) -> None:
    """Write a CSV of so many overdue loans as they stand on a day; about one borrower in six has several."""
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.DictWriter(text, LOAN_COLUMNS, lineterminator="\n")
        rows.writeheader()
        for loan in _loans(loans, seed, as_of):
            rows.writerow(loan.record)


def write_sample_payments(path: Path, *, loans: int, seed: int, as_of: date, months: int = 6) -> None:
    """Write a CSV of what the loans of `write_sample` (same loans, seed and day) paid in the months before the day.

    Instalments were paid until the arrears began; one in thirty bounced and was paid again a few days later.
    """
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.DictWriter(text, PAYMENT_COLUMNS, lineterminator="\n")
        rows.writeheader()
        for loan in _loans(loans, seed, as_of):
            rows.writerows(_payments(loan, Random(f"{seed}/{loan.record['loan_no']}"), as_of, months))


@dataclass(frozen=True, slots=True)
class _SampleLoan:
    record: _Record
    oldest_due_on: date
    originated_on: date
    instalment_cents: int


def _loans(count: int, seed: int, as_of: date) -> Iterator[_SampleLoan]:
    random, directory = Random(seed), _Directory()
    person = _person(1, random, directory, as_of)
    for nth in range(1, count + 1):
        if nth > 1 and random.random() >= SECOND_LOAN:
            person = _person(nth, random, directory, as_of)
        yield _loan(nth, person, random, as_of)


def _person(nth: int, random: Random, directory: _Directory, as_of: date) -> _Record:
    place = random.choices(PLACES, [len(p.area_codes) for p in PLACES])[0]
    first_name, last_name = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    mobile = directory.number(place) if random.random() >= NO_MOBILE else ""
    landline = directory.number(place) if random.random() < LANDLINE else ""
    email = f"{first_name}.{last_name}.{nth}@example.com".replace("'", "").lower()
    verified_on = as_of - timedelta(days=random.randint(20, 900))
    return {
        "customer_no": f"C{nth:06}",
        "first_name": first_name,
        "last_name": last_name,
        "mobile_phone": _chosen(random, BAD_MOBILE, random.choice(_BAD_NUMBERS), mobile),
        "home_phone": landline,
        "email": _chosen(random, NO_EMAIL, "", email),
        "street": f"{random.randint(1, 980)} {random.choice(STREETS)}",
        "city": place.city,
        "state": place.state,
        "zip": f"{place.zip_prefix}{random.randint(1, 99):02}",
        "region": place.region,
        "address_verified_on": _chosen(random, VERIFIED_ADDRESS, _written(verified_on), ""),
        "time_zone": place.timezone,
        "language": _chosen(random, SPANISH, "es", "en"),
    }


def _loan(nth: int, person: _Record, random: Random, as_of: date) -> _SampleLoan:
    product = random.choices(PRODUCTS, [p.share for p in PRODUCTS])[0]
    first, last = random.choices([days for days, _ in BUCKETS], [share for _, share in BUCKETS])[0]
    days_past_due = random.randint(first, last)
    oldest_due_on = as_of - timedelta(days=days_past_due)
    paid = random.randint(1, product.term_months - 6)
    originated_on = add_months(oldest_due_on, -paid)
    instalment = round(product.instalment_cents * random.lognormvariate(0, product.spread))
    overdue = instalment * min(1 + days_past_due // 30, _MOST_INSTALMENTS_BEHIND)
    balance = max(instalment * (product.term_months - paid), overdue)
    record = {
        "loan_no": f"L{nth:06}",
        "product": product.name,
        "segment": product.segment,
        "industry": random.choice(INDUSTRIES),
        "origination_channel": random.choice(CHANNELS),
        "vintage": str(originated_on.year),
        "originated_on": _written(originated_on),
        "statement_date": _written(as_of),
        "oldest_due_date": _written(oldest_due_on),
        "amount_overdue": _dollars(overdue),
        "monthly_instalment": _dollars(instalment),
        "balance": _dollars(balance),
    }
    return _SampleLoan(person | record, oldest_due_on, originated_on, instalment)


def _payments(loan: _SampleLoan, random: Random, as_of: date, months: int) -> Iterator[_Record]:
    number, window = loan.record["loan_no"], add_months(as_of, -months)
    for back in range(1, months + 1):
        due_on = add_months(loan.oldest_due_on, -back)
        if due_on < max(window, loan.originated_on):
            return
        paid_on = due_on + timedelta(days=random.randint(0, 6))
        payment = {"loan_no": number, "amount": _dollars(loan.instalment_cents), "returned_payment_id": ""}
        name = f"P-{number}-{due_on:%Y%m}"
        yield payment | {"payment_id": name, "paid_on": _written(paid_on)}
        if random.random() < BOUNCED:
            returned_on, again_on = paid_on + timedelta(days=2), paid_on + timedelta(days=5)
            yield payment | {"payment_id": f"{name}-R", "paid_on": _written(returned_on), "returned_payment_id": name}
            yield payment | {"payment_id": f"{name}-2", "paid_on": _written(again_on)}


def _chosen(random: Random, share: float, rare: str, usual: str) -> str:
    return rare if random.random() < share else usual


def _written(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
