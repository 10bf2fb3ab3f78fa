"""How many segments a text message is billed as."""

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_7_SINGLE, GSM_7_JOINED = 160, 153
UCS_2_SINGLE, UCS_2_JOINED = 70, 67


def segments_of(text: str) -> int:
    """Segments of a text: GSM-7 where every character is in it (160, or 153 each when joined), else UCS-2 (70 or 67).

    An extended GSM-7 character counts twice, and so does a character outside UCS-2's basic plane. An empty text is one.
    """
    if all(char in GSM_7 or char in GSM_7_EXTENDED for char in text):
        length = sum(2 if char in GSM_7_EXTENDED else 1 for char in text)
        single, joined = GSM_7_SINGLE, GSM_7_JOINED
    else:
        length = len(text.encode("utf-16-be")) // 2
        single, joined = UCS_2_SINGLE, UCS_2_JOINED
    return 1 if length <= single else -(-length // joined)
