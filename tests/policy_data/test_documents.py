"""A data file keeps its line numbers, means what it looks like, and is refused with a remedy where it does not."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policy.files.document import canonical_json, digest_of, read_document, text_of
from policy.files.form import Form
from policy.files.problem import UnreadableFile, nearest
from policy.ladders.form import LadderForm, RungForm
from policy.treatment.reading import ArmsForm, RuleForm, RulesForm, ShareForm
from policy.wording.phrases import LanguageForm, PhrasesForm
from policy.wording.template import EmailForm, TemplateForm

FORMS = [
    LadderForm,
    RungForm,
    RulesForm,
    RuleForm,
    ArmsForm,
    ShareForm,
    TemplateForm,
    EmailForm,
    PhrasesForm,
    LanguageForm,
]
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"], exclude_characters="\ufeff")
)
CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
)


def problems_of(text: str) -> list[str]:
    """The problems of a text, as an author sees them."""
    with pytest.raises(UnreadableFile) as raised:
        read_document(text, file="f.yaml")
    return [str(problem) for problem in raised.value.problems]


class TestADocument:
    """Reading YAML with its lines."""

    def test_remembers_the_line_of_each_value(self) -> None:
        """Keys and list items are found again by their path, and a missing key by what is around it."""
        document = read_document("a: 1\nb:\n  - c: 2\n  - d: 3\n", file="f.yaml")
        assert document.data == {"a": 1, "b": [{"c": 2}, {"d": 3}]}
        assert document.line(("b", 1, "d")) == 4
        assert document.line(("b", 0, "missing")) == 3

    def test_leaves_hours_and_norway_alone(self) -> None:
        """`09:00` is not 540 and `no` is not false: only the plain words of YAML 1.2 are more than text."""
        assert read_document("a: 09:00\nb: no\nc: true\nd: 0.5\ne: .inf\nf: '1'", file="f").data == {
            "a": "09:00",
            "b": "no",
            "c": True,
            "d": 0.5,
            "e": ".inf",
            "f": "1",
        }

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("a: 1\na: 2", "f.yaml:2: the key 'a' twice; keep one of them"),
            ("a: &x 1\nb: *x", "f.yaml:2: an alias or anchor (`*`, `&`); write the value out, or quote the text"),
            ("a: !!python/name:os.system x", "f.yaml:1: a tag (`!`); take it out, or quote the text"),
            ("a: 1\n---\nb: 2", "f.yaml:2: a second document (`---`); put it into a file of its own"),
            ("? [a]\n: 1", "f.yaml:1: a key that is not a word; write `key: value`"),
            ('a: "\\0"', "f.yaml:1: a control character; take it out"),
            (
                "a: 1\n b: 2",
                "f.yaml:2: mapping values are not allowed in this context; mend the YAML",
            ),
        ],
    )
    def test_refuses_what_authors_get_wrong(self, text: str, told: str) -> None:
        """Each refusal names the line and the remedy."""
        assert any(problem.startswith(told) for problem in problems_of(text)), problems_of(text)

    def test_refuses_a_bottomless_file(self) -> None:
        """Nesting beyond reason is a problem of the file, not a crash."""
        assert "nested too deeply" in problems_of("[" * 5000 + "]" * 5000)[0]

    def test_tells_of_a_file_that_cannot_be_opened(self, tmp_path: Path) -> None:
        """A wrong path is told like any other mistake."""
        with pytest.raises(UnreadableFile, match="cannot be opened"):
            text_of(tmp_path / "none.yaml")

    @given(st.text())
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        """Whatever a file holds, the answer is a document or its problems."""
        with suppress(UnreadableFile):
            read_document(text, file="f.yaml")

    @given(CONTENT)
    @example({"<<": {"a": 1}})
    def test_canonical_text_reads_back(self, content: object) -> None:
        """What is kept as canonical JSON is read again as YAML with the same content and digest."""
        document = read_document(canonical_json(content), file="ledger")
        assert document.data == content
        assert digest_of(document.data) == digest_of(content)


class TestAForm:
    """What a file must look like."""

    @pytest.mark.parametrize("form", FORMS)
    def test_has_an_example_for_every_key(self, form: type[Form]) -> None:
        """The example is the remedy that authors are told."""
        assert all(field.examples for field in form.model_fields.values())


class TestARemedy:
    """What to write instead."""

    def test_is_the_nearest_known_word(self) -> None:
        """A slip of the finger is recognised."""
        assert nearest("deadlin", known=["deadline", "after"]) == "did you mean 'deadline'?"

    def test_is_all_known_words_when_none_is_near(self) -> None:
        """Otherwise the choice is laid out."""
        assert nearest("xyz", known=["sms", "email"]) == "write one of: email, sms"


class TestAliases:
    """A program that writes YAML may refer back to what it wrote before."""

    def test_are_followed_where_a_file_may_come_from_a_program(self) -> None:
        """The value stands at both places, and each has its line."""
        document = read_document("a: &x [1, two]\nb: *x\n", file="f.yaml", aliases="followed")
        assert document.data == {"a": [1, "two"], "b": [1, "two"]}

    @pytest.mark.parametrize(
        "text",
        [
            "a: &x [*x]\n",
            "a: &a [1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(8)),
        ],
    )
    def test_are_refused_when_they_never_end(self, text: str) -> None:
        """A list that holds itself, and nine lines that stand for forty million values."""
        with pytest.raises(UnreadableFile, match="refers back to itself"):
            read_document(text, file="f.yaml", aliases="followed")
