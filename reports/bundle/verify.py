"""Checks a bundle on its own: run `python verify.py` where it was unpacked. Needs Python 3.9 or later, nothing else.

With the package `cryptography` beside it, signatures are checked too.
"""
# ruff: noqa: T201, D103, C901, PLR0912, PERF401 - one script, read from top to bottom by somebody who knows nothing of the rest

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
WRONG: list[str] = []


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def said(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def main() -> int:
    manifest = json.loads((HERE / "MANIFEST.json").read_text(encoding="utf-8"))["sha256"]
    there = {path.name for path in HERE.iterdir() if path.is_file()} - {"MANIFEST.json"}
    WRONG.extend(f"{name}: not in the manifest, or not here" for name in sorted(there ^ set(manifest)))
    for name in sorted(there & set(manifest)):
        if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != manifest[name]:
            WRONG.append(f"{name}: not what the manifest says")
    # 1. The chain: every event follows the one before it and is what was hashed.
    chain, bound = lines("chain.jsonl"), {}
    before = "0" * 64
    for number, event in enumerate(chain, start=1):
        told = {key: event[key] for key in ("at", "facts", "journey", "kind", "loan", "records", "seq")}
        good = event["seq"] == number and event["prev_hash"] == before and event["loan"] == chain[0]["loan"]
        if not good or sha256(before + said(told)) != event["hash"]:
            WRONG.append(f"chain.jsonl: event {number} is not the one that was chained")
        before = event["hash"]
        bound.update(event["records"])
    # 2. The records: each is what the chain last told of it.
    records = {line["record"]: line["content"] for line in lines("records.jsonl")}
    for record in sorted(set(records) | set(bound)):
        if record not in records or bound.get(record) != sha256(said(records[record])):
            WRONG.append(f"records.jsonl: {record} is missing or not what the chain tells of")
    # 3. The texts: each has the digest in its record. A text that was removed in its time is told as such.
    texts = lines("messages.jsonl")
    for text in texts:
        record = records.get("attempts/" + text["attempt"], {})
        if text["text"] is not None and sha256(text["text"]) != record.get("text_digest"):
            WRONG.append(f"messages.jsonl: the text of {text['attempt']} is not the one on record")
    # 4. The signed days: each leads from an event of this chain to a root that was signed.
    keys = {path.stem[4:]: path.read_bytes() for path in HERE.glob("key-*.pub")}
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415
    except ImportError:
        load_pem_public_key = None  # type: ignore[assignment]
        print("Signatures were NOT checked: install `cryptography` to check them.")
    covered = 0
    for root in lines("roots.jsonl"):
        statement, day = root["statement"], root["statement"]["day"]
        _, seq, hashed = root["leaf"].split()
        node = hashlib.sha256(b"\x00" + root["leaf"].encode()).digest()
        for side, other in root["path"]:
            pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
            node = hashlib.sha256(b"\x01" + pair).digest()
        here = int(seq) <= len(chain) and chain[int(seq) - 1]["hash"] == hashed
        if not here or root["leaf"].split()[0] != chain[0]["loan"] or node.hex() != statement["merkle_root"]:
            WRONG.append(f"roots.jsonl: the root of {day} does not cover this chain")
        if load_pem_public_key is not None:
            try:
                key: Any = load_pem_public_key(keys[statement["key"]])
                key.verify(bytes.fromhex(root["signature"]), said(statement).encode())
            except Exception as error:  # noqa: BLE001 - whatever it is, the signature does not hold
                WRONG.append(f"roots.jsonl: the signature of {day} does not hold ({type(error).__name__})")
        covered = max(covered, int(seq))
    print(f"{len(chain)} events, {len(records)} records, {len(texts)} texts; signed days cover events 1 to {covered}.")
    print("".join(f"WRONG: {what}\n" for what in WRONG) + ("NOT SOUND" if WRONG else "SOUND"))
    return 1 if WRONG else 0


def told() -> int:
    try:
        return main()
    except Exception as error:  # noqa: BLE001 - a file that cannot be read is not the one that was made
        print("".join(f"WRONG: {what}\n" for what in WRONG) + f"WRONG: unreadable ({type(error).__name__}: {error})")
        print("NOT SOUND")
        return 1


if __name__ == "__main__":
    sys.exit(told())
