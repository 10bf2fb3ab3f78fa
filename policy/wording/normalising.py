"""A message as a lint reads it: capitals, accents, look-alike letters, full-width forms and odd spacing made plain."""

import re
import unicodedata
from functools import cache

from policy.wording.vocabulary import vocabulary

BOUNDARY = "¶"
"""Stands between sentences, so that no pattern reaches from one into the next."""

LINK = re.compile(r"(?:https?://|www\.)[^\s\uff0c。\uff1b、\uff09】]*[^\s\uff0c。\uff1b、\uff09】.,!?;:)]", re.ASCII)
MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SPELT_OUT = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*·]{1,2}[a-z]){3,}(?![a-z0-9])")
DISGUISED = re.compile(r"(?<![a-z0-9@$!])[a-z@$](?=[a-z@$013457!]*[a-z])(?:[a-z013457@$]|!(?=[a-z]))+(?![a-z0-9@$])")
DIGITS_AS_LETTERS = str.maketrans("@$013457!", "asoieasti")
SENTENCE_END = re.compile(r"[.!?;…]+(?=[\s\"')\]]|$)|[。\uff01\uff1f\uff1b]+|\n\s*\n|\n\s*[-•*]\s")
TOKEN = re.compile(rf"{BOUNDARY}|[a-z]+|[0-9]+(?:[.,:][0-9]+)*")
NOT_IN_CHINESE = re.compile(rf"[^\u4e00-\u9fff0-9a-z{BOUNDARY}]+")
CHINESE_END = re.compile(r"[。\uff01\uff1f\uff1b!?;\n]+")
CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "let's": "let us",
    "it's": "it is",
    "that's": "that is",
    "there's": "there is",
    "what's": "what is",
    "who's": "who is",
    "here's": "here is",
    "gonna": "going to",
    "gotta": "got to",
    "wanna": "want to",
    "i'm": "i am",
}
ENDINGS = {"n't": " not", "'ll": " will", "'re": " are", "'ve": " have", "'d": " would", "'s": "", "s'": "s"}


def words_of(text: str) -> tuple[str, ...]:
    """The English of a text: small words with one space between and around them, `¶` between sentences.

    A link becomes `link`, an email address `mailbox`, a day `date`. A text with hyphens is given twice: with them as
    spaces, and without.
    """
    plain = _plain(text)
    apart = _tokens(plain.replace("-", " "))
    joined = _tokens(re.sub(r"(?<=[a-z])-(?=[a-z])", "", plain))
    return (apart,) if apart == joined else (apart, joined)


def characters_of(text: str) -> str:
    """The Chinese of a text: simplified characters, digits and small letters without anything between them."""
    plain = unicodedata.normalize("NFKC", MAILBOX.sub("", LINK.sub("", text))).casefold().translate(_simplified())
    return NOT_IN_CHINESE.sub("", CHINESE_END.sub(BOUNDARY, _without_marks(plain)))


def sentence_at(normalised: str, *, start: int) -> str:
    """The sentence of a normalised text in which a position lies."""
    return normalised[normalised.rfind(BOUNDARY, 0, start) + 1 :].split(BOUNDARY, 1)[0]


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'").casefold()
    linked = DATE.sub(" date ", MAILBOX.sub(" mailbox ", LINK.sub(" link ", _without_marks(wide))))
    bare = linked if linked.isascii() else _without_accents(linked)
    latin = bare.translate(_latin())
    spelt = SPELT_OUT.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), latin)
    revealed = DISGUISED.sub(lambda found: found[0].translate(DIGITS_AS_LETTERS), spelt)
    return _expanded(revealed)


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")


def _without_marks(text: str) -> str:
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def _expanded(text: str) -> str:
    for short, long in CONTRACTIONS.items():
        if short in text:
            text = re.sub(rf"\b{short}\b", long, text)
    for short, long in ENDINGS.items():
        if short in text:
            text = re.sub(rf"(?<=[a-z]){short}(?![a-z])", long, text)
    return text


def _tokens(text: str) -> str:
    return f" {' '.join(TOKEN.findall(SENTENCE_END.sub(f' {BOUNDARY} ', text)))} "


@cache
def _latin() -> dict[int, int]:
    return str.maketrans(vocabulary().lookalikes.written, vocabulary().lookalikes.read)


@cache
def _simplified() -> dict[int, int]:
    return str.maketrans(vocabulary().traditional.written, vocabulary().traditional.read)
