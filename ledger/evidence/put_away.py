"""The files in which signed roots are put away: whole on disk or not there, and never written over."""

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any


def file_of(day: date) -> str:
    """The name of the file in which a day's root is put away."""
    return f"root-{day.isoformat()}.json"


def put_away_text(statement: Mapping[str, Any], signature: str) -> str:
    """What is put away of a root."""
    return json.dumps({"statement": statement, "signature": signature}, indent=2, sort_keys=True) + "\n"


def put_away(path: Path, text: str) -> None:
    """Write a file that has none yet, or that was broken off; one that says something else is left alone."""
    if path.exists() and not is_broken_off(path, text):
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # without it the name may be lost with the power, though the bytes are there
    finally:
        os.close(folder)


def is_broken_off(path: Path, text: str) -> bool:
    """Whether the file holds only the beginning of this text, or nothing: a crash ended the writing of it."""
    there = path.read_bytes().rstrip(b"\0")  # what some file systems leave where bytes were still to come
    return there != text.encode() and text.encode().startswith(there)
