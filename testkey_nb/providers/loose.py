"""Read JSON of which nothing is promised: what is not of the expected type is missing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from testkey_nb.keys import masked


def mapping(value: object) -> Mapping[str, object]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return `value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


TEXT_CHARS = 500  # of any one name or word; the longest model name known has about 100
_MOST = 10**15  # beyond it no amount can be meant here
_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{1,40})?([eE][+-]?\d{1,2})?", re.ASCII)


def text(value: object) -> str | None:
    """Return the beginning of `value` if it is text that is not empty; half a surrogate pair cannot be written."""
    if not isinstance(value, str) or not value:
        return None
    begun = value[:TEXT_CHARS]
    return begun if begun.isascii() else begun.encode("utf-8", "replace").decode()


def label(value: object) -> str | None:
    """Return `value` if it is text, without what it would tell of a person."""
    found = text(value)
    return masked(found) if found else None


def texts(value: object) -> list[str]:
    """Return the texts in a JSON array."""
    return [found for item in items(value) if (found := text(item))]


def flag(value: object) -> bool | None:
    """Return `value` if it is true or false."""
    return value if isinstance(value, bool) else None


def number(value: object) -> float | None:
    """Return `value` if it is a finite number that is not negative, as amounts, prices, times and counts are."""
    if type(value) is int or type(value) is float:  # JSON has no others, and true is no number
        return float(value) if 0 <= value < 1e18 else None  # noqa: PLR2004 - beyond it nothing here can be meant
    return None


def decimal(value: object) -> Decimal | None:
    """Return exactly the amount of money that a number or a text of one means; what is owed can be below zero."""
    if (type(value) is int or type(value) is float) and abs(value) < _MOST:
        value = str(value)
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return None
    exact = Decimal(value)
    return exact if abs(exact) < _MOST else None


def amount(value: object) -> float | None:
    """Return the amount of money that a number or a text of one means, as a number."""
    exact = decimal(value)
    return None if exact is None else float(exact)


def count(value: object) -> int | None:
    """Return `value` if it is a number of things."""
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
