"""A compliance pack: a jurisdiction's (or the house's) rules as a lender's counsel reads them, from one YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from policy.compliance.objection import Effect
from policy.compliance.question import Asked, Question
from policy.compliance.roles import STAND_INS, is_role
from policy.files.form import Form, Text, member_of, wrong

AUTHORITIES = ("law", "regulation", "interpretation", "standard", "self_regulation", "house_policy")
Authority = Literal["law", "regulation", "interpretation", "standard", "self_regulation", "house_policy"]
Verified = Literal["seen", "secondary", "memory", "house"]
"""How sure the citation is: the text was read, quoted by somebody, remembered, or it is the house's own rule."""
UNPROVEN = frozenset({"secondary", "memory"})
Role = Literal["first_party", "servicer", "third_party", "debt_buyer"]
"""Who collects: a lender for itself, a servicer, an agency for others, a buyer of debts."""


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise wrong(f"'{value}' is not a day", remedy="write it as 2021-11-30") from error
    return value


Day = Annotated[date, BeforeValidator(_day)]
AskedWord = Annotated[Asked, BeforeValidator(member_of(Asked, kind="action"))]
EffectWord = Annotated[Effect, BeforeValidator(member_of(Effect, kind="effect"))]


class NumberType(StrEnum):
    """What is known of a telephone number."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    WORK = "work"


class Purpose(StrEnum):
    """Why a contact is made, where that matters."""

    COLLECTION = "collection"
    REQUIRED_BY_LAW = "required_by_law"
    ACTIVE_LITIGATION = "active_litigation"
    CONSUMER_INFORMATION_REQUEST = "consumer_information_request"
    AVOID_HARM_TIME_CRITICAL = "avoid_harm_time_critical"
    AVOID_PENALTY_OUTSIDE_COLLECTOR_CONTROL = "avoid_penalty_outside_collector_control"
    DISCOUNT_OFFER = "discount_offer"
    LOCATION_INFORMATION = "location_information"
    RESUME_DROPPED_CALL = "resume_dropped_call"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    REMEDY_NOTICE = "remedy_notice"


NumberTypeWord = Annotated[NumberType, BeforeValidator(member_of(NumberType, kind="type of number"))]
PurposeWord = Annotated[Purpose, BeforeValidator(member_of(Purpose, kind="purpose"))]


class Effective(Form):
    """From which day to which day (both included) something is in force; null is open."""

    from_: Day | None = Field(default=None, alias="from", examples=["2021-11-30"])
    to: Day | None = Field(default=None, examples=["null"])

    @model_validator(mode="after")
    def _in_order(self) -> "Effective":
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise wrong(f"it would end on {self.to}, before it begins", remedy="swap or mend the two days")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class Source(Form):
    """An instrument that rules are taken from."""

    id: Text = Field(examples=["regf"])
    instrument: Text = Field(examples=["12 CFR part 1006"])
    cited_as: str = Field(default="", examples=["12 CFR"])
    url: str | None = Field(default=None, examples=["https://www.ecfr.gov/"])
    retrieved: Day | None = Field(default=None, examples=["2026-11-23"])
    verified: Verified = Field(examples=["seen"])
    reviewer: str | None = Field(default=None, examples=["null"])


class AppliesTo(Form):
    """Who and what a pack binds by law. Others may adopt it as house policy."""

    collector_role: tuple[Role, ...] = Field(default=(), examples=["[third_party, debt_buyer]"])
    debt_purpose: tuple[Text, ...] = Field(default=(), examples=["[consumer]"])
    products: tuple[Text, ...] = Field(default=("any",), examples=["[any]"])
    debtor_kind: tuple[Text, ...] = Field(default=(), examples=["[natural_person]"])

    def covers(self, facts: Mapping[str, str]) -> bool:
        """Whether a debt is of a sort that the pack speaks about; what is not known of it narrows nothing."""
        sorts = {"debt_purpose": self.debt_purpose, "product": self.products, "debtor_kind": self.debtor_kind}
        return all(not named or "any" in named or facts.get(key, "") in ("", *named) for key, named in sorts.items())


class Calendars(Form):
    """The calendars that a pack counts by."""

    business_days: str | None = Field(default=None, examples=["us_federal"])


class PackForm(Form):
    """The `pack:` of a file."""

    id: Text = Field(examples=["us-federal-regf"])
    version: Text = Field(examples=['"2026.11.1"'])
    jurisdiction: Text = Field(examples=["US"])
    title: Text = Field(examples=["Debt collection practices (Regulation F)"])
    language: Text = Field(default="en", examples=["en"])
    extends: tuple[Text, ...] = Field(default=(), examples=["[us-federal-regf]"])
    merge: Literal["strictest"] = Field(default="strictest", examples=["strictest"])
    effective: Effective = Field(default=Effective(), examples=["{from: 2021-11-30, to: null}"])
    applies_to: AppliesTo = Field(default=AppliesTo(), examples=["{collector_role: [third_party]}"])
    sources: tuple[Source, ...] = Field(min_length=1, examples=["[{id: regf, ...}]"])
    calendars: Calendars = Field(default=Calendars(), examples=["{business_days: us_federal}"])
    stop_words: dict[str, tuple[Text, ...]] = Field(default={}, examples=["{en: [stop]}"])


class Citation(Form):
    """Where a rule is written, and how sure that is."""

    source: Text = Field(examples=["regf"])
    section: Text = Field(examples=["1006.6(b)(1)(i)"])
    comments: tuple[Text, ...] = Field(default=(), examples=["[6(b)(1)(i)-1]"])
    verified: Verified = Field(examples=["seen"])


class When(Form):
    """To which contacts a rule speaks; what is left out does not narrow it.

    to: the person alone (`consumer`), the person and whoever stands in for them (`consumer_or_stand_in`: spouse,
    parent, guardian, executor, successor), anybody but the person (`third_party`), or `any`.
    """

    action: tuple[AskedWord, ...] = Field(default=(), examples=["[call, sms]"])
    to: Literal["consumer", "consumer_or_stand_in", "third_party", "any"] = Field(
        default="consumer", examples=["consumer"]
    )
    automated: bool | None = Field(default=None, examples=["true"])
    number_type: tuple[NumberTypeWord, ...] = Field(default=(), examples=["[mobile]"])
    products: tuple[Text, ...] = Field(default=(), examples=["[microfinance]"])
    products_except: tuple[Text, ...] = Field(default=(), examples=["[microfinance]"])
    purposes: tuple[PurposeWord, ...] = Field(default=(), examples=["[location_information]"])
    purposes_except: tuple[PurposeWord, ...] = Field(default=(), examples=["[required_by_law]"])
    replies: bool | None = Field(default=None, examples=["false"])
    collector_role: tuple[Role, ...] = Field(default=(), examples=["[third_party]"])

    def is_for(self, role: Role) -> bool:
        """Whether the rule speaks to a collector of that role: some words are true of an agency only."""
        return not self.collector_role or role in self.collector_role

    def speaks_to(self, question: Question, *, product: str) -> bool:
        """Whether the rule has anything to say about a contact."""
        return (
            (not self.action or question.action in self.action)
            and self._is_to(question)
            and self.automated in (None, question.automated)
            and (not self.number_type or question.target.number_type in self.number_type)
            and (not self.products or product in self.products)
            and product not in self.products_except
            and (not self.purposes or question.purpose in self.purposes)
            and question.purpose not in self.purposes_except
            and self.replies in (None, question.in_reply_to is not None)
        )

    def _is_to(self, question: Question) -> bool:
        match self.to:
            case "any":
                return True
            case "consumer":
                return question.is_to_consumer
            case "consumer_or_stand_in":
                return question.is_to_consumer or is_role(question.to, STAND_INS)
            case "third_party":
                return not question.is_to_consumer


class Overrides(Form):
    """Whether, by whom and for which reasons a person may go ahead all the same."""

    allowed: bool = Field(examples=["true"])
    needs: Text = Field(default="human_approval", examples=["human_approval"])
    reasons: tuple[Text, ...] = Field(default=(), examples=["[required_by_law]"])


NO_OVERRIDES = Overrides(allowed=False)


class RuleForm(Form):
    """One rule of a pack; what its `params` hold depends on its `kind`."""

    id: Text = Field(examples=["US-F-7IN7"])
    kind: Text = Field(examples=["frequency_cap"])
    authority: Authority = Field(examples=["law"])
    severity: Literal["hard", "soft", "info"] = Field(default="hard", examples=["hard"])
    citation: Citation = Field(examples=["{source: regf, section: ..., verified: seen}"])
    effective: Effective = Field(default=Effective(), examples=["{from: 2021-11-30}"])
    when: When = Field(default=When(), examples=["{action: [call]}"])
    params: dict[str, Any] = Field(examples=["{...}"])
    on_violation: EffectWord = Field(examples=["defer"])
    overrides: Overrides = Field(default=NO_OVERRIDES, examples=["{allowed: false}"])
    message: dict[str, Text] = Field(min_length=1, examples=['{en: "..."}'])


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, read and checked: its form, and its parameters as the form of its kind."""

    form: RuleForm
    params: Any
    line: int

    @property
    def id(self) -> str:
        """Its name in the pack."""
        return self.form.id

    @property
    def kind(self) -> str:
        """Which kind of rule it is: the name of the file in `rules/` that judges by it."""
        return self.form.kind


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that hold together, under one name and version. `digest` is over the file's content."""

    form: PackForm
    rules: tuple[Rule, ...]
    digest: str

    @property
    def id(self) -> str:
        """Its name."""
        return self.form.id

    @property
    def label(self) -> str:
        """Its name and version, as it is kept with each verdict."""
        return f"{self.form.id}@{self.form.version}"

    def sources(self) -> Mapping[str, Source]:
        """Its sources by their ids."""
        return {source.id: source for source in self.form.sources}

    def binds(self, role: str) -> bool:
        """Whether the law binds a collector of that role by this pack."""
        return not self.form.applies_to.collector_role or role in self.form.applies_to.collector_role

    def unproven(self) -> tuple[Rule, ...]:
        """The rules whose text nobody on the project has read at its source: a lender's counsel should confirm them."""
        return tuple(rule for rule in self.rules if rule.form.citation.verified in UNPROVEN)

    def cite(self, rule: Rule) -> str:
        """Where one of its rules is written: `SI 2020/1311, reg. 26`."""
        citation = rule.form.citation
        return f"{self.sources()[citation.source].cited_as} {citation.section}".strip()

    def in_force(self, moment: datetime) -> tuple[Rule, ...]:
        """The rules that are in force at a moment (UTC days)."""
        day = moment.date()
        if not self.form.effective.holds_on(day):
            return ()
        return tuple(rule for rule in self.rules if rule.form.effective.holds_on(day))
