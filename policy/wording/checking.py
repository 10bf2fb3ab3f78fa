"""Whether a template may be sent: it renders, names the lender, offers help and a way out, and stays respectful."""

from collections.abc import Iterator
from functools import cache

from domain.action import Action
from policy.files.problem import Problem
from policy.wording.phrases import phrases, says
from policy.wording.rendering import LANGUAGES, render_template, shipped_templates, template_of
from policy.wording.template import Template

# Facts that nobody would write into a template by hand, so that finding one proves that the fact was used.
SAMPLE_FACTS = {
    "first_name": "Xenia",
    "lender": "Quillbank",
    "amount": "1,234.56 USD",
    "due_since": "2026-03-01",
    "help_phone": "+1 555 010 0199",
    "pay_link": "https://pay.example/ab12",
    "opt_out_link": "https://stop.example/cd34",
}


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
    rendered = render_template(template, channel=channel, facts=SAMPLE_FACTS)
    text = f"{rendered.subject}\n{rendered.body}"
    language = phrases().language(template.language)
    yield from _omissions(rendered.body, channel=channel, opt_out=language.opt_out)
    for reason, refused in language.refused.by_reason().items():
        for phrase in refused:
            if says(text, phrase):
                yield f"says '{phrase}', which is {reason}", "say plainly what is open and how we can help"
    if template.wording not in phrases().legal_words_allowed_in:
        for word in language.legal:
            if says(text, word):
                yield f"says '{word}'", "leave the law to the pre-legal notice"


def _omissions(body: str, *, channel: Action, opt_out: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if SAMPLE_FACTS["lender"] not in body:
        yield "does not say who writes", "name {{ lender }}"
    if SAMPLE_FACTS["help_phone"] not in body:
        yield "offers no way to get help", "give {{ help_phone }}"
    if channel is Action.EMAIL and SAMPLE_FACTS["opt_out_link"] not in body:
        yield "has no way to opt out in the same medium", "add an unsubscribe sentence with {{ opt_out_link }}"
    if channel is not Action.EMAIL and not any(says(body, phrase) for phrase in opt_out):
        yield "has no way to opt out in the same medium", f"add for example '{opt_out[0]}'"
