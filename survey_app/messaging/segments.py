"""How long an SMS is, as a carrier counts it (3GPP TS 23.038 and 23.040)."""

from dataclasses import dataclass

# the default alphabet; characters of the extension table count twice
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")

_LIMITS = {"GSM-7": (160, 153), "UCS-2": (70, 67)}  # one segment, each of several


@dataclass(frozen=True, slots=True)
class Segments:
    """`count` segments (each is paid for), `characters` as counted, `encoding` GSM-7 or UCS-2, `room` left in the last one."""

    count: int
    characters: int
    encoding: str
    room: int


def count(text: str) -> Segments:
    """Segments of a whole SMS, with its signature. One character of another alphabet makes the whole text UCS-2.

    In UCS-2 an emoji counts two and is never cut in the middle: it moves to the next segment whole, as escapes of GSM-7 do.
    """
    if all(character in GSM7 or character in EXTENDED for character in text):
        encoding, sizes = "GSM-7", [2 if character in EXTENDED else 1 for character in text]
    else:
        encoding, sizes = "UCS-2", [2 if ord(character) > 0xFFFF else 1 for character in text]
    single, several = _LIMITS[encoding]
    characters = sum(sizes)
    if characters <= single:
        return Segments(1 if text else 0, characters, encoding, single - characters)
    segments, used = 1, 0
    for size in sizes:
        if used + size > several:
            segments, used = segments + 1, 0
        used += size
    return Segments(segments, characters, encoding, several - used)
