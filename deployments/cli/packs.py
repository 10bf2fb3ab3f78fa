"""Compliance packs: `packs list`, `packs show`, `packs check` and `packs use`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import COULD_NOT, CommandFailed
from deployments.cli.showing import JsonFlag, show, spoken, table
from ledger.portfolios import use_packs
from policy.compliance.packfile import Effective, Pack, Role, Rule
from policy.compliance.reading import UnreadablePack, pack_named, read_pack, shipped_packs
from policy.compliance.stacking import stack, with_courtesy
from policy.files.document import text_of
from policy.files.problem import Problem, UnreadableFile, nearest
from policy.wording.elements import element_names
from policy.wording.faults import lint_ids
from reports.figures import written

app = typer.Typer(
    no_args_is_help=True, help="Compliance packs: a jurisdiction's rules, as files that counsel can read."
)


@app.command("list", epilog="Example: duecourse packs list")
def list_packs(as_json: JsonFlag = False) -> None:
    """List the packs that come with the product: where they are of force, and how sure their citations are."""
    shown = table("", "name", "version", "where", "rules", "to confirm", "title")
    packs = [pack_named(name) for name in shipped_packs()]
    for pack in packs:
        unproven = str(len(pack.unproven()))
        shown.add_row(
            pack.id, pack.form.version, pack.form.jurisdiction, str(len(pack.rules)), unproven, pack.form.title
        )
    show({"packs": [_told_of(pack) for pack in packs]}, shown, as_json=as_json)


@app.command("show", epilog="Example: duecourse packs show gb-conc")
def show_pack(
    pack: Annotated[str, typer.Argument(help="The name of a shipped pack, or a file.")],
    as_json: JsonFlag = False,
) -> None:
    """Read a pack as counsel would: each rule with what it says, its numbers, where it is written, and how sure."""
    read = _pack(pack)
    answer = {
        **_told_of(read),
        "extends": read.form.extends,
        "binds": read.form.applies_to.collector_role,
        "in_force": _in_force(read.form.effective),
        "sources": [source.model_dump(mode="json") for source in read.form.sources],
        "stop_words": read.form.stop_words,
        "rules": [_rule(read, rule) for rule in read.rules],
    }
    show(answer, *(Text(line, overflow="fold") for line in _lines(read)), as_json=as_json)


@app.command("check", epilog="Example: duecourse packs check my_pack.yaml")
def check(
    files: Annotated[list[Path], typer.Argument(help="Packs to check.")],
    as_json: JsonFlag = False,
) -> None:
    """Say everything that is wrong with a pack's file, with its line and what to do; exit code 1 if anything is."""
    problems: list[Problem] = []
    good: list[Pack] = []
    for file in files:
        try:
            good.append(_read(file))
        except UnreadableFile as error:
            problems.extend(error.problems)
    lines = [Text(str(problem), overflow="fold") for problem in problems]
    fine = [Text(f"{p.id}, version {p.form.version}: good ({len(p.rules)} rules)") for p in good]
    show({"problems": problems, "good": [_told_of(pack) for pack in good]}, *lines, *fine, as_json=as_json)
    if problems:
        raise typer.Exit(COULD_NOT)


@app.command("use", epilog="Example: duecourse packs use us-federal-regf us-tcpa --portfolio retail")
def use(
    packs: Annotated[list[str], typer.Argument(help="The packs to stack; house-courtesy is always among them.")],
    *,
    portfolio: Annotated[str, typer.Option(help="The portfolio that is worked under them from now on.")],
    collector_role: Annotated[Role | None, typer.Option(help="Who collects; else as it is.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Work a portfolio under these packs and no others: every contact from now on is judged by them."""
    names = with_courtesy(packs)
    labels = stack(names).labels
    with at_hand() as there, there.ledger.transaction() as session:
        row = use_packs(session, portfolio, names, collector_role=collector_role, now=there.now)
        role = row.collector_role
    told = f"Portfolio '{portfolio}' is worked by {spoken(role)} under {', '.join(labels)}."
    show({"portfolio": portfolio, "packs": labels, "collector_role": role}, told, as_json=as_json)


def _pack(name: str) -> Pack:
    if Path(name).suffix in {".yaml", ".yml"}:
        return _read(Path(name))
    if name not in shipped_packs():
        raise CommandFailed(f"there is no compliance pack '{name}'", remedy=nearest(name, known=shipped_packs()))
    return pack_named(name)


def _read(file: Path) -> Pack:
    pack = read_pack(text_of(file), file=str(file))
    missing = [name for name in pack.form.extends if name not in shipped_packs()]
    problems = [
        Problem(str(file), 1, f"it extends the unknown pack '{name}'", nearest(name, known=shipped_packs()))
        for name in missing
    ]
    if pack.id in pack.form.extends:
        problems.append(Problem(str(file), 1, f"'{pack.id}' extends itself", "take its own name out of `extends`"))
    problems += [problem for rule in pack.rules for problem in _misspelt(rule, file=str(file))]
    if problems:
        raise UnreadablePack(problems)
    return pack


def _misspelt(rule: Rule, *, file: str) -> Iterator[Problem]:
    """Names of checks and of things said that no text could ever fail or hold, so that the rule would never speak."""
    params = rule.form.params
    # What a rule's own sentence says, the rule may name as it likes.
    said = () if "sentence" in params else params.get("says", ())
    either = (*params.get("bars_words", ()), *params.get("words", ()))
    for names, known in (
        (params.get("must_not", ()), lint_ids()),
        (said, element_names()),
        (either, lint_ids() | element_names()),
    ):
        for name in names:
            if name not in known:
                what = f"the rule '{rule.id}' names '{name}', which no check of texts knows"
                yield Problem(file, rule.line, what, nearest(name, known=known))


def _told_of(pack: Pack) -> dict[str, object]:
    form = pack.form
    told = {"name": pack.id, "version": form.version, "title": form.title, "jurisdiction": form.jurisdiction}
    return {**told, "digest": pack.digest, "unproven": [rule.id for rule in pack.unproven()]}


def _in_force(effective: Effective) -> dict[str, object]:
    return {"from": effective.from_, "to": effective.to}


def _rule(pack: Pack, rule: Rule) -> dict[str, object]:
    form = rule.form
    return {
        "id": rule.id,
        "kind": rule.kind,
        "message": form.message,
        "authority": form.authority,
        "severity": form.severity,
        "citation": pack.cite(rule),
        "comments": form.citation.comments,
        "verified": form.citation.verified,
        "in_force": _in_force(form.effective),
        "when": form.when.model_dump(mode="json", exclude_defaults=True),
        "params": form.params,
        "on_violation": form.on_violation,
        "overrides": form.overrides.model_dump(mode="json"),
    }


def _lines(pack: Pack) -> Iterator[str]:
    form = pack.form
    yield f"{form.title} ({pack.label}, {form.jurisdiction})"
    roles = form.applies_to.collector_role
    bound = ", ".join(spoken(role) for role in roles)
    yield f"Binds {bound}; whoever else adopts it does so as house policy." if roles else "Binds whoever collects."
    for source in form.sources:
        yield f"Source {source.id}: {source.instrument} ({source.verified})"
    for language, words in form.stop_words.items():
        yield f"Words that stop a medium ({language}): {', '.join(words)}"
    for rule in pack.rules:
        yield ""
        yield from _rule_lines(pack, rule)


def _rule_lines(pack: Pack, rule: Rule) -> Iterator[str]:
    form = rule.form
    yield f"{rule.id}  {rule.kind}"
    for language, words in form.message.items():
        yield f"  {language}: {words}"
    comments = f", comment {', '.join(form.citation.comments)}" if form.citation.comments else ""
    yield f"  written: {pack.cite(rule)}{comments} ({spoken(form.authority)}; {form.citation.verified})"
    when = form.when.model_dump(mode="json", exclude_defaults=True)
    if when:
        yield f"  when: {written(when)}"
    if form.params:
        yield f"  numbers: {written(form.params)}"
    days = [f"{word} {day}" for word, day in _in_force(form.effective).items() if day is not None]
    yield f"  {form.severity}; {form.on_violation}{'; in force ' if days else ''}{' '.join(days)}"
    if form.overrides.allowed:
        yield f"  a person may override it ({spoken(form.overrides.needs)}) for: {written(form.overrides.reasons)}"
