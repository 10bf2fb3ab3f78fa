"""CSV files: encodings tried in the mapping's order, true line numbers, and damage kept to the row where it is."""

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from connectors.book_file.layout import Layout
from connectors.book_file.raw_row import RawFile, RawRow, UnreadableFileError

_MOST_LINES = 100
_BLOCK = 1 << 20
_SIGNATURES = {
    b"PK\x03\x04": "is a ZIP or Excel file; say format: xlsx, or unpack it",
    b"PAR1": "is a Parquet file; say format: parquet",
    b"\xd0\xcf\x11\xe0": "is an old Excel file (.xls); save it as .xlsx or CSV",
    b"\x1f\x8b": "is compressed (gzip); unpack it first",
    b"%PDF": "is a PDF; ask for the table as CSV",
}
_UNDECODED = re.compile("[\udc80-\udcff]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def open_csv(path: Path, layout: Layout) -> RawFile:
    """Find the encoding, count the lines and read the header.

    Raises:
        UnreadableFileError: missing, empty, of another format, or the header does not decode.
    """
    try:
        with path.open("rb") as binary:
            start = binary.read(8)
        _refuse_other_formats(path, start, layout)
        encoding, lines = _survey(path, layout)
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as text:
            header = next(_records(text, layout), None)
    except OSError as error:
        raise UnreadableFileError(path, 1, f"cannot be opened ({error.strerror}); check the path") from None
    if header is None:
        raise UnreadableFileError(
            path, layout.header_line, "has no header; the file is empty or header_line is too large"
        )
    if header.problem or any(map(_is_undecoded, header.cells)):
        problem = header.problem or f"the header is not {encoding}; say file: {{encoding: ...}}, for instance cp1252"
        raise UnreadableFileError(path, header.line, problem)
    names = tuple(str(cell or "").strip() for cell in header.cells)
    return RawFile(
        path=path,
        header=names,
        header_line=header.line,
        last_line=lines,
        rows=partial(_rows, path, layout, encoding, len(names)),
    )


def _refuse_other_formats(path: Path, start: bytes, layout: Layout) -> None:
    if not start:
        raise UnreadableFileError(path, 1, "is empty")
    for signature, problem in _SIGNATURES.items():
        if start.startswith(signature):
            raise UnreadableFileError(path, 1, problem)
    if start.startswith(_UTF_16) and not layout.encoding.lower().replace("_", "-").startswith("utf-16"):
        raise UnreadableFileError(path, 1, "is UTF-16 text; say file: {encoding: utf-16}")


def _survey(path: Path, layout: Layout) -> tuple[str, int]:
    """The first encoding that fits the whole file, else the one that the mapping says; and the count of lines.

    Where none fits, the rows that do not decode are rejected one by one, and the others are kept.
    """
    lines = 0
    for encoding in (layout.encoding, *layout.fallback_encodings):
        try:
            lines = _count_lines(path, encoding, errors="strict")
        except UnicodeError:
            continue
        return encoding, lines
    try:
        return layout.encoding, _count_lines(path, layout.encoding, errors="surrogateescape")
    except UnicodeError:
        problem = f"is not {layout.encoding} text; say file: {{encoding: ...}}, for instance utf-8-sig or cp1252"
        raise UnreadableFileError(path, 1, problem) from None


def _count_lines(path: Path, encoding: str, *, errors: str) -> int:
    with path.open(encoding=encoding, errors=errors, newline="") as text:
        blocks = iter(lambda: text.read(_BLOCK), "")
        lines, last = 0, "\n"
        for block in blocks:
            lines += block.count("\n")
            last = block[-1]
    return lines + (last != "\n")


def _rows(path: Path, layout: Layout, encoding: str, width: int, wanted: Sequence[int]) -> Iterator[RawRow]:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as text:
        for row in itertools.islice(_records(text, layout), 1, None):
            if row.problem:
                yield row
            elif not any(row.cells):
                continue
            elif len(row.cells) != width:
                problem = (
                    f"has {len(row.cells)} cells where the header has {width}; is a delimiter missing or unquoted?"
                )
                yield RawRow(line=row.line, cells=(), problem=problem)
            elif any(_is_undecoded(row.cells[i]) for i in wanted):
                problem = (
                    f"is not {encoding} text; say file: {{encoding: ...}} or fallback_encodings, for instance cp1252"
                )
                yield RawRow(line=row.line, cells=(), problem=problem)
            else:
                yield row


def _records(text: TextIO, layout: Layout) -> Iterator[RawRow]:
    """Records from the header on, blank lines left out."""
    feed = _Feed(text)
    for _ in range(layout.header_line - 1):
        feed.take()
    while (line := feed.take()) is not None:
        if line.strip():
            yield _record(line, feed, layout)


def _record(first: str, feed: "_Feed", layout: Layout) -> RawRow:
    """The record that begins with a line. A quote that never closes costs that line, not the rest of the file."""
    number, further = feed.taken, list[str]()

    def lines() -> Iterator[str]:
        yield first
        while len(further) < _MOST_LINES and (line := feed.take()) is not None:
            further.append(line)
            yield line

    try:
        return RawRow(line=number, cells=next(csv.reader(lines(), delimiter=layout.delimiter, strict=True)))
    except csv.Error as error:
        feed.give_back(further)
        return RawRow(line=number, cells=(), problem=f"is not CSV ({error}); is a quote left open or not doubled?")


class _Feed:
    """The file's lines one by one, with a way to put some back in front."""

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.taken = 0
        self.waiting: deque[str] = deque()

    def take(self) -> str | None:
        """The next line, None at the end; `taken` is then its number, counted from 1."""
        line = self.waiting.popleft() if self.waiting else next(self.text, None)
        self.taken += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        """Put the lines taken last in front again."""
        self.waiting.extendleft(reversed(lines))
        self.taken -= len(lines)


def _is_undecoded(cell: object) -> bool:
    return isinstance(cell, str) and not cell.isascii() and _UNDECODED.search(cell) is not None
