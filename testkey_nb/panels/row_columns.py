"""Columns of tables that are about several keys: the key, and what fields of a row say."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from testkey_nb.digits import measured, three_digits
from testkey_nb.drawing import STAND_IN, in_words
from testkey_nb.heatmap import plain_name
from testkey_nb.judge import Readiness
from testkey_nb.locale import translate
from testkey_nb.rows import Why

from .sortable import Column
from .tables import NOTHING, foreign, number, plain


def key_of(one: Readiness) -> str:
    """Return a key in one line; what is made up says so."""
    made_up = f'<strong class="tk-made-up">{STAND_IN}</strong> ' if one.run.sandbox else ""
    return f"{made_up}{titled(f'{one.run.stamp.provider} · {plain_name(one)}')}"


def by_key(one: Readiness) -> tuple[str, str]:
    """Return what keys are sorted by."""
    return one.run.stamp.provider, plain_name(one)


def titled(text: str) -> str:
    """Return foreign text that may be cut off, with all of it where the pointer rests."""
    return f'<span class="mathjax_ignore" title="{plain(text)}">{plain(text)}</span>'


def age(value: float | None) -> str:
    """Write days with a digit after the point: what was seen a moment ago is 0 days old."""
    return NOTHING if value is None else f"{round(value, 1):,g}"


def speed(value: float | None) -> str:
    """Write a published speed with as many digits as it may have."""
    return NOTHING if value is None else measured(value)


def share(value: float | None) -> str:
    """Write a share in per cent."""
    return NOTHING if value is None else f"{value:.0%}"


def milliseconds(value: float | None) -> str:
    """Write seconds in thousandths, as many digits as can mean something."""
    return NOTHING if value is None else three_digits(1000 * value)


def truth(value: bool | None, lang: str) -> str:  # noqa: FBT001 - the one thing that is written
    """Write yes or no."""
    return NOTHING if value is None else plain(in_words("yes" if value else "no", lang))


def day(moment: datetime | None) -> str:
    """Write the day of a moment."""
    return NOTHING if moment is None else f"{moment:%Y-%m-%d}"


def text(value: str | None) -> str:
    """Write foreign text, and a dash where there is none."""
    return titled(value) if value else NOTHING


def told(why: str, lang: str) -> str:
    """Write a reason in a language."""
    return foreign(translate(why, lang), 600) or NOTHING


NUMBERS = (number, age, speed, share, milliseconds)


def of_row(heading: Why, width: int, field: str, cell: Callable[[Any], str] = number, part: str = "row") -> Column[Any]:
    """Return a column of a field of a view's row, or of another part of a line."""

    def found(line: object) -> Any:  # noqa: ANN401 - whatever the field holds
        return getattr(getattr(line, part), field)

    return Column(heading, width, lambda line, _: cell(found(line)), found, number=cell in NUMBERS)


def why(width: int, part: str = "row") -> Column[Any]:
    """Return the column of a view's reasons."""
    return Column(Why("Why"), width, lambda line, lang: told(getattr(line, part).why, lang), lambda _: None)


KEY_OF = Column[Any](Why("Key"), 275, lambda one, _: key_of(one.one), lambda one: by_key(one.one))
