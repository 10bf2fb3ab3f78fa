"""A ladder's YAML becomes a Ladder, or a list of everything that is wrong with it."""

from pathlib import Path

from policy.files.document import Document, canonical_json, digest_of, read_document, text_of
from policy.files.form import fill
from policy.files.problem import UnreadableFile
from policy.ladders.checking import check_rungs
from policy.ladders.condition import Condition
from policy.ladders.form import LadderForm, RungForm
from policy.ladders.ladder import DaysPastDue, Ladder, OnDeadline, Rung


class UnreadableLadder(UnreadableFile):
    """A ladder's file has mistakes; `problems` tells each with its line and its remedy."""


def read_ladder(text: str, *, name: str) -> Ladder:
    """Read and check a ladder; `name` is the file's name in the problems.

    Raises UnreadableLadder with every problem, and no other error, whatever the text.
    """
    document = _document(text, name=name)
    form, problems = fill(LadderForm, document)
    problems = [*problems, *check_rungs(_readable_rungs(document), document=document)]
    if problems or form is None:
        raise UnreadableLadder(problems)
    return _ladder(form, document)


def read_published_ladder(text: str, *, name: str) -> Ladder:
    """Read a ladder that was checked when it was published; journeys are pinned to it, whatever is asked of new ones.

    Raises UnreadableLadder when the text has not the form of a ladder.
    """
    document = _document(text, name=name)
    form, problems = fill(LadderForm, document)
    if problems or form is None:
        raise UnreadableLadder(problems)
    return _ladder(form, document)


def read_ladder_file(path: Path) -> Ladder:
    """Read and check a ladder's file. Raises UnreadableLadder, also when there is no such file."""
    try:
        text = text_of(path)
    except UnreadableFile as error:
        raise UnreadableLadder(error.problems) from error
    return read_ladder(text, name=str(path))


def canonical_text(text: str) -> str:
    """A ladder's text as the ledger keeps it: one line of JSON, whose SHA-256 is the ladder's digest.

    `read_ladder` reads it back to the same ladder. Raises UnreadableLadder when the text is no YAML.
    """
    return canonical_json(_document(text, name="ladder").data)


def _document(text: str, *, name: str) -> Document:
    try:
        return read_document(text, file=name)
    except UnreadableFile as error:
        raise UnreadableLadder(error.problems) from error


def _readable_rungs(document: Document) -> dict[int, RungForm]:
    """The rungs that are well formed, so that their own problems are told beside those of the others."""
    written = document.data.get("rungs") if isinstance(document.data, dict) else None
    count = len(written) if isinstance(written, list) else 0
    filled = {position: fill(RungForm, document, at=("rungs", position))[0] for position in range(count)}
    return {position: form for position, form in filled.items() if form is not None}


def _ladder(form: LadderForm, document: Document) -> Ladder:
    return Ladder(
        name=form.ladder,
        version=form.version,
        title=form.title,
        digest=digest_of(document.data),
        rungs=tuple(map(_rung, form.rungs)),
        hour=form.hour,
        promise_grace=form.promise_grace,
        kept_share=float(form.kept_share),
        finish_after=form.finish_after,
        review_holds_after=form.review_holds_after,
    )


def _rung(form: RungForm) -> Rung:
    days = form.days_past_due
    return Rung(
        name=form.name,
        action=form.action,
        after=form.after,
        wording=form.wording,
        fallbacks=form.fallbacks,
        when=Condition(form.when) if form.when else None,
        days_past_due=DaysPastDue(at_least=days.at_least, at_most=days.at_most) if days else DaysPastDue(),
        deadline=form.deadline,
        on_deadline=form.on_deadline or OnDeadline.NEXT,
        tries=form.tries,
        again_after=form.again_after,
        holdout=form.holdout,
    )
