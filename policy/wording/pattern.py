"""A small language for phrases that counsel can read and write: words, choices, options, gaps and groups of words.

    (call|ring) [the] police    one of several words, then one that may be missing
    arrest*                     every word that begins so (English only; Chinese has no word ends)
    we know ... your            up to five words, or eight Chinese characters, in between, within one sentence
    your {relatives}            any word of a group in `vocabulary.yaml`
    within # hours              a number, in digits or words

A pattern is matched on the text as `normalising` makes it plain.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from policy.wording.normalising import BOUNDARY, characters_of, words_of
from policy.wording.vocabulary import vocabulary

LANGUAGES = ("en", "zh")
PART = re.compile(r"\s*(\.\.\.|[(|)\[\]#]|\{[a-z_]+\}|[^\s(|)\[\]#{}.]+)")
ENGLISH_WORD = re.compile(r"[a-z0-9]+\*?")
GAP = {"en": rf"(?:[^ {BOUNDARY}]+ ){{0,5}}", "zh": rf"[^{BOUNDARY}]{{0,8}}"}
# A Chinese number is taken whole: "14日内" does not say "4日内".
START = {"en": "(?<= )", "zh": "(?:(?<![0-9十])|(?![0-9一二三四五六七八九]))"}
NUMBER = {
    "en": "(?:[0-9][0-9.,:]*|an?|one|two|three|four|five|six|seven|ten|twelve|fifteen|twenty|thirty|forty eight|"
    "twenty four|seventy two) ",
    "zh": "(?:[0-9]+|[一二两三四五六七八九十半]{1,4})",
}


class UnreadablePattern(ValueError):
    """A pattern is not in the small language of words, `( | )`, `[ ]`, `...`, `{group}`, `#` and `*`."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; needles are texts of which one must occur for it to match (empty: not known)."""

    text: str
    expression: re.Pattern[str]
    needles: frozenset[str]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a normalised text says it."""
        if not self.needles or any(needle in text for needle in self.needles):
            yield from (found.span() for found in self.expression.finditer(text))


@dataclass(frozen=True, slots=True)
class _Part:
    expression: str
    needles: frozenset[str] = frozenset()


@cache
def compiled(text: str, *, language: str) -> Pattern:
    """Compile a pattern of `en` or `zh`. Raises UnreadablePattern."""
    groups = vocabulary().en if language == "en" else vocabulary().zh
    reader = _Reader(text, language=language, groups=groups)
    part = reader.choice()
    if reader.parts:
        raise UnreadablePattern(f"cannot read '{text}' from '{reader.parts[0]}' on")
    return Pattern(text, re.compile(START[language] + part.expression), part.needles)


def views_of(text: str) -> dict[str, tuple[str, ...]]:
    """A text as the patterns of each language read it."""
    return {"en": words_of(text), "zh": (characters_of(text),)}


def says(text: str, pattern: str, *, language: str) -> bool:
    """Whether a text says a pattern."""
    return any(True for view in views_of(text)[language] for _ in compiled(pattern, language=language).spans(view))


def _rarity(needles: frozenset[str]) -> tuple[int, int]:
    return len(needles), -min(map(len, needles))


class _Reader:
    def __init__(self, text: str, *, language: str, groups: Mapping[str, tuple[str, ...]]) -> None:
        self.text, self.language, self.groups = text, language, groups
        self.parts = PART.findall(text)
        if "".join(self.parts) != re.sub(r"\s", "", text) or not self.parts:
            raise UnreadablePattern(f"cannot read '{text}'")

    def choice(self) -> _Part:
        choices = [self._sequence()]
        while self.parts and self.parts[0] == "|":
            self.parts.pop(0)
            choices.append(self._sequence())
        known = all(choice.needles for choice in choices)
        needles = frozenset().union(*(choice.needles for choice in choices)) if known else frozenset()
        return _Part(f"(?:{'|'.join(choice.expression for choice in choices)})", needles)

    def _sequence(self) -> _Part:
        found = []
        while self.parts and self.parts[0] not in {"|", ")", "]"}:
            found.append(self._one(self.parts.pop(0)))
        if not found:
            raise UnreadablePattern(f"'{self.text}' has an empty choice")
        rarest = min((part.needles for part in found if part.needles), key=_rarity, default=frozenset[str]())
        return _Part("".join(part.expression for part in found), rarest)

    def _one(self, part: str) -> _Part:
        match part:
            case "(" | "[":
                inner = self.choice()
                if not self.parts or self.parts.pop(0) != {"(": ")", "[": "]"}[part]:
                    raise UnreadablePattern(f"'{self.text}' leaves a bracket open")
                return inner if part == "(" else _Part(f"{inner.expression}?")
            case "...":
                return _Part(GAP[self.language])
            case "#":
                return _Part(NUMBER[self.language])
            case _ if part.startswith("{"):
                return self._group(part[1:-1])
            case _ if self.language == "zh":
                return _Part(re.escape(part), frozenset({part}))
            case _ if ENGLISH_WORD.fullmatch(part):
                stem = part.removesuffix("*")
                end = "" if stem != part else " "
                return _Part(f"{stem}{end or '[a-z]* '}", frozenset({f" {stem}{end}"}))
            case _:
                raise UnreadablePattern(f"cannot read '{part}' in '{self.text}'")

    def _group(self, name: str) -> _Part:
        if name not in self.groups:
            raise UnreadablePattern(f"there is no group '{name}' in vocabulary.yaml")
        inner = "|".join(self.groups[name])
        return _Reader(inner, language=self.language, groups=self.groups).choice()
