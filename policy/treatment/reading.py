"""A file of treatment rules becomes Rules, or a list of everything that is wrong with it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from domain.journey import Arm
from policy.files.document import Document, Place, digest_of, read_document
from policy.files.form import Form, Name, Text, Whole, fill, wrong
from policy.files.problem import Problem, UnreadableFile, nearest, quoted
from policy.ladders.condition import Condition
from policy.ladders.condition_checking import condition_problems
from policy.ladders.shipped import shipped_ladders
from policy.treatment.rule import SAMPLE_CASE, Rule, Rules, Share

FILE = Path(__file__).parent / "rules.yaml"


class UnreadableRules(UnreadableFile):
    """A file of treatment rules has mistakes; `problems` tells each with its line and its remedy."""


def _probability(value: object) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
        return Decimal(str(value))
    raise wrong(f"{quoted(value)} is not a probability", remedy="write a number above 0 and at most 1, e.g. `0.9`")


class ShareForm(Form):
    """One arm of a rule."""

    ladder: Name = Field(examples=["standard"])
    probability: Annotated[Decimal, BeforeValidator(_probability)] = Field(examples=[0.9])


class ArmsForm(Form):
    """The arms of a rule; there is always a champion."""

    champion: ShareForm = Field(examples=["{ladder: standard, probability: 1}"])
    challenger: ShareForm | None = Field(default=None, examples=["{ladder: gentle, probability: 0.2}"])
    holdout: ShareForm | None = Field(default=None, examples=["{ladder: quiet, probability: 0.1}"])

    def by_arm(self) -> dict[Arm, ShareForm]:
        """The arms that the rule has, in the order in which a draw passes them."""
        arms = {Arm.CHAMPION: self.champion, Arm.CHALLENGER: self.challenger, Arm.HOLDOUT: self.holdout}
        return {arm: share for arm, share in arms.items() if share}


class RuleForm(Form):
    """One rule, as written."""

    name: Name = Field(examples=["late_stage"])
    when: Text | None = Field(default=None, examples=["days_past_due > 180"])
    arms: ArmsForm = Field(examples=["{champion: {ladder: standard, probability: 1}}"])


class RulesForm(Form):
    """A file of treatment rules."""

    treatment: Name = Field(examples=["default"])
    version: Whole = Field(ge=1, examples=[1])
    rules: tuple[RuleForm, ...] = Field(min_length=1, examples=["[{name: everyone, arms: {...}}]"])


def read_rules(text: str, *, name: str, ladders: Iterable[str]) -> Rules:
    """Read and check treatment rules; `ladders` are the names that an arm may give, `name` the file's in the problems.

    Raises UnreadableRules with every problem, and no other error, whatever the text.
    """
    try:
        document = read_document(text, file=name)
    except UnreadableFile as error:
        raise UnreadableRules(error.problems) from error
    form, problems = fill(RulesForm, document)
    if form is None:
        raise UnreadableRules(problems)
    problems = list(_problems(form, document=document, ladders=frozenset(ladders)))
    if problems:
        raise UnreadableRules(problems)
    rules = tuple(map(_rule, form.rules))
    return Rules(name=form.treatment, version=form.version, digest=digest_of(document.data), rules=rules)


@cache
def shipped_rules() -> Rules:
    """The rules that come with the product, over the shipped ladders."""
    return read_rules(FILE.read_text(encoding="utf-8"), name=FILE.name, ladders=shipped_ladders())


def _problems(form: RulesForm, *, document: Document, ladders: frozenset[str]) -> Iterator[Problem]:
    last = len(form.rules) - 1
    for position, rule in enumerate(form.rules):
        place = ("rules", position)
        if rule.name in [earlier.name for earlier in form.rules[:position]]:
            what = f"the rule name '{rule.name}' is taken"
            yield document.problem((*place, "name"), what=what, remedy="give each rule a name of its own")
        if rule.when is None and position != last:
            what = f"the rule '{rule.name}' matches every loan and hides the rules after it"
            yield document.problem(place, what=what, remedy="add `when:`, or put it last")
        if rule.when is not None and position == last:
            what = f"the last rule '{rule.name}' does not match every loan"
            yield document.problem(place, what=what, remedy="add a last rule without `when:`")
        yield from condition_problems(rule.when, place=(*place, "when"), document=document, samples=SAMPLE_CASE.facts())
        yield from _shares(rule, place=place, document=document, ladders=ladders)


def _shares(rule: RuleForm, *, place: Place, document: Document, ladders: frozenset[str]) -> Iterator[Problem]:
    shares = rule.arms.by_arm()
    total = sum((share.probability for share in shares.values()), Decimal(0))
    if total != 1:
        what = f"the probabilities of '{rule.name}' sum to {total}, not to 1"
        yield document.problem((*place, "arms"), what=what, remedy="change them so that they sum to exactly 1")
    for arm, share in shares.items():
        if share.ladder not in ladders:
            remedy = nearest(share.ladder, known=ladders)
            at = (*place, "arms", arm.value, "ladder")
            yield document.problem(at, what=f"unknown ladder '{share.ladder}'", remedy=remedy)


def _rule(form: RuleForm) -> Rule:
    shares = tuple(Share(arm, ladder=s.ladder, probability=s.probability) for arm, s in form.arms.by_arm().items())
    return Rule(name=form.name, shares=shares, when=Condition(form.when) if form.when else None)
