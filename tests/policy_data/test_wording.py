"""Wording is rendered strictly in the borrower's language, counted in segments, and checked before it may be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.action import MESSAGES, Action
from policy.ladders.shipped import shipped_ladders
from policy.wording.checking import SAMPLE_FACTS, check_template, check_wording, check_wordings
from policy.wording.pattern import says
from policy.wording.rendering import (
    LANGUAGES,
    MissingFact,
    NoSuchChannel,
    UnknownWording,
    channels_of,
    every_wording,
    language_for,
    render,
    shipped_templates,
    wordings,
)
from policy.wording.segments import segments
from policy.wording.template import FACTS, RUNG_FACTS, UnreadableTemplate, read_template

FACTS_OF_A_LOAN = {
    "first_name": "Alexandra",
    "lender": "Harbour Bank",
    "amount": "12,345.67 USD",
    "due_since": "2026-03-01",
    "help_phone": "+1 555 010 0199",
    "pay_link": "https://pay.harbour.example/9f3a2c",
    "opt_out_link": "https://mail.harbour.example/stop/9f3a2c",
}
GOOD_SMS = "{{ first_name }}, {{ lender }} here: {{ amount }} is open. Help: {{ help_phone }} Reply STOP to opt out"
PRE_LEGAL_SMS = (
    "Hello {{ first_name }}, {{ lender }} here: {{ amount }} is due since {{ due_since }}. If we hear nothing within "
    "14 days, it may go to court. We are glad to help: {{ help_phone }}. Pay: {{ pay_link }} Reply STOP to opt out"
)


def problems_of(sms: str, *, wording: str = "a_new_one", language: str = "en") -> list[str]:
    """The problems of a template with this SMS."""
    text = f"version: 1\nsms: >-\n  {sms}\n"
    template = read_template(text, file="t.yaml", wording=wording, language=language)
    return [str(problem) for problem in check_template(template)]


class TestARendering:
    """From a wording and facts to a message."""

    def test_fills_in_the_facts(self) -> None:
        """An SMS in English, word for word, with what it was made from."""
        said = render("still_here", channel=Action.SMS, language="en-GB", facts=FACTS_OF_A_LOAN)
        assert said.body == (
            "Hello Alexandra, Harbour Bank here. 12,345.67 USD has been overdue since 2026-03-01. We are still glad to "
            "find a way with you: +1 555 010 0199 or https://pay.harbour.example/9f3a2c Reply STOP to opt out"
        )
        assert (said.subject, said.segments, said.language, said.version) == ("", 2, "en", 2)
        assert said.digest == shipped_templates()["still_here", "en"].digest

    def test_speaks_chinese_to_those_who_read_it(self) -> None:
        """Simplified Chinese, with a way out in the same medium."""
        said = render("friendly_reminder", channel=Action.SMS, language="zh-CN", facts=FACTS_OF_A_LOAN)
        assert said.language == "zh"
        assert said.body.startswith("【Harbour Bank】Alexandra您好")
        assert said.body.endswith("回复STOP或TD退订")

    def test_has_a_subject_of_one_line(self) -> None:
        """A name with a line break cannot write a header of its own."""
        facts = FACTS_OF_A_LOAN | {"lender": "Harbour\r\nBcc: x@example.com"}
        said = render("friendly_reminder", channel=Action.EMAIL, language="en", facts=facts)
        assert said.subject == "A friendly reminder from Harbour Bcc: x@example.com"

    def test_never_runs_what_a_fact_says(self) -> None:
        """A fact is text, also when it looks like a template."""
        facts = FACTS_OF_A_LOAN | {"first_name": "{{ 7 * 7 }}"}
        assert "{{ 7 * 7 }}" in render("still_here", channel=Action.SMS, language="en", facts=facts).body

    @pytest.mark.parametrize("fact", sorted(RUNG_FACTS - {"opt_out_link"}))
    def test_refuses_to_guess_a_missing_fact(self, fact: str) -> None:
        """Nobody is ever greeted with an empty name."""
        facts = {name: value for name, value in FACTS_OF_A_LOAN.items() if name != fact}
        with pytest.raises(MissingFact, match=fact):
            render("friendly_reminder", channel=Action.SMS, language="en", facts=facts)

    def test_refuses_what_is_not_there(self) -> None:
        """An unknown wording, and a channel that does not speak."""
        with pytest.raises(UnknownWording):
            render("threat", channel=Action.SMS, language="en", facts=FACTS_OF_A_LOAN)
        with pytest.raises(NoSuchChannel):
            render("still_here", channel=Action.CALLBACK, language="en", facts=FACTS_OF_A_LOAN)

    @pytest.mark.parametrize(
        ("tag", "language"),
        [
            ("en", "en"),
            ("en-US", "en"),
            ("zh", "zh"),
            ("zh-CN", "zh"),
            ("zh_Hans_SG", "zh"),
            ("ZH-hans", "zh"),
            ("zh-Hant", "en"),
            ("zh-TW", "en"),
            ("zh-HK", "en"),
            ("fr", "en"),
            ("", "en"),
        ],
    )
    def test_falls_back_to_english_openly(self, tag: str, language: str) -> None:
        """The language of the template is told, so that a fallback can be seen in the record."""
        assert language_for(tag) == language
        assert render("check_in", channel=Action.CHAT, language=tag, facts=FACTS_OF_A_LOAN).language == language


class TestSegments:
    """What an SMS costs."""

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("", 1),
            ("a" * 160, 1),
            ("a" * 161, 2),
            ("a" * 306, 2),
            ("a" * 307, 3),
            ("€" * 80, 1),
            ("€" * 81, 2),
            ("a" * 152 + "€" * 4 + "a", 2),
            ("a" * 152 + "€" + "a" * 152, 3),
            ("é" * 160, 1),
            ("欠" * 70, 1),
            ("欠" * 71, 2),
            ("欠" * 134, 2),
            ("欠" * 135, 3),
            ("a" * 69 + "ê", 1),
            ("a" * 70 + "ê", 2),
            ("😀" * 35, 1),
            ("😀" * 36, 2),
            ("欠" * 66 + "😀" + "欠" * 66, 3),
        ],
    )
    def test_are_counted_as_the_networks_count(self, text: str, count: int) -> None:
        """160 or 153 in GSM-7, 70 or 67 in UCS-2, and no character is split between two segments."""
        assert segments(text) == count

    @given(st.text(), st.text())
    def test_never_grow_fewer_with_more_text(self, text: str, more: str) -> None:
        """A longer message never costs less."""
        assert segments(text) <= segments(text + more)

    def test_are_few_in_what_is_shipped(self) -> None:
        """With ordinary facts two in English and three in Chinese; one more where a legal notice has more to say."""
        for wording in every_wording():
            more = wording == "pre_legal_notice"
            english = render(wording, channel=Action.SMS, language="en", facts=SAMPLE_FACTS)
            chinese = render(wording, channel=Action.SMS, language="zh", facts=SAMPLE_FACTS)
            assert english.segments <= 2 + more
            assert chinese.segments <= 3 + more


class TestTheShippedWordings:
    """What comes with the product."""

    def test_pass_their_own_check(self) -> None:
        """Every template of every language, in every channel."""
        assert check_wordings() == ()

    def test_are_complete(self) -> None:
        """Each wording has each channel in each language, and each is used by a ladder."""
        used = {rung.wording for ladder in shipped_ladders().values() for rung in ladder.rungs} - {None}
        assert used == wordings()
        assert len(shipped_templates()) == len(every_wording()) * len(LANGUAGES)
        assert all(channels_of(wording) == MESSAGES for wording in every_wording())
        assert all(check_wording(wording) == () for wording in every_wording())


class TestACheck:
    """Whether a template may be sent."""

    def test_passes_a_plain_and_kind_message(self) -> None:
        """Who writes, what is open, how to get help, how to opt out."""
        assert problems_of(GOOD_SMS) == []

    @pytest.mark.parametrize(
        ("before", "after", "told"),
        [
            ("Reply STOP to opt out", "", "t.yaml:2: 'sms' has no way to opt out in the same medium"),
            (
                "Reply STOP to opt out",
                "See {{ opt_out_link }}",
                "t.yaml:2: 'sms' has no way to opt out in the same medium",
            ),
            ("{{ lender }}", "We", "t.yaml:2: 'sms' does not say who writes"),
            ("{{ help_phone }}", "yourself", "t.yaml:2: 'sms' offers no way to get help"),
            ("is open.", "is open. Pay or  ELSE.", "t.yaml:2: 'sms' says 'or else', which is a threat"),
            ("is open.", "is open. Shame!", "t.yaml:2: 'sms' says 'shame', which is shaming"),
            ("is open.", "is open. Act now!", "t.yaml:2: 'sms' says 'act now', which is false urgency"),
            (
                "is open.",
                "is open. We call your employer.",
                "t.yaml:2: 'sms' says 'call your employer', which is a mention of",
            ),
            (
                "is open.",
                "is open. We may sue.",
                "t.yaml:2: 'sms' says 'sue', which is a word of the law; leave the law to the pre-legal notice",
            ),
            ("is open.", "is open: {{ promised_on }}.", "t.yaml:2: 'sms' uses the fact 'promised_on', which a rung"),
        ],
    )
    def test_tells_what_is_missing_or_too_much(self, before: str, after: str, told: str) -> None:
        """One fault, one problem, with its line."""
        problems = problems_of(GOOD_SMS.replace(before, after))
        assert len(problems) == 1
        assert problems[0].startswith(told)

    def test_reads_chinese_as_well(self) -> None:
        """The same faults in the other language."""
        told = problems_of("{{ lender }} 请立即还款。否则起诉。致电{{ help_phone }}", language="zh")
        assert [problem.split("; ")[0].removeprefix("t.yaml:2: 'sms' ") for problem in told] == [
            "has no way to opt out in the same medium",
            "says '立即', which is false urgency",
            "says '起诉', which is a word of the law",
            "says '否则', which is a threat",
        ]

    def test_lets_the_pre_legal_notice_speak_of_the_law(self) -> None:
        """Plainly, and there alone."""
        assert problems_of(PRE_LEGAL_SMS, wording="pre_legal_notice") == []
        assert len(problems_of(PRE_LEGAL_SMS)) == 1

    def test_finds_words_not_letters(self) -> None:
        """An issue is no suit, and a seized moment is not `seize`."""
        assert not says("Let us settle this issue", "sue", language="en")
        assert says("We will SUE.", "sue", language="en")
        assert says("否 则", "否则", language="zh")

    @pytest.mark.parametrize("name", sorted(SAMPLE_FACTS))
    def test_knows_a_sample_of_every_fact(self, name: str) -> None:
        """The facts that templates are tried on are those that they may use."""
        assert set(SAMPLE_FACTS) == FACTS
        assert SAMPLE_FACTS[name]


class TestATemplate:
    """Reading a template's file."""

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("version: 1", "t.yaml:1: it says nothing; add `sms:`, `chat:` or `email:`"),
            ("version: 1\nsms: hi {{ firstname }}", "t.yaml:2: 'sms' uses the unknown fact 'firstname'; did you mean"),
            ("version: 1\nsms: hi {{ first_name", "t.yaml:2: 'sms' cannot be read"),
            ("version: 1\nsms: '{{ 1 / 0 }}'", "t.yaml:2: 'sms' uses more of Jinja than facts"),
            ("version: 1\nsms: '{% if lender %}x{% endif %}'", "t.yaml:2: 'sms' uses more of Jinja than facts"),
            ("version: 1\nemail: {subject: x}", "t.yaml:2: the key 'body' is missing"),
            ("version: 1\nfax: x", "t.yaml:2: unknown key 'fax'; write one of: chat, email, sms, version"),
        ],
    )
    def test_is_refused_with_a_remedy(self, text: str, told: str) -> None:
        """One mistake, one line of text."""
        with pytest.raises(UnreadableTemplate) as raised:
            read_template(text, file="t.yaml", wording="w", language="en")
        assert str(raised.value.problems[0]).startswith(told)

    @given(st.text())
    def test_is_read_or_refused_whatever_the_text(self, text: str) -> None:
        """A message of any text is a template or its problems."""
        with pytest.raises(UnreadableTemplate):
            read_template(text, file="t.yaml", wording="w", language="en")
