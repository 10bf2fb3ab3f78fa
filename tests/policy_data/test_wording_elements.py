"""What a message says is found by name; an opt-out notice is simple, free and in the same medium, or it is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import MESSAGES, Action
from policy.wording.checking import SAMPLE_FACTS
from policy.wording.elements import element_names, elements_of
from policy.wording.opt_out import is_opt_out_notice
from policy.wording.pattern import LANGUAGES
from policy.wording.rendering import every_wording, render
from policy.wording.requirements import requirements, requirements_of

LETTER = """Dear Ann,

Open amount: 120.00 EUR
Due since: 2026-03-01

We may pass the account to our legal team if we do not hear from you within 14 days. If you dispute the amount, tell us.
A free debt adviser can help.

To talk to us: +1 555 010 0199
To pay: https://pay.example/a

Yours sincerely,
Harbour Bank

To stop these emails, unsubscribe here: https://stop.example/b
"""


class TestElements:
    """`elements_of`, on whole messages."""

    def test_of_a_letter_are_found_by_name(self) -> None:
        """Everything that the letter says, in English."""
        assert elements_of(LETTER, language="en", channel=Action.EMAIL) >= {
            "borrower_name",
            "amount",
            "due_date",
            "consequence",
            "deadline",
            "dispute",
            "advice",
            "help",
            "payment_way",
            "sender_name",
            "opt_out",
        }

    @pytest.mark.parametrize(
        ("element", "line"),
        [
            ("borrower_name", "Dear Ann,"),
            ("amount", "Open amount: 120.00 EUR"),
            ("due_date", "Due since: 2026-03-01"),
            ("deadline", " if we do not hear from you within 14 days"),
            ("consequence", "We may pass the account to our legal team"),
            ("dispute", "If you dispute the amount, tell us."),
            ("advice", "A free debt adviser can help."),
            ("help", "To talk to us: +1 555 010 0199"),
            ("payment_way", "To pay: https://pay.example/a"),
            ("opt_out", "To stop these emails, unsubscribe here: https://stop.example/b"),
        ],
    )
    def test_are_missed_when_their_line_is_taken_out(self, element: str, line: str) -> None:
        """An element is there because of its own words, not because of others."""
        assert line in LETTER
        assert element not in elements_of(LETTER.replace(line, ""), language="en", channel=Action.EMAIL)

    @pytest.mark.parametrize(
        ("element", "text"),
        [
            ("from_debt_collector", "This communication is from a debt collector."),
            ("attempt_to_collect", "This is an attempt to collect a debt."),
            ("used_for_that_purpose", "Any information obtained will be used for that purpose."),
        ],
    )
    def test_of_the_required_disclosures_are_known(self, element: str, text: str) -> None:
        """12 CFR 1006.18(e)(1) and (2)."""
        assert element in elements_of(text, language="en", channel=Action.SMS)
        assert element not in elements_of("Your payment was due. Thank you.", language="en", channel=Action.SMS)

    def test_that_wordings_require_all_exist(self) -> None:
        """`requirements.yaml` names no element that nobody can find, and no wording that is not there."""
        forms = requirements().wordings
        asked = {e for f in forms.values() for e in (*f.needs, *f.needs_in_email, *f.needs_in_chat, *f.never)}
        assert asked | set(requirements().always) <= element_names()
        assert set(forms) <= every_wording()

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("wording", sorted(every_wording()))
    def test_of_every_shipped_wording_are_those_it_needs(self, wording: str, language: str) -> None:
        """As a pack's rule would see them, without being told the facts; a sender's name may look like no name."""
        for channel in MESSAGES:
            said = render(wording, channel=channel, language=language, facts=SAMPLE_FACTS)
            needed = set(requirements_of(wording).needed_in(channel))
            found = elements_of(said.body, language=language, channel=channel)
            assert needed - found <= ({"sender_name"} if wording == "opt_out_confirmation" else set())

    @settings(max_examples=60)
    @given(st.text(), st.sampled_from(LANGUAGES), st.sampled_from(sorted(MESSAGES)))
    def test_of_any_text_are_known_ones(self, text: str, language: str, channel: Action) -> None:
        """No text makes it fail."""
        assert elements_of(text, language=language, channel=channel) <= element_names()


YES: dict[str, list[str]] = {
    "sms": [
        "Reply STOP to stop texts to this telephone number",
        "Reply STOP to stop texts to this telephone number.",
        "reply 'stop' to opt-out",
        "Txt STOP 2 end",
        "Rply STOP 2 opt out",
        "STOP to opt out",
        "Reply S T O P to stop",
        "Send STOP to 12345 to stop messages",
        "Opt out: STOP",
        "To stop texts to this number reply STOP. Msg and data rates may apply.",
        "Reply STOP or call 1-800-555-0100 to opt out",
        "To opt out of texts click here: https://x.example/s",
        "Reply STOP to opt out. No fee.",
        "回复TD退订",
        "拒收请回复R",
    ],
    "email": [
        "Click here to opt out of further emails to this email address",
        "Click here to opt-out of further e-mails to this e-mail address.",
        'You may opt out of further emails to this address by replying with the word "stop" in the subject line.',
        "To unsubscribe, reply with STOP in the subject line.",
        "To stop these emails, unsubscribe here: https://x.example/u",
        "Unsubscribe: https://x.example/u",
        "If you no longer wish to receive emails about this account, click here.",
        "如需退订此类邮件\uff0c请点击\uff1ahttps://x.example/u",
    ],
}
NO: dict[str, list[str | None]] = {
    "sms": [
        None,
        "",
        "To opt out call 1-800-555-0100",
        "To opt out, write to PO Box 12, Springfield",
        "To opt out visit our website",
        "To opt out email us at x@y.example",
        "Opt out by mailing the enclosed form",
        "Reply STOP and pay a fee of $5 to opt out",
        "Reply STOP. A fee of 2 USD applies.",
        "Reply STOP with your full name and date of birth to opt out",
        "Reply STOP and provide your social security number",
        "Log in to your account to opt out",
        "Reply STOP and then call us to confirm",
        "You may opt out at any time",
        "Please stop ignoring us",
        "回复TD退订\uff0c收费1元",
        "请致电4008001234退订",
    ],
    "email": [
        "To opt out call 1-800-555-0100",
        "To opt out, write to us at PO Box 99",
        "Visit our website to opt out",
        "To opt out, send a letter by postal mail",
        "Text STOP to 12345",
        "Click here to opt out; a processing fee applies",
        "Sign in to your account and click here to opt out",
        "Click here to pay your bill",
        "To opt out of emails, fax us.",
    ],
}


class TestAnOptOutNotice:
    """12 CFR 1006.6(e); comments 6(e)-1 and 6(d)(4)(ii)(C)(4)-1."""

    @pytest.mark.parametrize(("channel", "text"), [(channel, text) for channel, texts in YES.items() for text in texts])
    def test_is_one_when_it_is_simple_free_and_in_the_same_medium(self, channel: str, text: str) -> None:
        """A word in reply, or a link."""
        assert is_opt_out_notice(text, channel=channel)

    @pytest.mark.parametrize(("channel", "text"), [(channel, text) for channel, texts in NO.items() for text in texts])
    def test_is_none_when_it_sends_people_elsewhere_or_asks_for_more(self, channel: str, text: str | None) -> None:
        """A call, a letter, a website without a link, a fee, a name."""
        assert not is_opt_out_notice(text, channel=channel)

    def test_is_asked_of_electronic_media_alone(self) -> None:
        """A letter or a call has none."""
        assert not is_opt_out_notice("Reply STOP to opt out", channel="mail")
        assert is_opt_out_notice("Reply STOP to opt out", channel="chat")

    def test_is_found_at_the_end_of_a_message_with_amounts(self) -> None:
        """An amount in front of it is no fee."""
        assert is_opt_out_notice("120.00 USD is open. Pay: https://x.example/p Reply STOP to opt out", channel="sms")
