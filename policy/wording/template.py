"""A wording's text in one language: what is said by SMS, chat and email, read from its file and checked.

A template may use the facts below and no others, so nothing about a borrower reaches a message beyond what it needs.
"""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from domain.action import Action
from policy.files.document import Document, digest_of, read_document
from policy.files.form import Form, Text, Whole, fill
from policy.files.problem import Problem, UnreadableFile, nearest

RUNG_FACTS = frozenset({"first_name", "lender", "amount", "due_since", "help_phone", "pay_link", "opt_out_link"})
"""What is known whenever a rung speaks."""

EVENT_FACTS = frozenset(
    {
        "promised_amount",
        "promised_on",
        "paid_amount",
        "paid_on",
        "plan_total",
        "plan_principal",
        "plan_interest",
        "plan_fees",
        "plan_count",
        "plan_schedule",
        "plan_first_on",
        "plan_last_on",
    }
)
"""What only the event is about that a wording answers. plan_schedule: a line per instalment, its day and amount."""

FACTS = RUNG_FACTS | EVENT_FACTS

# Messages are plain text in every channel: escaping for HTML would put `&amp;` into somebody's SMS.
ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)

PLAIN = (nodes.Output, nodes.TemplateData, nodes.Name)


class UnreadableTemplate(UnreadableFile):
    """A wording's template has mistakes; `problems` tells each of them."""


@dataclass(frozen=True, slots=True)
class Words:
    """The Jinja source of one message; the subject is empty except for email. `line` is where it stands in its file."""

    body: str
    line: int
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One wording in one language.

    digest: SHA-256 over the canonical JSON of the file's content; it is recorded with each attempt.
    words: by channel; a wording need not have every channel.
    """

    wording: str
    language: str
    version: int
    digest: str
    file: str
    words: dict[Action, Words]


class EmailForm(Form):
    """The `email:` of a template."""

    subject: Text = Field(examples=["Your account with {{ lender }}"])
    body: Text = Field(examples=["Hello {{ first_name }}, ..."])


class TemplateForm(Form):
    """A template's file."""

    version: Whole = Field(ge=1, examples=[1])
    sms: Text | None = Field(default=None, examples=["Hello {{ first_name }}, ..."])
    chat: Text | None = Field(default=None, examples=["Hello {{ first_name }}, ..."])
    email: EmailForm | None = Field(default=None, examples=["{subject: ..., body: ...}"])


def read_template(text: str, *, file: str, wording: str, language: str) -> Template:
    """Read a wording's text in one language.

    Raises UnreadableTemplate, with every problem that was found.
    """
    try:
        document = read_document(text, file=file)
    except UnreadableFile as error:
        raise UnreadableTemplate(error.problems) from error
    form, problems = fill(TemplateForm, document)
    if form is None:
        raise UnreadableTemplate(problems)
    words = _words(form, document=document)
    if not words:
        problems = [document.problem((), what="it says nothing", remedy="add `sms:`, `chat:` or `email:`")]
    for channel, said in words.items():
        problems += _unrenderable(said, place=(channel.value,), document=document)
    if problems:
        raise UnreadableTemplate(problems)
    digest = digest_of(document.data)
    return Template(wording=wording, language=language, version=form.version, digest=digest, file=file, words=words)


def read_template_file(path: Path) -> Template:
    """Read `LANGUAGE/WORDING.yaml`; raises UnreadableTemplate, or OSError when there is no such file."""
    language = path.parent.name
    text = path.read_text(encoding="utf-8")
    return read_template(text, file=f"{language}/{path.name}", wording=path.stem, language=language)


def facts_used(words: Words) -> frozenset[str]:
    """The names of the facts that a message uses."""
    return frozenset(meta.find_undeclared_variables(ENVIRONMENT.parse(f"{words.subject}\n{words.body}")))


def _words(form: TemplateForm, *, document: Document) -> dict[Action, Words]:
    words = {}
    if form.sms:
        words[Action.SMS] = Words(form.sms, line=document.line(("sms",)))
    if form.chat:
        words[Action.CHAT] = Words(form.chat, line=document.line(("chat",)))
    if form.email:
        words[Action.EMAIL] = Words(form.email.body, subject=form.email.subject, line=document.line(("email", "body")))
    return words


def _unrenderable(words: Words, *, place: tuple[str, ...], document: Document) -> list[Problem]:
    try:
        tree = ENVIRONMENT.parse(f"{words.subject}\n{words.body}")
    except (TemplateError, RecursionError) as error:
        told = f"'{place[0]}' cannot be read ({error})"
        return [document.problem(place, what=told, remedy="mend the Jinja: facts stand in `{{ first_name }}`")]
    # What counsel reads is what is sent: no branches, loops, filters or sums that could say something else to somebody.
    if not all(isinstance(node, PLAIN) for node in tree.find_all(nodes.Node)):
        told = f"'{place[0]}' uses more of Jinja than facts"
        return [document.problem(place, what=told, remedy="write text and facts such as `{{ first_name }}`")]
    return [
        document.problem(place, what=f"'{place[0]}' uses the unknown fact '{name}'", remedy=nearest(name, known=FACTS))
        for name in sorted(meta.find_undeclared_variables(tree) - FACTS)
    ]
