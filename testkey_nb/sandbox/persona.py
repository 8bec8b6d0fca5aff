"""What a persona is, whatever the provider."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import Route


@dataclass(frozen=True, kw_only=True)
class Persona:
    """One key in one situation, and who answers when it is used."""

    name: str
    says: str
    issue: Callable[[], str]
    routes: Callable[[], Sequence[Route]]
    models: tuple[str, ...] = ()  # to probe for, where the provider's are its operator's own

    @property
    def key(self) -> str:
        """Give the persona's made-up key; one that expires is issued anew each time."""
        return self.issue()


def hex_key(name: str, digits: int) -> str:
    """Make a key of hexadecimal digits that spells what it is as far as they can: ``fa4e`` again and again."""
    told = "".join(letter for letter in name if letter in "abcdef")
    return (told + "fa4e" * digits)[:digits]


def made_up_key(prefix: str, name: str, letters: int) -> str:
    """Make a key of a given shape that nobody could take for a real one.

    Vowels of the persona's name are dropped because whoever redacts any six characters of a key
    in a row would otherwise hide ordinary words ("launch") from everything shown.
    """
    words = (re.sub("[aeiou]", "", word).capitalize() for word in name.split("-"))
    return prefix + ("FakeKey" + "".join(words) + "Qz" * letters)[:letters]
