"""Other spellings of a secret: backwards, as codes, hashed, its case lost, or with something between its characters."""

import base64
import hashlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import Literal

AT_ONCE = 2**16  # characters of a text that are searched together with what a row needs of the next ones
_KNOWN = 2**19  # characters of a text whose blocks may be kept
_IN_A_ROW = 12  # characters that are told again in whatever spelling; fewer can be words
_SMALL = 2**16  # characters of a text whose codes are undone: what is told of a key is short, lists are long
_HASHES = "md5", "sha1", "sha256", "sha512"  # under which APIs know a key
_ASCII = 0x7F
_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum())
_MARKS = b" \"',:;{}[]()<>\\\n"  # lists are full of them, keys have none
_FORMATS: Mapping[int, Literal["Q", "I", "H", "B"]] = {8: "Q", 4: "I", 2: "H", 1: "B"}  # numbers of so many bytes
_CODE = re.compile(  # each way begins with one character and no repetition, so `re` skips what begins with none of them
    r"%(?P<percent>[0-9A-Fa-f]{2})|\\\\{0,7}u(?P<u>[0-9A-Fa-f]{4})|\\\\{0,7}x(?P<x>[0-9A-Fa-f]{2})"
    r"|\\\\{0,7}(?P<octal>[0-7]{3})|\\\\{0,7}[nrtfbv]"
    r"|&#(?P<decimal>\d{1,7});?|&#[xX](?P<entity>[0-9A-Fa-f]{1,6});?|&[A-Za-z]{2,8};|<[^<>]{0,300}>"
)
_BASES = {"percent": 16, "u": 16, "x": 16, "entity": 16, "octal": 8, "decimal": 10}


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """So many characters in a row of some texts, and a search for any of them that many do not make longer.

    Each row, wherever it stands, holds one of the blocks of `size` characters that begin at every `step` of a text, and
    no row is looked for before such a block of it is there.  Blocks are numbers: those are made faster than slices.
    """

    cuts: tuple[tuple[str, int], ...]  # texts of ASCII, and how many characters in a row
    size: int
    step: int
    marks: bytes  # that no row holds, so that they can be left out
    blocks: frozenset[int]

    @classmethod
    def of(cls, *cuts: tuple[str, int]) -> "Rows":
        """Return rows of texts, each with the number of characters in a row of it."""
        shortest = min(length for _, length in cuts)
        size = next((size for size in _FORMATS if size <= 2 * shortest // 3), 1)
        texts = "\0".join(text for text, _ in cuts).encode()
        marks = _MARKS.translate(None, texts)
        return cls(cuts, size, shortest - size + 1, marks, frozenset(_blocks(texts, size, 1)))

    @property
    def each(self) -> Iterator[str]:
        """Every row."""
        for text, length in self.cuts:
            yield from _cut(text, length)

    def stand_in(self, text: str, blocks_in: "BlocksIn | None" = None) -> bool:
        """Whether one of them stands in `text`; `blocks_in` may know its blocks from another search."""
        found = self.blocks.intersection((blocks_in or _blocks_in)(text, self.size, self.step, self.marks))
        parts = (block.to_bytes(self.size, sys.byteorder).decode() for block in found)
        return bool(found) and any(row in text for part in parts for row in self._around(part))

    def _around(self, part: str) -> Iterator[str]:
        """Return the rows that hold `part`."""
        for text, length in self.cuts:
            at = text.find(part)
            while at >= 0:
                yield from _cut(text[max(0, at + len(part) - length) : at + length], length)
                at = text.find(part, at + 1)


BlocksIn = Callable[[str, int, int, bytes], Iterable[int]]


class Searched:
    """A text in which keys are looked for: what one search makes of it, the next need not make again.

    Parameters
    ----------
    text
        In which to look.
    often
        Whether many keys are looked for.  Then its blocks are kept, which may take forty times its memory, unless it is
        long.

    """

    def __init__(self, text: str, *, often: bool = False) -> None:
        """Make nothing of it yet."""
        self.text = text
        kept = often and len(text) <= _KNOWN
        self.blocks_in: BlocksIn = cache(lambda *of: frozenset(_blocks_in(*of))) if kept else _blocks_in

    @cached_property
    def lower(self) -> str:
        """The text in small letters."""
        return self.text.lower()

    @cached_property
    def undone(self) -> str:
        """Its letters and digits, see `undone`."""
        return undone(self.text)


def _blocks_in(text: str, size: int, step: int, marks: bytes) -> Iterable[int]:
    """Return the blocks that begin at every `step` of a text without `marks`; a long one is not copied as a whole."""
    parts = (text[at : at + AT_ONCE + size + step] for at in range(0, len(text), AT_ONCE))
    return chain.from_iterable(
        _blocks(part.encode("utf-8", "surrogatepass").translate(None, marks), size, step) for part in parts
    )


def _blocks(text: bytes, size: int, step: int) -> Iterable[int]:
    count = max(0, (len(text) - size) // step + 1)
    laid = bytearray(size * count)
    for at in range(size):
        laid[at::size] = text[at : at + step * count : step]
    return memoryview(laid).cast(_FORMATS[size])


def _cut(text: str, length: int) -> Iterator[str]:
    return (text[at : at + length] for at in range(len(text) - length + 1))


def spellings(secret: str) -> Rows:
    """Return every spelling of a dozen characters in a row of `secret`, or of a tenth where that is more.

    They are to be looked for in what is `undone`.
    """
    row = max(_IN_A_ROW, len(secret) // 10)
    return Rows.of(*((spelled, min(int(row * factor), len(spelled))) for spelled, factor in _spelled(secret)))


def _spelled(secret: str) -> Iterator[tuple[str, float]]:
    """Return what becomes of a secret, and how many characters stand for one of it."""
    raw = secret.encode()
    if bare := _bare(secret):
        yield bare, 1
        yield bare[::-1], 1
    yield raw.hex(), 2
    for shift in range(3):
        yield _bare(base64.b64encode(bytes(shift) + raw).decode()[shift + 1 if shift else 0 :]), 4 / 3
    for name in _HASHES:
        hashed = hashlib.new(name, raw, usedforsecurity=False)
        yield hashed.hexdigest(), 1
        yield _bare(base64.b64encode(hashed.digest()).decode()), 1


def undone(text: str) -> str:
    """Return the letters and digits of `text`, in lower case and of ASCII; where it is short, its codes are undone."""
    for _ in range(3 if len(text) <= _SMALL else 0):  # a code may be written in codes itself
        before, text = text, _CODE.sub(_meant, text)
        if text == before:
            break
    return _bare(text)


def _bare(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return text.encode("ascii", "ignore").translate(None, _BETWEEN).lower().decode()


def _meant(code: re.Match[str]) -> str:
    """Return the character that a code stands for; tags, what separates lines and parts of one stand for none."""
    if code.lastgroup is None:
        return ""
    number = int(code[code.lastgroup], _BASES[code.lastgroup])
    return chr(number) if number <= (_ASCII if code.lastgroup == "percent" else sys.maxunicode) else ""
