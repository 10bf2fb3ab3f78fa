"""Published ladders, kept whole under their digest: a journey reads the version that it was opened on, for ever."""

from datetime import datetime

from sqlmodel import Session, col, select

from ledger.tables.journey import LadderRow
from policy.ladders.ladder import Ladder
from policy.ladders.reading import canonical_text, read_published_ladder


def publish(session: Session, ladder: Ladder, *, content: str, now: datetime) -> None:
    """Keep a ladder; a digest that is there already is left as it is."""
    if session.get(LadderRow, ladder.digest) is None:
        session.add(
            LadderRow(
                digest=ladder.digest,
                name=ladder.name,
                version=ladder.version,
                content=canonical_text(content),
                published_at=now,
            )
        )
        session.flush()


def pinned_ladder(session: Session, digest: str) -> Ladder:
    """The ladder of that digest."""
    cached = _READ.get(digest)
    if cached is None:
        row = session.get_one(LadderRow, digest)
        cached = _READ[digest] = read_published_ladder(row.content, name=f"{row.name} v{row.version}")
    return cached


def published_as(session: Session, name: str) -> Ladder | None:
    """The newest version that was published under a name; None where none was."""
    row = session.exec(
        select(LadderRow)
        .where(LadderRow.name == name, col(LadderRow.version) > 0)
        .order_by(col(LadderRow.version).desc(), col(LadderRow.published_at).desc())
    ).first()
    return None if row is None else pinned_ladder(session, row.digest)


def label_of(ladder: LadderRow) -> str:
    """Its name and version as people read them; of a strategy of the past only the name is known."""
    return f"{ladder.name} v{ladder.version}" if ladder.version else ladder.name


def rung_names(session: Session, digest: str) -> list[str]:
    """The rungs of a ladder in its own order; none of a strategy of the past."""
    if session.get_one(LadderRow, digest).version == 0:
        return []
    return [rung.name for rung in pinned_ladder(session, digest).rungs]


_READ: dict[str, Ladder] = {}
