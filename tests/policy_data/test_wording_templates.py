"""Templates hold with any facts, end with what a pack requires, and a ladder that names a failing one does not load."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import MESSAGES, Action
from policy.ladders import checking as ladder_checking
from policy.ladders.reading import UnreadableLadder, read_ladder
from policy.ladders.shipped import FOLDER, shipped_ladder_text, shipped_ladders
from policy.wording import rendering
from policy.wording.checking import SAMPLE_FACTS, check_template
from policy.wording.elements import elements_of
from policy.wording.faults import faults_in
from policy.wording.pattern import LANGUAGES
from policy.wording.rendering import every_wording, render, template_of, wordings
from policy.wording.requirements import requirements_of
from policy.wording.segments import segments
from policy.wording.template import RUNG_FACTS, facts_used, read_template

DAYS = st.dates().map(lambda day: f"{day.year % 100 + 2000:04}-{day.month:02}-{day.day:02}")
AMOUNTS = st.decimals(1, 99_999, places=2).map(lambda amount: f"{amount:,.2f} CNY")
NAMES = st.sampled_from(
    ["Ann", "Bo", "Chidi", "Dolores", "Eva-Maria", "Fatima", "Jürgen", "伟", "秀英", "O\u2019Brien"]
)
LENDERS = st.sampled_from(["Harbour Bank", "Quillbank", "Nordlicht Kredit AG", "和谐银行", "Sunrise Finance Ltd"])
PHONES = st.from_regex(r"\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{3} [0-9]{4}", fullmatch=True)
LINKS = st.from_regex(r"https://[a-z]{3,8}\.example/[0-9a-f]{6}", fullmatch=True)
STRATEGIES = {
    **{name: AMOUNTS for name in SAMPLE_FACTS if SAMPLE_FACTS[name].endswith(" USD")},
    **{name: DAYS for name in SAMPLE_FACTS if name.endswith("_on") or name == "due_since"},
    "first_name": NAMES,
    "lender": LENDERS,
    "help_phone": PHONES,
    "pay_link": LINKS,
    "opt_out_link": LINKS,
    "plan_count": st.integers(2, 60).map(str),
    "plan_schedule": st.lists(st.tuples(DAYS, AMOUNTS).map(": ".join), min_size=2, max_size=12).map("\n".join),
}
DISCLOSURE = "This communication is from a debt collector."


class TestAnyFacts:
    """Facts as they come, and not as the sample has them."""

    @settings(max_examples=25)
    @given(
        st.fixed_dictionaries(STRATEGIES),
        st.sampled_from(sorted(every_wording())),
        st.sampled_from(LANGUAGES),
        st.sampled_from(sorted(MESSAGES)),
    )
    def test_make_no_wording_fail_its_own_lint(
        self, facts: dict[str, str], wording: str, language: str, channel: Action
    ) -> None:
        """Whoever writes to whom about how much: no fault, and everything that must be said."""
        said = render(wording, channel=channel, language=language, facts=facts)
        assert faults_in(said.body, language=language, channel=channel, wording=wording) == ()
        needed = set(requirements_of(wording).needed_in(channel)) - {"sender_name"}
        assert needed <= elements_of(said.body, language=language, channel=channel)
        assert facts["lender"] in said.body
        assert said.segments == (segments(said.body) if channel is Action.SMS else 1)


class TestClosingSentences:
    """What a pack requires to be added."""

    @given(st.sampled_from(sorted(wordings())), st.lists(st.text("abc .", min_size=1), max_size=3))
    def test_end_the_body_and_are_paid_for(self, wording: str, closing: list[str]) -> None:
        """In their order; the segments are those of the whole text, and blanks add nothing."""
        bare = render(wording, channel=Action.SMS, language="en", facts=SAMPLE_FACTS)
        said = render(wording, channel=Action.SMS, language="en", facts=SAMPLE_FACTS, closing=closing)
        assert said.body.startswith(bare.body)
        assert said.segments == segments(said.body) >= bare.segments
        assert all(sentence.strip() in said.body for sentence in closing)
        assert said.digest == bare.digest

    def test_stand_apart_in_a_letter(self) -> None:
        """As a paragraph of their own, and only once."""
        said = render(
            "check_in", channel=Action.EMAIL, language="en", facts=SAMPLE_FACTS, closing=[DISCLOSURE, DISCLOSURE]
        )
        assert said.body.endswith(f"\n\n{DISCLOSURE}")
        assert said.body.count(DISCLOSURE) == 1

    def test_leave_the_way_out_where_it_is(self) -> None:
        """An opt-out is still one with a disclosure behind it."""
        said = render("check_in", channel=Action.SMS, language="en", facts=SAMPLE_FACTS, closing=[DISCLOSURE])
        assert {"opt_out", "from_debt_collector"} <= elements_of(said.body, language="en", channel=Action.SMS)


class TestWhatARungMaySay:
    """A rung knows its loan; an event knows more."""

    def test_needs_no_more_than_a_rung_knows(self) -> None:
        """Or the message would fail on the day that it is due."""
        for wording in wordings():
            for language in LANGUAGES:
                words = template_of(wording, language=language).words
                assert all(facts_used(each) <= RUNG_FACTS for each in words.values())

    def test_is_no_answer_to_an_event(self) -> None:
        """Thanks for a payment that nobody made, or a goodbye that nobody asked for."""
        assert "payment_received" not in wordings()
        text = shipped_ladder_text("gentle").replace('"wording":"check_in"', '"wording":"payment_received"')
        with pytest.raises(UnreadableLadder, match="unknown wording 'payment_received'"):
            read_ladder(text, name="mine")

    def test_keeps_its_deadline_before_the_next_step(self) -> None:
        """The pre-legal notice gives 14 days, and no shipped ladder refers anybody earlier."""
        for ladder in shipped_ladders().values():
            names = [rung.wording for rung in ladder.rungs]
            if "pre_legal_notice" in names:
                following = ladder.rungs[names.index("pre_legal_notice") + 1]
                assert following.after >= timedelta(days=14)


class TestTheToneOfALadder:
    """From the first reminder to the notice."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("name", sorted(shipped_ladders()))
    def test_is_kind_on_every_rung_and_names_a_consequence_on_none_but_the_notice(
        self, name: str, language: str
    ) -> None:
        """Each message through each channel also offers help and a way to opt out."""
        spoken = dict.fromkeys(rung.wording for rung in shipped_ladders()[name].rungs if rung.wording)
        for wording in spoken:
            for channel in template_of(wording, language=language).words:
                said = render(wording, channel=channel, language=language, facts=SAMPLE_FACTS)
                elements = elements_of(said.body, language=language, channel=channel)
                assert {"kindness", "help", "opt_out"} <= elements, (wording, channel)
                assert ("consequence" in elements) == (wording == "pre_legal_notice"), (wording, channel)

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "We may pass your account to an agency."), ("zh", "我们可能会将账户转交催收机构。")],
    )
    def test_is_not_kept_by_a_reminder_that_names_one(self, language: str, words: str) -> None:
        """Nor by one that is nothing but facts."""
        facts = "{{ first_name }} {{ lender }} {{ amount }} {{ due_since }} {{ help_phone }} {{ pay_link }} "
        text = f"version: 1\nsms: '{facts}{words}'\n"
        template = read_template(text, file="f", wording="friendly_reminder", language=language)
        told = {problem.what for problem in check_template(template)}
        assert {"'sms' shows no understanding", "'sms' says more than it may: consequence"} <= told


class TestAFailingTemplate:
    """What it does to a ladder."""

    def test_keeps_its_ladder_from_loading(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The ladder's author is told the template's line and the remedy."""
        bad = read_template(
            "version: 9\nsms: Pay or else.\n", file="en/check_in.yaml", wording="check_in", language="en"
        )
        monkeypatch.setattr(ladder_checking, "check_wording", lambda _: check_template(bad))
        text = (FOLDER / "gentle.yaml").read_text(encoding="utf-8")
        with pytest.raises(UnreadableLadder) as raised:
            read_ladder(text, name="gentle.yaml")
        told = [problem.what for problem in raised.value.problems]
        assert any("must not be sent" in what and "says 'or else', which is a threat" in what for what in told)

    def test_is_known_by_its_version_and_hash(self) -> None:
        """Another word is another hash, whatever the version says; a comment is not."""
        one, two, same = (
            read_template(text, file="f", wording="w", language="en").digest
            for text in ("version: 1\nsms: a", "version: 1\nsms: b", "# said\nversion: 1\nsms: a")
        )
        assert one != two
        assert one == same
        assert rendering.template_of("check_in", language="en").digest

    def test_of_a_bare_confirmation_says_nothing_else(self) -> None:
        """One confirmation of an opt-out is allowed, and it must be bare (12 CFR 1006.14(h)(2))."""
        text = (
            "version: 1\nsms: '{{ lender }}: you are opted out. You still owe {{ amount }}, call {{ help_phone }}.'\n"
        )
        template = read_template(text, file="f", wording="opt_out_confirmation", language="en")
        told = [problem.what for problem in check_template(template)]
        assert told == ["'sms' says more than it may: amount", "'sms' says more than it may: help"]

    def test_may_not_name_a_sender_by_hand(self) -> None:
        """An agency that writes as the bank is caught: the sender is the lender of the account."""
        said = "Hello, this is Chase Bank. {{ lender }} account. Call {{ help_phone }}. Reply STOP to opt out"
        text = f"version: 1\nsms: '{said}'\n"
        template = read_template(text, file="f", wording="mine", language="en")
        assert [problem.what for problem in check_template(template)] == [
            "'sms' names a sender by hand ('this is Chase Bank')"
        ]
