"""Reading an opt-out notice: does it tell a reasonable and simple way out, in the medium of the message itself?

12 CFR 1006.6(e) and comments 6(e)-1 and 6(d)(4)(ii)(C)(4)-1: a reply with a word, or a link, will do. To make the
person write, ring up, or look for a website without a link will not, nor will a way that costs or asks for more.
"""

import re

from policy.compliance.question import Asked

STOP_WORD = r"[\"'“”‘’«「『]?\s*(stop|unsubscribe|opt[ -]?out|quit|end|cancel|revoke|remove|no|退订|停止|td|t)\b"  # noqa: RUF001
LINK = re.compile(
    r"https?://|www\.|\b[a-z0-9-]+\.(com|org|net|example|us|io|co|info)/|\bclick\b|\btap\b|\b(hyper)?link\b|点击|链接"
)
REPLY = re.compile(
    rf"\b(reply|replying|respond|responding|answer|answering)\b[^.;]{{0,80}}?{STOP_WORD}"
    r"|(回复|回覆|回)\W{0,3}(td|t|n|stop|退订|停止)"
)
SEND_WORD = re.compile(rf"\b(text|send|sms)\b[^.;]{{0,30}}?{STOP_WORD}")
BARE_WORD = re.compile(
    r"^\W*(stop|unsubscribe)\b[^.;]{0,40}\b(to|2)\b[^.;]{0,20}\b(stop|end|opt|quit|cancel|unsubscribe)"
)
BARE_UNSUBSCRIBE = re.compile(r"^\W*\[?(unsubscribe|opt[ -]?out)( here)?\]?\W*$")
NO_LINK = re.compile(r"\b(no|not? a|without( a)?|any) (hyper)?link\b")
LETS_OUT = re.compile(r"opt(ing)?[ -]?out|unsubscribe|\bstop\b|no longer receive|preferences|退订|停止|拒收")
OTHER_WAY = re.compile(
    r"\b(by (postal )?mail|by post|in writing|write to|mail (us|a|your)|send (us )?a letter|letter to|p\.? ?o\.? box"
    r"|call (us|our|the|1|\+|\(|[0-9])|calling|by (tele)?phone|(telephone|phone|ring) us|fax|in person"
    r"|visit our office)\b"
    r"|致电|拨打|来信|邮寄|信函"
)
COSTS = re.compile(
    r"\b(fee|pay(ing|ment)? of|charge of|social security|ssn|date of birth|account password)\b|手续费|身份证"
)


def is_way_out(notice: str | None, *, action: Asked) -> bool:
    """Whether a notice in a message of that kind tells such a way; a notice that is not there tells none."""
    text = " ".join((notice or "").lower().split())
    if not text or COSTS.search(text):
        return False
    if action is not Asked.EMAIL and SEND_WORD.search(text):
        return True
    has_link = LINK.search(text) and LETS_OUT.search(text) and not NO_LINK.search(text)
    if REPLY.search(text) or has_link or BARE_UNSUBSCRIBE.match(text):
        return True
    return bool(BARE_WORD.match(text)) and not OTHER_WAY.search(text)
