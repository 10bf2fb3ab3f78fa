"""Reading packs from their files: every mistake is told with its line and a remedy."""

from functools import cache
from pathlib import Path
from typing import Any

from policy.compliance.kinds import KINDS
from policy.compliance.packfile import Pack, PackForm, Rule, RuleForm
from policy.files.document import Document, digest_of, read_document, text_of
from policy.files.form import fill
from policy.files.problem import Problem, UnreadableFile, nearest

SHIPPED = Path(__file__).parent / "shipped"


class NoSuchPack(LookupError):
    """No compliance pack of that name ships with Duecourse."""


class UnreadablePack(UnreadableFile):
    """A pack has mistakes; `problems` tells each of them."""


def shipped_packs() -> tuple[str, ...]:
    """The names of the packs that ship with Duecourse."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


@cache
def pack_named(name: str) -> Pack:
    """A shipped pack. Raises NoSuchPack with the names there are, or UnreadablePack."""
    return read_pack(text_of_pack(name), file=f"{name}.yaml")


def text_of_pack(name: str) -> str:
    """The text of a shipped pack's file. Raises NoSuchPack with the names there are."""
    if name not in shipped_packs():
        raise NoSuchPack(f"there is no compliance pack '{name}'; there are: {', '.join(shipped_packs())}")
    return text_of(SHIPPED / f"{name}.yaml")


def read_pack(text: str, *, file: str) -> Pack:
    """Read one pack. Raises UnreadablePack."""
    try:
        document = read_document(text, file=file)
    except UnreadableFile as error:
        raise UnreadablePack(error.problems) from error
    problems = _shape_problems(document)
    if problems:
        raise UnreadablePack(problems)
    data: Any = document.data
    form, problems = fill(PackForm, document, at=("pack",))
    rules = []
    for position in range(len(data["rules"])):
        rule, found = _rule(document, position=position, form=form)
        problems += found
        if rule is not None:
            rules.append(rule)
    problems += _same_ids(rules, document=document)
    if form is None or problems:
        raise UnreadablePack(problems)
    return Pack(form=form, rules=tuple(rules), digest=digest_of(data))


def _shape_problems(document: Document) -> list[Problem]:
    data = document.data
    if not isinstance(data, dict) or set(data) != {"pack", "rules"}:
        return [
            document.problem((), what="a pack has two keys, `pack` and `rules`", remedy="write both, and no others")
        ]
    rules = data["rules"]
    if not isinstance(rules, list) or not rules or not all(isinstance(rule, dict) for rule in rules):
        return [document.problem(("rules",), what="`rules` must be a list of rules", remedy="write `- id: ...` lines")]
    return []


def _rule(document: Document, *, position: int, form: PackForm | None) -> tuple[Rule | None, list[Problem]]:
    place = ("rules", position)
    rule, problems = fill(RuleForm, document, at=place)
    if rule is None:
        return None, problems
    if form is not None and rule.citation.source not in {source.id for source in form.sources}:
        what = f"the rule '{rule.id}' cites the unknown source '{rule.citation.source}'"
        remedy = nearest(rule.citation.source, known=[source.id for source in form.sources])
        problems.append(document.problem((*place, "citation", "source"), what=what, remedy=remedy))
    if rule.kind not in KINDS:
        what = f"unknown kind of rule '{rule.kind}'"
        return None, [*problems, document.problem((*place, "kind"), what=what, remedy=nearest(rule.kind, known=KINDS))]
    params, found = fill(KINDS[rule.kind].params, document, at=(*place, "params"))
    problems += found
    return Rule(form=rule, params=params, line=document.line(place)), problems


def _same_ids(rules: list[Rule], *, document: Document) -> list[Problem]:
    ids = [rule.id for rule in rules]
    return [
        Problem(document.file, rule.line, f"the rule id '{rule.id}' is taken", "give each rule an id of its own")
        for position, rule in enumerate(rules)
        if rule.id in ids[:position]
    ]
