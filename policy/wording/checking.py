"""Whether a template may be sent: it renders, says what its wording must say, and nothing that a lint refuses."""

import re
from collections.abc import Iterator
from functools import cache

from domain.action import Action
from policy.files.problem import Problem
from policy.wording.elements import elements_of
from policy.wording.faults import blame, faults_in
from policy.wording.rendering import LANGUAGES, Rendered, render_template, shipped_templates, template_of
from policy.wording.requirements import requirements_of
from policy.wording.template import RUNG_FACTS, Template, facts_used

# Facts that nobody would write into a template by hand, so that finding one proves that the fact was used.
SAMPLE_FACTS = {
    "first_name": "Xenia",
    "lender": "Quillbank",
    "amount": "1,234.56 USD",
    "due_since": "2026-03-01",
    "help_phone": "+1 555 010 0199",
    "pay_link": "https://pay.example/ab12",
    "opt_out_link": "https://stop.example/cd34",
    "promised_amount": "321.09 USD",
    "promised_on": "2026-04-17",
    "paid_amount": "210.98 USD",
    "paid_on": "2026-04-16",
    "plan_total": "1,320.00 USD",
    "plan_principal": "1,200.00 USD",
    "plan_interest": "90.00 USD",
    "plan_fees": "30.00 USD",
    "plan_count": "3",
    "plan_schedule": "2026-05-01: 440.00 USD\n2026-06-01: 440.00 USD\n2026-07-01: 440.00 USD",
    "plan_first_on": "2026-05-01",
    "plan_last_on": "2026-07-01",
}
REMEDIES = {
    "sender_name": ("does not say who writes", "name {{ lender }}"),
    "borrower_name": ("greets nobody", "greet {{ first_name }}"),
    "help": ("offers no way to get help", "say how to talk to somebody, with {{ help_phone }}"),
    "amount": ("does not say the amount", "give {{ amount }}"),
    "due_date": ("does not say since when", "give {{ due_since }}"),
    "payment_way": ("does not say how to pay", "give {{ pay_link }} beside the word for paying"),
    "kindness": (
        "shows no understanding",
        "say for example that you know how it can slip one's mind, or how you can help",
    ),
    "deadline": ("gives no deadline", "say for example 'within 14 days'"),
}
OPT_OUT = {
    ("email", "en"): "add an unsubscribe sentence with {{ opt_out_link }}",
    ("email", "zh"): "add a sentence that says 退订 and 点击, with {{ opt_out_link }}",
    ("sms", "en"): "add for example 'Reply STOP to opt out'",
    ("sms", "zh"): "add for example '回复STOP或TD退订'",
}

# A sender that is not a fact: an agency that writes as the bank, or as another bank.
POSED = re.compile(
    r"(?:[Tt]his is|[Ww]e are|[Ii]t is|I am|calling from|writing from|[Hh]ere is)"
    r"(?: [A-Z][\w&.]*){0,4} (?:Bank|Banking|Credit|Finance|Financial|Lending|Savings|Loans)\b|"
    r"(?:我是|这里是|我们是|我方是|【)[^{\s】]{0,12}(?:银行|金融|信贷|贷款公司|小贷)"
)


def check_wordings() -> tuple[Problem, ...]:
    """Every problem of every shipped template, and every wording that a shipped language lacks."""
    templates = shipped_templates()
    missing = [
        Problem(f"{language}/{wording}.yaml", 1, "the file is missing", f"write '{wording}' in '{language}' as well")
        for wording in sorted({wording for wording, _ in templates})
        for language in LANGUAGES
        if (wording, language) not in templates
    ]
    return (*missing, *(problem for template in templates.values() for problem in check_template(template)))


@cache
def check_wording(wording: str) -> tuple[Problem, ...]:
    """Every problem of one wording in the shipped languages. Raises UnknownWording."""
    return tuple(p for code in LANGUAGES for p in check_template(template_of(wording, language=code)))


def check_template(template: Template) -> tuple[Problem, ...]:
    """Every problem of one template, channel by channel."""
    return tuple(
        Problem(template.file, template.words[channel].line, f"'{channel.value}' {what}", remedy)
        for channel in template.words
        for what, remedy in _faults(template, channel=channel)
    )


def _faults(template: Template, *, channel: Action) -> Iterator[tuple[str, str]]:
    if requirements_of(template.wording).said_by == "rung":
        for fact in sorted(facts_used(template.words[channel]) - RUNG_FACTS):
            yield (
                f"uses the fact '{fact}', which a rung does not know",
                f"write one of: {', '.join(sorted(RUNG_FACTS))}",
            )
    for posed in POSED.findall(f"{template.words[channel].subject}\n{template.words[channel].body}"):
        yield f"names a sender by hand ('{posed.strip()}')", "name {{ lender }}, and nobody else"
    rendered = render_template(template, channel=channel, facts=SAMPLE_FACTS)
    yield from _omissions(rendered, channel=channel)
    text = f"{rendered.subject}\n\n{rendered.body}"
    for fault in faults_in(text, language=template.language, channel=channel, wording=template.wording):
        yield blame(fault), fault.remedy


def _omissions(rendered: Rendered, *, channel: Action) -> Iterator[tuple[str, str]]:
    form = requirements_of(rendered.wording)
    said = elements_of(rendered.body, language=rendered.language, channel=channel)
    # What the facts are is known here, so nothing has to be guessed from how a name or a number looks.
    said = said | {"sender_name"} if SAMPLE_FACTS["lender"] in rendered.body else said - {"sender_name"}
    said = said if SAMPLE_FACTS["help_phone"] in rendered.body else said - {"help"}
    for element in form.needed_in(channel):
        if element in said:
            continue
        if element == "opt_out":
            medium = "email" if channel is Action.EMAIL else "sms"
            yield "has no way to opt out in the same medium", OPT_OUT[medium, rendered.language]
        else:
            spoken = element.replace("_", " ")
            yield REMEDIES.get(
                element, (f"lacks what it must say: {spoken}", f"say it; elements.yaml knows it as '{element}'")
            )
    for element in form.never:
        if element in said:
            yield f"says more than it may: {element.replace('_', ' ')}", "take it out"
