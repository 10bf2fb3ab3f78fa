"""The sentences that packs require of a contact: which ones to add, and which ones a text already says."""

import unicodedata

from policy.compliance.case import Case
from policy.compliance.packfile import Rule
from policy.compliance.question import Question
from policy.compliance.rules.content import Content, is_occasion
from policy.compliance.stacking import Stack


def words_to_add(case: Case, question: Question, packs: Stack) -> tuple[str, ...]:
    """The required sentences for this contact, in its language (in English where a pack has no other), each once.

    What `question.elements` already names is left out.
    """
    known = case.known_at(question.at)
    product = case.facts.get("product", "")
    found = [
        sentence
        for rule in _content_rules(packs, question)
        if rule.form.when.is_for(packs.role)
        and rule.form.when.speaks_to(question, product=product)
        and is_occasion(known, question, rule.params, at=question.at)
        and not set(rule.params.says) <= (question.elements or frozenset())
        and (sentence := rule.params.sentence.get(question.language) or rule.params.sentence.get("en"))
    ]
    return tuple(dict.fromkeys(found))


def elements_said(text: str, question: Question, packs: Stack) -> frozenset[str]:
    """The names of the required things that a text says with the packs' own sentences, in any of their languages."""
    told = _folded(text)
    return frozenset(
        name
        for rule in _content_rules(packs, question)
        if any(_folded(sentence) in told for sentence in rule.params.sentence.values())
        for name in rule.params.says
    )


def _content_rules(packs: Stack, question: Question) -> list[Rule]:
    return [rule for pack in packs.packs for rule in pack.in_force(question.at) if isinstance(rule.params, Content)]


def _folded(text: str) -> str:
    """Text without regard to case, spacing, width and final punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
