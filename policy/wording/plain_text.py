"""Checking plain text, a message a line: what a person would say, before it is a template."""

import re

from domain.action import Action
from policy.files.problem import Problem
from policy.wording.faults import blame, faults_in

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def language_of(text: str) -> str:
    """`zh` for a text with Chinese characters, else `en`."""
    return "zh" if CHINESE.search(text) else "en"


def check_plain_text(text: str, *, file: str, language: str | None = None) -> tuple[Problem, ...]:
    """Every problem of every line. What a whole message must say is not asked of a line."""
    return tuple(
        Problem(file, number, blame(fault), fault.remedy)
        for number, line in enumerate(text.splitlines(), start=1)
        for fault in faults_in(line, language=language or language_of(line), channel=Action.CHAT)
    )
