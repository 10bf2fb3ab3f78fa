"""The ladders that come with the product: the files of `shipped/`, read and checked once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from policy.files.problem import nearest
from policy.ladders.ladder import Ladder
from policy.ladders.reading import canonical_text, read_ladder

FOLDER = Path(__file__).parent / "shipped"


class UnknownLadder(LookupError):
    """There is no shipped ladder of that name."""


@cache
def shipped_ladders() -> Mapping[str, Ladder]:
    """Every shipped ladder by its name. Raises UnreadableLadder when one of the files has mistakes."""
    ladders = (read_ladder(text, name=f"{name}.yaml") for name, text in _texts().items())
    return MappingProxyType({ladder.name: ladder for ladder in ladders})


def shipped_ladder(name: str) -> Ladder:
    """One shipped ladder. Raises UnknownLadder, with the names that there are."""
    try:
        return shipped_ladders()[name]
    except KeyError:
        remedy = nearest(name, known=shipped_ladders())
        raise UnknownLadder(f"there is no shipped ladder '{name}'; {remedy}") from None


@cache
def shipped_ladder_text(name: str) -> str:
    """A shipped ladder's canonical text, as the ledger pins it. Raises UnknownLadder."""
    return canonical_text(_texts()[shipped_ladder(name).name])


@cache
def _texts() -> Mapping[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
