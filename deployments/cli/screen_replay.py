"""Replaying: `screen replay` judges a past contact again on what was known then."""

from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, show
from ledger.replaying import Replayed, replay
from policy.compliance.telling import sentence


def replay_attempt(
    attempt: Annotated[
        str, typer.Argument(help="The id of an attempt (or of a callback's work item), or how it begins.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Give the answer to a past contact again, on the facts known then and by the packs as they were then."""
    with at_hand() as there, there.ledger.reading() as session:
        found = replay(session, attempt)
    show(found, *(Text(line, overflow="fold") for line in _lines(found)), as_json=as_json)


def _lines(found: Replayed) -> list[str]:
    lines = [f"Then:  {sentence(found.then)}", f"Again: {sentence(found.again)}"]
    lines.append(f"Packs: {', '.join(found.packs)}")
    facts = f"Facts: {found.facts_hash_then[:16]}, {'the same' if found.are_same_facts else 'NOT the same'}"
    lines.append(facts if found.are_same_facts else f"{facts} ({found.facts_hash_again[:16]} now)")
    lines += [f"  {difference}" for difference in found.differences]
    if found.is_same_answer and found.are_same_facts:
        lines.append("The answer is the same, on the same facts.")
    elif found.is_same_answer:
        lines.append("The answer is the same, though not all of its facts can be put together any more.")
    else:
        lines.append("The answer is NOT the same.")
    return lines
