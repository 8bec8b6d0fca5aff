"""Other spellings of a secret: backwards, as codes, its case lost, or with something between its characters."""

import base64
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_IN_A_ROW = 12  # characters that are told again in whatever spelling; fewer can be words
_SMALL = 2**16  # characters of a text whose codes are undone: what is told of a key is short, lists are long
_ASCII = 0x7F
_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum())
_CODE = re.compile(
    r"%(?P<percent>[0-9A-Fa-f]{2})|\\{1,8}u(?P<u>[0-9A-Fa-f]{4})|\\{1,8}x(?P<x>[0-9A-Fa-f]{2})"
    r"|\\{1,8}(?P<octal>[0-7]{3})|\\{1,8}[nrtfbv]"
    r"|&#(?P<decimal>\d{1,7});?|&#[xX](?P<entity>[0-9A-Fa-f]{1,6});?|&[A-Za-z]{2,8};|<[^<>]{0,300}>"
)
_BASES = {"percent": 16, "u": 16, "x": 16, "entity": 16, "octal": 8, "decimal": 10}


class Spellings(NamedTuple):
    """Every spelling of every dozen characters in a row of a secret; and parts, of which each holds at least one."""

    whole: frozenset[bytes]
    parts: frozenset[bytes]

    @classmethod
    def of(cls, secret: str) -> "Spellings":
        """Return those of `secret`; of a long one, of a tenth of it in a row instead of a dozen characters."""
        row = max(_IN_A_ROW, len(secret) // 10)
        whole, parts = set[bytes](), set[bytes]()
        for spelled, factor in _spelled(secret):
            length = min(int(row * factor), len(spelled))
            short = max(1, 2 * length // 3)
            whole.update(_cut(spelled, length, 1))
            parts.update(_cut(spelled, short, length - short + 1))
        return cls(frozenset(whole), frozenset(parts))

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands in `text`."""
        found = undone(text)
        return any(part in found for part in self.parts) and any(row in found for row in self.whole)


def _spelled(secret: str) -> Iterator[tuple[bytes, float]]:
    """Return what becomes of a secret, and how many characters stand for one of it."""
    raw = secret.encode()
    bare = _bare(secret)
    if bare:
        yield bare, 1
        yield bare[::-1], 1
    yield raw.hex().encode(), 2
    for shift in range(3):
        yield _bare(base64.b64encode(bytes(shift) + raw).decode()[shift + 1 if shift else 0 :]), 4 / 3


def _cut(text: bytes, length: int, step: int) -> Iterator[bytes]:
    return (text[i : i + length] for i in range(0, len(text) - length + 1, step))


def undone(text: str) -> bytes:
    """Return the letters and digits of `text`, in lower case and of ASCII; where it is short, its codes are undone."""
    for _ in range(3 if len(text) <= _SMALL else 0):  # a code may be written in codes itself
        before, text = text, _CODE.sub(_meant, text)
        if text == before:
            break
    return _bare(text)


def _bare(text: str) -> bytes:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return text.encode("ascii", "ignore").translate(None, _BETWEEN).lower()


def _meant(code: re.Match[str]) -> str:
    """Return the character that a code stands for; tags, what separates lines and parts of one stand for none."""
    if code.lastgroup is None:
        return ""
    number = int(code[code.lastgroup], _BASES[code.lastgroup])
    return chr(number) if number <= (_ASCII if code.lastgroup == "percent" else sys.maxunicode) else ""
