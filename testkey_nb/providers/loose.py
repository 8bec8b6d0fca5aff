"""Read JSON of which nothing is promised: what is not of the expected type is missing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from testkey_nb.redaction import masked, printable


def mapping(value: object) -> Mapping[str, object]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return `value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[Mapping[str, object]]:
    """Return the objects in a JSON array; in a list of thousands, where nearly all are, this is what takes least."""
    return [item for item in items(value) if isinstance(item, dict)]


TEXT_CHARS = 500  # of any one name or word; the longest model name known has about 100
_MOST, _MOST_THINGS = 10**15, 10**18  # beyond them no amount, and no number of anything, can be meant here
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
_AMOUNT = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,40})?)(?:[eE]([+-]?\d{1,2}))?", re.ASCII)


def text(value: object) -> str | None:
    """Return the beginning of `value` if it is text that is not empty, on one line.

    What cannot be seen becomes spaces: in a terminal it is a command, in a table another cell, in any text it can hide
    what stands there, and half a surrogate pair cannot even be written.
    """
    if not isinstance(value, str) or not value:
        return None
    begun = value[:TEXT_CHARS]
    seen = printable(begun)
    return None if seen != begun and seen.isspace() else seen


def label(value: object) -> str | None:
    """Return `value` if it is text, without what it would tell of a person."""
    found = text(value)
    return masked(found) if found else None


def texts(value: object) -> list[str]:
    """Return the texts in a JSON array."""
    return list(filter(None, map(text, items(value))))


def unread(value: object) -> bool:
    """Whether `value` holds something that is no text in an array, and is therefore not among its `texts`."""
    return len(texts(value)) < len(items(value)) if isinstance(value, list) else value is not None


def flag(value: object) -> bool | None:
    """Return `value` if it is true or false."""
    return value if isinstance(value, bool) else None


def number(value: object) -> float | None:
    """Return `value` if it is a finite number that is not negative, as amounts, prices, times and counts are."""
    if type(value) is int or type(value) is float:  # JSON has no others, and true is no number
        return float(value) if 0 <= value < _MOST_THINGS else None
    return None


def amount(value: object, *, places: int = 0) -> float | None:
    """Return the amount of money that a number or a text of one means, its point moved; what is owed is below zero.

    The point is moved in the text, where nothing is lost: a millionth of a dollar times a million is a dollar.
    """
    if value is None:  # as most of what could have a price has none
        return None
    if (type(value) is int or type(value) is float) and abs(value) < _MOST:
        value = str(value)
    if not isinstance(value, str) or not (said := _AMOUNT.fullmatch(value)):
        return None
    digits, exponent = said.groups("0")
    found = float(f"{digits}e{int(exponent) + places}")
    return found if abs(found) < _MOST else None


def count(value: object) -> int | None:
    """Return `value` if it is a number of things; some write a long number as a text, that nobody rounds it."""
    if isinstance(value, str) and _COUNT.fullmatch(value):
        return int(value)
    if type(value) is int:
        return value if 0 <= value < _MOST_THINGS else None
    found = number(value)
    return None if found is None else int(found)


def moment(value: object) -> datetime | None:
    """Return the time that Unix seconds or an ISO text mean."""
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value)
            return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
        seconds = number(value)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


UNREADABLE = "unreadable"


def until(value: object) -> str | None:
    """Return when something ends, as ISO text; what is said of an end and cannot be read is not as if none were."""
    if value in (None, ""):
        return None
    when = moment(value)
    return when.isoformat(timespec="seconds") if when else UNREADABLE
