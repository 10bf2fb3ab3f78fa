"""How many parts a text message is sent, and paid, in: GSM-7 where every character allows it, else UCS-2."""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"  # noqa: E501 - the standard's table
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_ALONE, GSM_JOINED = 160, 153
UCS2_ALONE, UCS2_JOINED = 70, 67


def encoding_of(text: str) -> str:
    """`GSM-7` or `UCS-2`: how the networks will write a text message."""
    return "GSM-7" if all(c in GSM_BASIC or c in GSM_EXTENDED for c in text) else "UCS-2"


def segments(text: str) -> int:
    """The number of SMS segments of a text, at least one.

    A character of the extension table counts two in GSM-7, one beyond the basic plane (an emoji) counts two in UCS-2,
    and neither is ever split between two segments.
    """
    if encoding_of(text) == "GSM-7":
        sizes = [2 if c in GSM_EXTENDED else 1 for c in text]
        return _packed(sizes, alone=GSM_ALONE, joined=GSM_JOINED)
    sizes = [len(c.encode("utf-16-le", "surrogatepass")) // 2 for c in text]
    return _packed(sizes, alone=UCS2_ALONE, joined=UCS2_JOINED)


def _packed(sizes: list[int], *, alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count
