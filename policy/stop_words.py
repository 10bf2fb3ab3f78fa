"""Whether a reply asks us to stop."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("stop_words.yaml")
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class StopWords:
    """The words of `stop_words.yaml`."""

    whole: frozenset[str]
    opening: tuple[str, ...]
    courtesy: tuple[str, ...]


def asks_to_stop(text: str, *, also: Iterable[str] = ()) -> bool:
    """Whether a message is a request to be left alone: in the words of `stop_words.yaml`, which hold for everybody, or
    just one of the words that the packs add for whoever wrote it.
    """
    words = shipped_stop_words()
    plain = _without_courtesy(_plain(text), courtesy=words.courtesy)
    whole = words.whole | {_plain(word) for word in also}
    return plain in whole or any(_begins_with(plain, word) for word in words.opening)


@cache
def shipped_stop_words() -> StopWords:
    """The words that come with the product."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return StopWords(whole=frozenset(data["whole"]), opening=tuple(data["opening"]), courtesy=tuple(data["courtesy"]))


def _plain(text: str) -> str:
    # NFKC turns the full-width letters of a Chinese keyboard into plain ones.
    return _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _without_courtesy(plain: str, *, courtesy: tuple[str, ...]) -> str:
    before = None
    while before != plain:
        before = plain
        for word in courtesy:
            # Chinese is written without spaces; an English word must stand alone.
            gap = "" if not word.isascii() else " "
            plain = plain.removeprefix(word + gap).removesuffix(gap + word).strip()
    return plain


def _begins_with(plain: str, word: str) -> bool:
    return plain.startswith(word) if not word.isascii() else f"{plain} ".startswith(f"{word} ")
