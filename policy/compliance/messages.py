"""A template as packs want it said: with the sentences that they require, and with what they object to all the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.action import Action
from policy.compliance.case import Case
from policy.compliance.history import Direction, Happening, Medium, Sent
from policy.compliance.objection import STOPS
from policy.compliance.question import Asked, Question
from policy.compliance.rules.content import Content, say_what_is_due
from policy.compliance.stacking import Stack
from policy.compliance.words import elements_said, words_to_add
from policy.wording.checking import SAMPLE_FACTS
from policy.wording.elements import elements_of
from policy.wording.faults import faults_in
from policy.wording.rendering import Rendered, render_template
from policy.wording.template import Template

Occasion = Literal["first", "later"]
OCCASIONS: tuple[Occasion, ...] = ("first", "later")
"""The first message to a person about a debt, and every later one."""
ASKED: dict[Action, Asked] = {Action.SMS: Asked.SMS, Action.EMAIL: Asked.EMAIL, Action.CHAT: Asked.CHAT}
MEDIUM: dict[Action, Medium] = {Action.SMS: Medium.SMS, Action.EMAIL: Medium.EMAIL, Action.CHAT: Medium.CHAT}
PURPOSE = {"opt_out_confirmation": "opt_out_confirmation"}
"""Wordings that are not sent to collect."""
DEBT = "a debt"
BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Message:
    """A template through one channel on one occasion, with sample facts.

    added: sentences that packs require and the template does not say, in the order in which they stand at its end.
    objections: what a rule of the packs still stops it for, with the rule's citation.
    """

    occasion: Occasion
    rendered: Rendered
    added: tuple[str, ...]
    objections: tuple[str, ...]


def message_under(packs: Stack, template: Template, *, channel: Action, occasion: Occasion, now: datetime) -> Message:
    """What would be sent of a template through `sms`, `email` or `chat` under packs as they are in force now."""
    question = Question(
        at=now,
        action=ASKED[channel],
        debts=frozenset({DEBT}),
        automated=True,
        purpose=PURPOSE.get(template.wording, "collection"),
        language=template.language,
    )
    before: tuple[Happening, ...] = ()
    if occasion == "later":
        before = (Sent(at=now - BEFORE, direction=Direction.OUT, medium=MEDIUM[channel], debts=question.debts),)
    case = Case(zone=ZoneInfo("UTC"), debts=question.debts, history=before)
    said = _read(question, render_template(template, channel=channel, facts=SAMPLE_FACTS), channel, packs)
    added = words_to_add(case, said, packs)
    rendered = render_template(template, channel=channel, facts=SAMPLE_FACTS, closing=added)
    asked = _read(question, rendered, channel, packs)
    return Message(occasion, rendered, added, tuple(_objections(case, asked, packs)))


def _read(question: Question, rendered: Rendered, channel: Action, packs: Stack) -> Question:
    text = f"{rendered.subject}\n{rendered.body}"
    said = elements_of(text, language=rendered.language, channel=channel) | elements_said(text, question, packs)
    faults = faults_in(text, language=rendered.language, channel=channel, wording=rendered.wording)
    return replace(question, elements=said, faults=frozenset(fault.lint for fault in faults))


def _objections(case: Case, question: Question, packs: Stack) -> Iterator[str]:
    for pack, rule in packs.rules(question.at):
        if not isinstance(rule.params, Content) or not rule.form.when.speaks_to(question, product=""):
            continue
        objection = say_what_is_due(case, question, rule.params, at=question.at)
        if objection is not None and (objection.effect or rule.form.on_violation) in STOPS:
            yield f"{rule.form.message.get('en') or rule.id}: {objection.detail} ({pack.cite(rule)})"
