"""The files of a bundle, made from a loan's dossier and its timeline."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ledger.evidence.dossier import Dossier, SaidText
from ledger.timelines import Timeline
from reports.timeline_lines import sentence

HERE = Path(__file__).parent


TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Receipts", "inbox", ("received_at", "vendor", "kind", "status", "code", "attempt_id")),
    ("Calls", "calls", ("at", "direction", "recipient", "outcome", "by")),
    ("Promises", "promises", ("made_at", "amount_minor", "due_on", "state")),
    ("Arrangements", "arrangements", ("agreed_at", "instalments", "state")),
    ("Payments", "payments", ("received_at", "amount_minor", "currency", "source", "external_id")),
    ("Reversals", "reversals", ("reversed_at", "amount_minor", "source", "external_id")),
    ("Costs", "costs", ("incurred_at", "unit", "quantity", "amount_millis", "currency")),
)
"""Records that the page shows as they are on file (amounts in minor units, or in thousandths of one)."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def files_of(
    dossier: Dossier, timeline: Timeline, *, lender: str, name: str, keys: Mapping[str, str]
) -> dict[str, str]:
    """Every file by its name, but for the manifest. name: the borrower's; keys: public keys by name, as PEM."""
    signed = {root["statement"]["key"] for root in dossier.roots}
    return {
        "VERIFY.txt": _environment()
        .get_template("bundle/VERIFY.txt.j2")
        .render(
            number=timeline.loan_number,
            lender=lender,
            events=len(dossier.events),
            last_at=f"{dossier.last_at:%Y-%m-%d %H:%M}",
        ),
        "chain.jsonl": _lines(dossier.events),
        "messages.jsonl": _lines(_said(text) for text in dossier.texts),
        "records.jsonl": _lines(dossier.records),
        "roots.jsonl": _lines(dossier.roots),
        "timeline.html": _page(dossier, timeline, lender=lender, name=name),
        "verify.py": (HERE / "verify.py").read_text(encoding="utf-8"),
        **{f"key-{key}.pub": pem for key, pem in keys.items() if key in signed},
    }


def _page(dossier: Dossier, timeline: Timeline, *, lender: str, name: str) -> str:
    return (
        _environment()
        .get_template("templates/bundle.html.j2")
        .render(
            title=f"Loan {timeline.loan_number}: what happened",
            heading=[
                f"{lender}, portfolio {timeline.portfolio}. Borrower: {name}.",
                f"All times are UTC. The last event was on {dossier.last_at:%Y-%m-%d %H:%M}.",
            ],
            texts=[_text(text) for text in dossier.texts],
            sections=list(_sections(dossier, timeline)),
        )
    )


def _text(text: SaidText) -> dict[str, Any]:
    to = f" to {text.contact}" if text.contact else ""
    return {
        "heading": f"{text.planned_at:%Y-%m-%d %H:%M} {text.action.replace('_', ' ')}{to}: {text.state}",
        "removed": text.removed,
        "parts": list(text.parts.items()),
    }


def _sections(dossier: Dossier, timeline: Timeline) -> Iterator[Section]:
    told = ((h.at, *sentence(h, timeline)) for h in timeline.happenings)
    yield Section("Timeline", ("when", "what", ""), [(f"{at:%Y-%m-%d %H:%M}", kind, says) for at, kind, says in told])
    verdicts = [row for record in _of(dossier, "verdicts/") for row in record]
    ordered = sorted(verdicts, key=lambda row: (row["judged_at"], row["attempt_id"], row["pack"], row["rule"]))
    names = ("verdict", "rule", "pack", "citation", "message")
    yield Section(
        "Verdicts", ("when", *names), [(row["judged_at"][:16], *(str(row[n]) for n in names)) for row in ordered]
    )
    for title, table, columns in TABLES:
        rows = [[str(row.get(n, "")).removesuffix(".000000") for n in columns] for row in _of(dossier, f"{table}/")]
        yield Section(title, [n.replace("_", " ") for n in columns], sorted(rows))
    yield Section(
        "Signed days",
        ("day", "covers event", "of", "key"),
        [
            (r["statement"]["day"], r["leaf"].split()[1], f"{len(dossier.events)} events", r["statement"]["key"])
            for r in dossier.roots
        ],
    )


def _of(dossier: Dossier, prefix: str) -> list[Any]:
    return [record["content"] for record in dossier.records if record["record"].startswith(prefix)]


def _said(text: SaidText) -> dict[str, Any]:
    return {
        "action": text.action,
        "attempt": text.attempt_id,
        "contact": text.contact,
        "removed": text.removed,
        "text": text.text,
    }


def _lines(objects: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(each, sort_keys=True) + "\n" for each in objects)


@cache
def _environment() -> Environment:
    folders = FileSystemLoader(HERE.parent)
    return Environment(
        loader=folders,
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
