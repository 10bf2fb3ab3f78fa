"""Numbers that a message does not need: account, card and identity numbers in full."""

import re
from collections.abc import Iterator

from policy.wording.normalising import LINK

NAMED = re.compile(
    r"(?:account|acct|card|loan|policy|contract|passport|identity|identification|id|ssn|social security|customer)"
    r"\s*(?:number|num|no|#)?\.?\s*(?:is|of|:|\uff1a|#)?\s*[#:\uff1a]?\s*((?:\d[ -]?){6,}\d)",
    re.IGNORECASE,
)
NAMED_IN_CHINESE = re.compile(
    r"(?:账号|帐号|卡号|账户|身份证|证件|合同号|合同编号|借据号|护照)[^\d\n。\uff0c]{0,6}((?:\d[ -]?){6,}[\dXx])"
)
UNITED_STATES = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
CHINESE_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
BANK = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?![A-Za-z0-9])")
LONG = re.compile(r"(?<![\d+.,-])(?:\d[ -]?){11,}\d(?![\d.,])")
PHONE = re.compile(r"\+\d[\d ()-]{5,20}")
DAY_AND_AMOUNT = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{2}")
BIRTH = re.compile(r"(?:出生于|生于)\s*\d{4}")


def numbers_beyond_need(text: str) -> Iterator[str]:
    """Every full number of an account, a card or a person, as it stands in the text; its middle is not repeated."""
    bare = PHONE.sub(" ", DAY_AND_AMOUNT.sub(" ; ", LINK.sub(" ", text)))
    seen = set()
    for pattern in (NAMED, NAMED_IN_CHINESE, UNITED_STATES, CHINESE_IDENTITY, BANK, LONG, BIRTH):
        for found in pattern.finditer(bare):
            number = found[found.lastindex or 0].strip()
            if number not in seen:
                seen.add(number)
                yield f"{number[:2]}...{number[-2:]}"
