"""Numbers and times as rate-limit headers write them: a text that is neither is unknown, never guessed."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .loose import moment

# ASCII only: other scripts have digits that `float` reads too.  LiteLLM writes a small amount as 3.225e-05.
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
# Go's time.Duration, as OpenAI and Groq write it: 6m0s, 23m20.415s, 344.6ms.
_UNITS = {
    "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6,
    "ns": 1e-9,
}  # fmt: skip
_PART = rf"([0-9]{{1,9}}(?:\.[0-9]{{1,12}})?)({'|'.join(sorted(_UNITS, key=len, reverse=True))})"
_DURATION = re.compile(rf"(?:{_PART}){{1,6}}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_TEXT_CHARS = 100  # of a number or a time; the longest form above has fewer
_HUGE = 1e18  # beyond it nothing here can be meant
_LONGEST_S = 366 * 86400  # a bare number up to this is a time to wait: no window known is longer than a year
_EPOCH_S = (1e9, 1e10)  # 2001 to 2286; what lies between is neither
_EPOCH_MS = (1e12, 1e13)


def number(text: str) -> float | None:
    """Return the number that `text` is: finite and not negative (Azure sends -1 where it counts nothing)."""
    text = text.strip()
    found = float(text) if _NUMBER.fullmatch(text) else _HUGE
    return found if found < _HUGE else None


def seconds(text: str, date: datetime | None) -> float | None:
    """Return how long after `date`, when the answer was made, the time or duration `text` ends.

    Without `date` a point in time says nothing of how long that is.  One that has passed leaves nothing to wait for.
    """
    text = text.strip()
    found = number(text)
    if found is not None and found <= _LONGEST_S:
        return found
    if found is None and (duration := _duration(text)) is not None:
        return duration
    ends = point_in_time(text) if found is None else _since_epoch(found)
    return max((ends - date).total_seconds(), 0.0) if ends and date else None


def point_in_time(text: str) -> datetime | None:
    """Return the point in time that `text` names, as RFC 3339 or as HTTP writes it."""
    text = text.strip()
    if len(text) > _TEXT_CHARS:
        return None
    if _RFC_3339.fullmatch(text):
        return moment(text.upper())
    try:
        return parsedate_to_datetime(text) if _HTTP_DATE.fullmatch(text) else None
    except ValueError:
        return None


def _duration(text: str) -> float | None:
    if len(text) > _TEXT_CHARS or not _DURATION.fullmatch(text):
        return None
    return round(sum(float(amount) * _UNITS[unit] for amount, unit in re.findall(_PART, text)), 9)


def _since_epoch(found: float) -> datetime | None:
    for (first, end), unit in ((_EPOCH_S, 1.0), (_EPOCH_MS, 1e-3)):
        if first <= found < end:
            return datetime.fromtimestamp(found * unit, UTC)
    return None
