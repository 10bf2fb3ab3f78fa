"""Whether a sentence sounds like one that presses, shames or pries, by the words it shares with examples of both sorts.

Naive Bayes, and nothing more: a word weighs the logarithm of how much more often refused examples hold it than
accepted ones.
The same examples always give the same weights, and a fault names the words that spoke.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log, sqrt
from pathlib import Path

from pydantic import Field

from policy.files.document import read_document, text_of
from policy.files.form import Form, Name, Text, Whole, fill
from policy.files.problem import UnreadableFile
from policy.wording.normalising import BOUNDARY
from policy.wording.pattern import LANGUAGES, views_of
from policy.wording.phrases import LEGAL_WORDS, lints
from policy.wording.reassurances import has_condition, reassures

FILE = Path(__file__).parent / "tone.yaml"
FOLDER = Path(__file__).parent / "tone"
NUMBER = re.compile(r"[0-9][0-9.,:]*")
WORD = {"en": re.compile(r"[a-z]{2,}"), "zh": re.compile(r"[\u4e00-\u9fff]")}
FEWEST = {"en": 4, "zh": 6}
"""The fewest words, or Chinese characters, of a sentence that has a tone: a greeting or a heading has none."""
FEWEST_KNOWN = 6
"""Of how many things that a sentence holds the weight must be known: a signature is mostly names."""
MOST_SAID = 3
"""How many of the words that spoke a fault names."""


class ProofForm(Form):
    """Sentences that prove the lint in one language; a test reads them."""

    must_refuse: tuple[Text, ...] = Field(min_length=1, examples=["[Some of us work for a living.]"])
    must_pass: tuple[Text, ...] = Field(min_length=1, examples=["[We can change the day of your payment.]"])


class ThresholdForm(Form):
    """A weight by language."""

    en: float = Field(examples=[-0.4])
    zh: float = Field(examples=[-0.1])

    def of(self, language: str) -> float:
        """The weight for `en` or `zh`."""
        return {"en": self.en, "zh": self.zh}[language]


class ToneForm(Form):
    """The lint's file. named: what a refused sentence has, to be read after "which has"."""

    lint: Name = Field(examples=["tone"])
    version: Whole = Field(ge=1, examples=[1])
    named: Text = Field(examples=["the tone of pressing"])
    why: Text = Field(examples=["its words stand in messages that press"])
    remedy: Text = Field(examples=["say it more plainly"])
    threshold: ThresholdForm = Field(examples=["{en: -0.4, zh: -0.1}"])
    kind: ThresholdForm = Field(examples=["{en: -2.5, zh: -2.5}"])
    spares: tuple[Name, ...] = Field(examples=["[third_parties]"])
    en: ProofForm = Field(examples=["{must_refuse: [...], must_pass: [...]}"])
    zh: ProofForm = Field(examples=["{must_refuse: [...], must_pass: [...]}"])


class ExamplesForm(Form):
    """A file of examples: sentences of one language."""

    language: Name = Field(examples=["en"])
    version: Whole = Field(ge=1, examples=[1])
    refused: tuple[Text, ...] = Field(examples=["[Some of us work for a living.]"])
    accepted: tuple[Text, ...] = Field(examples=["[We can change the day of your payment.]"])


@dataclass(frozen=True, slots=True)
class Tone:
    """How a sentence sounds. weight: the higher, the more like a refused one. known: of how many
    things it holds the weight is known. words: those that spoke for it, the heaviest first.
    """

    weight: float
    known: int
    words: tuple[str, ...]


@cache
def tone_lint() -> ToneForm:
    """The lint. Raises UnreadableFile when its file has mistakes."""
    form, problems = fill(ToneForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form


@cache
def examples() -> tuple[ExamplesForm, ...]:
    """Every file of examples. Raises UnreadableFile when one has mistakes."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        form, problems = fill(ExamplesForm, read_document(text_of(path), file=path.name))
        if form is None:
            raise UnreadableFile(problems)
        found.append(form)
    return tuple(found)


def refused_tones(text: str, *, said: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """For each sentence whose tone is refused, the words that spoke, by either language; without such words, none.

    said: phrases already found; a sentence that holds one is left out.
    """
    for language in LANGUAGES:
        for sentence in _sentences(text, language=language):
            tone = tone_of(sentence, language=language)
            if reassures(sentence, language=language) or any(phrase in sentence for phrase in said):
                continue
            if tone.known >= FEWEST_KNOWN and tone.words and tone.weight >= tone_lint().threshold.of(language):
                yield tone.words


def is_kind(sentence: str, *, language: str) -> bool:
    """Whether a sentence sounds so much like accepted ones that a word of an everyday topic is no fault in it."""
    kind = tone_of(sentence, language=language).weight < tone_lint().kind.of(language)
    return kind and not has_condition(sentence, language=language)


def tone_of(sentence: str, *, language: str) -> Tone:
    """The tone of one normalised sentence: the weights of what it holds, by the root of how many things it holds."""
    held = _held(sentence, language=language)
    weights = _weights(language)
    known = sorted(((weights[each], each) for each in held if each in weights), reverse=True)
    words: list[str] = []
    for weight, each in known:
        if weight > 0 and len(words) < MOST_SAID and not any(each in said or said in each for said in words):
            words.append(each)
    return Tone(
        sum(weight for weight, _ in known) / sqrt(max(1, len(held))),
        len(known),
        tuple(word.strip(" ^$") for word in words),
    )


@cache
def _weights(language: str) -> dict[str, float]:
    files = [form for form in examples() if form.language == language]
    proofs = [lint.language(language) for lint in lints().values() if lint.lint != LEGAL_WORDS]
    refused = [
        _held_in(text, language=language)
        for texts in (*(f.refused for f in files), *(p.must_refuse for p in proofs))
        for text in texts
    ]
    accepted = [
        _held_in(text, language=language)
        for texts in (*(f.accepted for f in files), *(p.must_pass for p in proofs))
        for text in texts
    ]
    in_refused = Counter(each for held in refused for each in held)
    in_accepted = Counter(each for held in accepted for each in held)
    # One is added to every count, so that a word seen once weighs little.
    return {
        each: log((in_refused[each] + 1) / (len(refused) + 2)) - log((in_accepted[each] + 1) / (len(accepted) + 2))
        for each in in_refused | in_accepted
    }


def _sentences(text: str, *, language: str) -> Iterator[str]:
    for sentence in views_of(text)[language][0].split(BOUNDARY):
        if len(WORD[language].findall(sentence)) >= FEWEST[language]:
            yield sentence


def _held_in(text: str, *, language: str) -> frozenset[str]:
    return frozenset().union(*(_held(each, language=language) for each in views_of(text)[language][0].split(BOUNDARY)))


def _held(sentence: str, *, language: str) -> frozenset[str]:
    """Words and pairs of words, or one to three Chinese characters in a row; `^` and `$` are its ends."""
    plain = NUMBER.sub("#", sentence)
    if language == "zh":
        marked = f"^{plain}$" if plain else ""
        return frozenset(marked[start : start + size] for size in (1, 2, 3) for start in range(len(marked) - size + 1))
    words = plain.split()
    ends = ["^", *words, "$"] if words else []
    return frozenset(words) | frozenset(f"{first} {second}" for first, second in pairwise(ends))
