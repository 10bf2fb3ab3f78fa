"""What is wrong with what a message says, by the lints: phrases, numbers, tone and how hard it is to read."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.action import Action
from policy.wording.normalising import sentence_at
from policy.wording.pattern import LANGUAGES, compiled, views_of
from policy.wording.personal_data import numbers_beyond_need
from policy.wording.phrases import PhrasesForm, lints
from policy.wording.reading_level import hard_to_read
from policy.wording.reassurances import reassures
from policy.wording.requirements import requirements_of
from policy.wording.tone import is_kind, refused_tones, tone_lint

LEGAL_WORDS, PERSONAL_DATA, READING_LEVEL = "legal_words", "personal_data", "reading_level"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that a message may not say. lint: its stable id. phrase: what was found, in plain small letters."""

    lint: str
    phrase: str
    why: str
    remedy: str


def lint_ids() -> frozenset[str]:
    """The id of every lint, for a pack to name."""
    return frozenset(lints()) | {READING_LEVEL, tone_lint().lint}


def faults_in(text: str, *, language: str, channel: Action, wording: str | None = None) -> tuple[Fault, ...]:
    """Every fault of a message, by lint and phrase; empty when it may be said.

    language: `en` or `zh`, by which its reading level is judged; phrases are looked for in both.
    wording: lifts the lints that its requirements lift (a pre-legal notice may speak of the law).
    """
    lifted = requirements_of(wording).lifted if wording else ()
    views = views_of(text)
    found = {fault for lint in lints().values() if lint.lint not in lifted for fault in _said(lint, views=views)}
    lint = lints()[PERSONAL_DATA]
    found |= {Fault(PERSONAL_DATA, number, lint.why, lint.remedy) for number in numbers_beyond_need(text)}
    # A sentence that a phrase has given away needs no second fault.
    tone, said = tone_lint(), frozenset(fault.phrase for fault in found)
    found |= {Fault(tone.lint, ", ".join(words), tone.why, tone.remedy) for words in refused_tones(text, said=said)}
    found |= {Fault(READING_LEVEL, *told) for told in hard_to_read(text, language=language, channel=channel)}
    return tuple(sorted(found))


def blame(fault: Fault) -> str:
    """The fault in words, without its remedy."""
    if fault.lint == tone_lint().lint:
        return f"has {tone_lint().named} (its words '{fault.phrase}')"
    known = lints().get(fault.lint)
    return f"says '{fault.phrase}', which is {known.named}" if known else f"is hard to read: {fault.phrase}"


def _said(lint: PhrasesForm, *, views: dict[str, tuple[str, ...]]) -> Iterator[Fault]:
    for language in LANGUAGES:
        form = lint.language(language)
        for view in views[language]:
            spans = [span for text in form.patterns for span in compiled(text, language=language).spans(view)]
            if not spans:
                continue
            excused = [span for text in form.allowed for span in compiled(text, language=language).spans(view)]
            blamed = [s for s in spans if not any(a <= s[0] and s[1] <= b for a, b in excused)]
            for start, end in blamed:
                if any((a, b) != (start, end) and a <= start and end <= b for a, b in blamed):
                    continue
                sentence = sentence_at(view, start=start)
                spared = lint.lint in tone_lint().spares and is_kind(sentence, language=language)
                if not spared and not reassures(sentence, language=language):
                    yield Fault(lint.lint, view[start:end].strip(), lint.why, lint.remedy)
