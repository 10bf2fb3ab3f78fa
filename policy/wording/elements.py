"""What a message says, by name (`sender_name`, `help`, `opt_out`, ...), so that rules can ask for it."""

import re
from functools import cache
from pathlib import Path

from pydantic import Field

from domain.action import Action
from policy.files.document import read_document, text_of
from policy.files.form import Form, Name, Text, Whole, fill
from policy.files.problem import UnreadableFile
from policy.wording.normalising import LINK
from policy.wording.opt_out import is_opt_out_notice
from policy.wording.pattern import compiled, views_of

FILE = Path(__file__).parent / "elements.yaml"
DAY = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2},? \d{4}|\d{4}年\d{1,2}月\d{1,2}日)"
FIGURES: dict[str, re.Pattern[str]] = {
    "amount": re.compile(
        r"\d[\d,]*(?:\.\d+)?\s?(?:[A-Z]{3}(?![A-Za-z])|元|美元|人民币)|(?:[A-Z]{3}|[$€£¥￥])\s?\d[\d,]*(?:\.\d+)?"
    ),
    "due_date": re.compile(rf"(?:since|due|on|from|Since|From|自|于|日期)[^\n]{{0,24}}?{DAY}"),
    "schedule": re.compile(rf"(?:{DAY}[^\n\d]{{0,12}}[\d,.]+[^\n]*\n?){{2,}}"),
    "payment_way": re.compile(
        r"(?:[Pp]ay|[Ss]ettle|[Rr]epay|还款|支付|付款|还清)[^\n]{0,40}?(?:https?://|www\.)|(?:https?://|www\.)\S+[^\n]{0,12}(?:还款|支付)"
    ),
    "borrower_name": re.compile(r"(?:Hello|Dear|Hi|Good (?:morning|day))[ ,]+\w|尊敬的\S|\S您好", re.IGNORECASE),
    "sender_name": re.compile(
        r"【[^】]+】|(?:[Tt]his is|[Ww]e are|from|with|[Tt]eam at) [A-Z]\w+|[A-Z]\w+ here\b|"
        r"(?:regards|sincerely|faithfully|Regards|wishes),?\n+\w|这里是\S|我们是\S|此致\n+\S"
    ),
    "help": re.compile(
        r"(?:call|talk|help|speak|reach|contact|question|phone|agree|find a way|ring|tell us|answer)"
        r"[^\n]{0,90}?(?:\+?\d[\d ()-]{5,}\d)|"
        r"(?:致电|电话|联系|协助|咨询|客服|热线|协商|商量)[^\n]{0,40}?(?:\+?\d[\d ()-]{4,}\d)",
        re.IGNORECASE,
    ),
}


class ElementForm(Form):
    """The patterns of an element by language."""

    en: tuple[Text, ...] = Field(min_length=1, examples=["[thank*]"])
    zh: tuple[Text, ...] = Field(min_length=1, examples=["[谢谢]"])


class ElementsForm(Form):
    """The file."""

    version: Whole = Field(ge=1, examples=[1])
    elements: dict[Name, ElementForm] = Field(examples=["{thanks: {en: [thank*], zh: [谢谢]}}"])


@cache
def elements() -> ElementsForm:
    """The shipped elements. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(ElementsForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form


def element_names() -> frozenset[str]:
    """The name of every element, for a pack to ask for."""
    return frozenset(elements().elements) | frozenset(FIGURES) | {"opt_out"}


def elements_of(text: str, *, language: str, channel: Action) -> frozenset[str]:
    """The elements of a message as it would be sent, in `en` or `zh`."""
    said = {name for name, form in elements().elements.items() if _says(text, form=form, language=language)}
    bare = LINK.sub("https://link", text)
    said |= {name for name, figures in FIGURES.items() if figures.search(bare)}
    if is_opt_out_notice(text, channel=channel):
        said.add("opt_out")
    return frozenset(said)


def _says(text: str, *, form: ElementForm, language: str) -> bool:
    patterns = form.zh if language == "zh" else form.en
    views = views_of(text)[language]
    return any(True for p in patterns for view in views for _ in compiled(p, language=language).spans(view))
