"""The Merkle tree over the heads of a day (RFC 6962): one root for all, and a short path that proves one of them."""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").hexdigest()


def leaf(text: str) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def root(leaves: Sequence[bytes]) -> str:
    """The root over hashed leaves in their order, in hex."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, str]]:
    """From the leaf at `index` up to the root: on which side (`left`, `right`) a neighbour is, and its hash in hex."""
    found: list[tuple[str, str]] = []
    level, at = list(leaves), index
    while len(level) > 1:
        if at % 2:
            found.append(("left", level[at - 1].hex()))
        elif at + 1 < len(level):
            found.append(("right", level[at + 1].hex()))
        level, at = _above(level), at // 2
    return found


def climbed(leaf_hash: bytes, steps: Sequence[tuple[str, str]]) -> str:
    """The root to which a path leads."""
    node = leaf_hash
    for side, neighbour in steps:
        other = bytes.fromhex(neighbour)
        node = _node(other, node) if side == "left" else _node(node, other)
    return node.hex()


def _above(level: list[bytes]) -> list[bytes]:
    # A last node without a neighbour goes up as it is: the same tree as splitting at the largest power of two.
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
