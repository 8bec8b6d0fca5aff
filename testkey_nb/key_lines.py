"""Lines of pictures and tables that are about several keys: what each is about, and what it is called."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from .drawing import STAND_IN, fitting
from .heatmap import plain_name
from .judge import Readiness

_CHARS = 52
_HALF = 29
_CHAR, _LEAST = 0.072, 1.6  # inches: a character of a label at the most, and the room for labels at the least


class About(Protocol):
    """Whatever is about one key."""

    @property
    def one(self) -> Readiness:
        """The key, judged."""


class Line(NamedTuple):
    """A row of a frame or view, and the key it is about."""

    one: Readiness
    row: Any


def lines_of(compared: Iterable[Readiness], grain: str) -> tuple[Line, ...]:
    """Return the rows of a frame or view of several keys, in their order."""
    return tuple(Line(one, row) for one in compared for row in one.rows(grain))


def made_up_among(things: Iterable[About]) -> tuple[bool, bool]:
    """Return whether any of it is made up, and whether anything else stands beside that."""
    kinds = {thing.one.run.sandbox for thing in things}
    return True in kinds, len(kinds) > 1


def named(lines: Sequence[About], whats: Sequence[str]) -> list[str]:
    """Return what lines are called in a picture: the key where there are several, and what of it a line is about.

    What is made up says so where other things are not; where everything is, a picture says it once.
    """
    several, (_, mixed) = len({id(line.one) for line in lines}) > 1, made_up_among(lines)
    if not several:
        return [fitting(what, _CHARS) for what in whats]
    marks = [f"{STAND_IN} " if mixed and line.one.run.sandbox else "" for line in lines]
    keys = [fitting(f"{line.one.run.stamp.provider} · {plain_name(line.one)}", _HALF) for line in lines]
    return [f"{mark}{key} · {fitting(what, _HALF)}" for mark, key, what in zip(marks, keys, whats, strict=True)]


def room_for(names: Sequence[str]) -> float:
    """Return the inches that labels need beside an axis."""
    return max(_LEAST, 0.25 + _CHAR * max(map(len, names), default=0))
