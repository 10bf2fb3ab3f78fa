"""A wording becomes a message: the borrower's language, one channel, the facts filled in strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import UndefinedError

from domain.action import MESSAGES, Action
from policy.wording.requirements import requirements_of
from policy.wording.segments import segments
from policy.wording.template import ENVIRONMENT, Template, Words, read_template_file

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("en", "zh")
FALLBACK = "en"
# Traditional Chinese is another script, not a dialect: a reader of it is given English rather than Simplified Chinese.
TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


class UnknownWording(LookupError):
    """There is no template of that name in a shipped language."""


class NoSuchChannel(LookupError):
    """The wording has no text for that channel."""


class MissingFact(LookupError):
    """The wording needs a fact that was not given."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's text, and where it came from.

    segments: what is paid for: SMS segments; 1 for a chat message or an email.
    digest: of the template's file. language: of the template, which is English where the borrower's own is not shipped.
    """

    subject: str
    body: str
    segments: int
    wording: str
    version: int
    digest: str
    language: str


def render(
    wording: str, *, channel: Action, language: str, facts: Mapping[str, str], closing: Sequence[str] = ()
) -> Rendered:
    """Say a wording through a channel, in the borrower's language where it is shipped and in English where it is not.

    language: a BCP 47 tag (`zh-CN`). closing: sentences that a pack requires, in the message's language; they end the
    body and are counted in its segments. Raises UnknownWording, NoSuchChannel or MissingFact.
    """
    template = template_of(wording, language=language_for(language))
    return render_template(template, channel=channel, facts=facts, closing=closing)


def render_template(
    template: Template, *, channel: Action, facts: Mapping[str, str], closing: Sequence[str] = ()
) -> Rendered:
    """Say a template through a channel, with closing sentences. Raises NoSuchChannel or MissingFact."""
    words = template.words.get(channel)
    if words is None:
        raise NoSuchChannel(f"'{template.wording}' has no text for {channel.value} in '{template.language}'")
    subject, said = _filled(words, facts=facts, template=template)
    body = _closed(said, closing=closing, channel=channel)
    return Rendered(
        subject=subject,
        body=body,
        segments=segments(body) if channel is Action.SMS else 1,
        wording=template.wording,
        version=template.version,
        digest=template.digest,
        language=template.language,
    )


def language_for(tag: str) -> str:
    """The shipped language for a borrower's tag (`en-GB` is en, `zh-Hans-SG` is zh, `zh-TW` and `fr` are en)."""
    base, *parts = tag.strip().lower().replace("_", "-").split("-")
    if base not in LANGUAGES or (base == "zh" and TRADITIONAL.intersection(parts)):
        return FALLBACK
    return base


def wordings() -> frozenset[str]:
    """The wordings that a rung may say: those in every shipped language, without those that answer an event."""
    return frozenset(wording for wording in every_wording() if requirements_of(wording).said_by == "rung")


def every_wording() -> frozenset[str]:
    """The wordings that there are in every shipped language."""
    by_language = [{w for w, language in shipped_templates() if language == one} for one in LANGUAGES]
    return frozenset.intersection(*map(frozenset, by_language))


def channels_of(wording: str) -> frozenset[Action]:
    """The channels that a wording has a text for in every shipped language. Raises UnknownWording."""
    found = MESSAGES
    for language in LANGUAGES:
        found &= frozenset(template_of(wording, language=language).words)
    return found


def template_of(wording: str, *, language: str) -> Template:
    """The template of a wording in a shipped language. Raises UnknownWording."""
    try:
        return shipped_templates()[wording, language]
    except KeyError:
        raise UnknownWording(f"there is no wording '{wording}' in '{language}'") from None


@cache
def shipped_templates() -> Mapping[tuple[str, str], Template]:
    """Every template, by wording and language. Raises UnreadableTemplate when one of the files has mistakes."""
    paths = [path for language in LANGUAGES for path in sorted((TEMPLATES / language).glob("*.yaml"))]
    return MappingProxyType({(t.wording, t.language): t for t in map(read_template_file, paths)})


def _closed(body: str, *, closing: Sequence[str], channel: Action) -> str:
    # What the template says already is not said again.
    for sentence in map(str.strip, closing):
        if sentence and sentence not in body:
            body += (_stop_after(body) if channel is Action.SMS else "\n\n") + sentence
    return body


def _stop_after(body: str) -> str:
    """What parts a text message from a sentence behind it; a link would be spoilt by a full stop."""
    last = body.rsplit(maxsplit=1)[-1] if body.split() else ""
    if not last or "://" in last or not last[-1].isalnum():
        return " "
    return ". " if last[-1].isascii() else "\u3002"


def _filled(words: Words, *, facts: Mapping[str, str], template: Template) -> tuple[str, str]:
    try:
        subject = ENVIRONMENT.from_string(words.subject).render(facts)
        body = ENVIRONMENT.from_string(words.body).render(facts)
    except UndefinedError as error:
        raise MissingFact(f"'{template.wording}' in '{template.language}': {error.message}") from error
    # A subject is one line, whatever a name in the lender's file holds.
    return " ".join(subject.split()), body.strip()
