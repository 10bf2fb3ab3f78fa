"""`key`: the master key of the ledger is made, and replaced."""

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, show
from ledger.keyring import (
    Keyring,
    keyring_from_file,
    new_master,
    write_keyring,
    write_new_key,
)
from ledger.rekeying import replace_key
from ledger.sealed_under import mark_in_force, refuse_other_keys

app = typer.Typer(no_args_is_help=True, help="The key under which names and numbers are sealed.")


@app.command("new", epilog="Example: duecourse key new /etc/duecourse/ledger.key")
def new_key(
    file: Annotated[Path, typer.Argument(help="Where to write it; never over a file that is there.")],
    as_json: JsonFlag = False,
) -> None:
    """Make a key that only its owner may read. Keep a copy elsewhere: without it names are lost for good."""
    try:
        write_new_key(file)
    except FileExistsError:
        remedy = "Choose another name. A key in use is never written over, because what it sealed would be lost."
        raise CommandFailed(f"{file} is there already", remedy=remedy) from None
    told = f"Wrote {file}. Set DUECOURSE_KEY_FILE to it, and keep a copy elsewhere."
    show({"key_file": file}, told, as_json=as_json)


@app.command("rotate", epilog="Example: duecourse key rotate")
def rotate_key(
    *,
    to: Annotated[Path | None, typer.Option(help="Write the new key there and leave the old file.")] = None,
    by: Annotated[str, typer.Option(help="Who does it: your name.", default_factory=getpass.getuser)],
    as_json: JsonFlag = False,
) -> None:
    """Seal the ledger under a new key. Stop the worker and the console first; with the old key they refuse to go on.

    Repeat it when it was broken off: it finishes what it began. Backups of before can only be read with the old key.
    """
    with at_hand() as there:
        settings = there.settings
        if settings.key is not None and to is None:
            remedy = "Say with --to FILE where the new one is to be written; then set DUECOURSE_KEY to what is in it."
            raise CommandFailed("the key is in DUECOURSE_KEY, which no command can change", remedy=remedy)
        file = to or settings.key_file.with_name(f"{settings.key_file.name}.next")
        old = there.ledger.keyring
        new = _successor(old, file)
        with there.ledger.reading() as session:
            mark = mark_in_force(session)
            if mark != new.mark:
                refuse_other_keys(session, old)
        answer: dict[str, object] = {"borrowers": 0, "lookups": 0}
        if mark != new.mark:
            with there.ledger.transaction() as session:
                found = replace_key(session, old, new, by=by, now=there.now)
            answer = {"borrowers": found.borrowers, "lookups": found.lookups}
        before = None if to is not None else _put_in_place(file, settings.key_file, day=f"{there.now:%Y%m%d-%H%M%S}")
    in_force = file if before is None else settings.key_file
    sealed = f"{answer['borrowers']:,} borrowers and {answer['lookups']:,} digests are"
    told = [
        f"The keys of {sealed} under the new key: {in_force}. Keep a copy of it elsewhere.",
        "Restart every worker and the console with it.",
    ]
    if before is not None:
        told.append(f"The old key is {before}: destroy it when no backup from before today is left.")
    show({**answer, "key_file": in_force, "old_key_file": before}, *told, as_json=as_json)


def _successor(old: Keyring, file: Path) -> Keyring:
    """A new keyring, put into a file before anything is sealed under it; the one there, where a rotation broke off."""
    if not file.exists():
        new = old.successor(new_master())
        write_keyring(new, file)
        return new
    found = keyring_from_file(file)
    if found != old.successor(found.master):
        remedy = "Move it away, or name another file with --to."
        raise CommandFailed(f"{file} is there already and holds no successor of the key in force", remedy=remedy)
    return found


def _put_in_place(new: Path, key_file: Path, *, day: str) -> Path:
    """At no instant is there no key; where the old one lies from now on."""
    before = key_file.with_name(f"{key_file.name}.before-{day}")
    os.link(key_file, before)
    new.replace(key_file)
    return before
