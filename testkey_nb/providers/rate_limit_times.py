"""Numbers and times as rate-limit headers write them: a text that is neither is unknown, never guessed."""

import math
import re
from datetime import datetime

from testkey_nb.spec import Bare

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
_LONGEST_S = 366 * 86400  # no window known is longer than a year
_SURELY_SECONDS = 3600  # a larger number, of which nothing is documented, can as well be milliseconds
_SKEW_S = 86400  # a point in time that passed longer ago is no reset
_EPOCHS = {Bare.EPOCH: 1.0, Bare.EPOCH_MS: 1e-3}
_READINGS = {
    **{bare: {bare} for bare in Bare},
    Bare.STANDARD: {Bare.SECONDS, Bare.EPOCH},
    Bare.UNSAID: {Bare.SECONDS, *_EPOCHS},
}


def number(text: str) -> float | None:
    """Return the number that `text` is: finite and not negative (Azure sends -1 where it counts nothing)."""
    text = text.strip()
    found = float(text) if _NUMBER.fullmatch(text) else _HUGE
    return found if found < _HUGE else None


def seconds(text: str, date: datetime | None, bare: Bare = Bare.UNSAID, window_s: float | None = None) -> float | None:
    """Return how long after `date`, when the answer was made, the time or duration `text` ends.

    Without `date` a point in time says nothing of how long that is.  One that has passed leaves nothing to wait for.

    Parameters
    ----------
    text
        A duration with units, a point in time, or a bare number.
    date
        When the answer was made.
    bare
        What a bare number is, as its vendor or standard documents it.  Where nobody does, it is read if just one
        reading is possible: a wait within the limit's window (within an hour, where no window is known), or a point in
        time from yesterday to next year.
    window_s
        Of the limit, which resets within it.

    """
    text = text.strip()
    if (found := number(text)) is not None:
        return _bare(found, date, bare, window_s)
    if (duration := _duration(text)) is not None:
        return duration
    ends = point_in_time(text)
    return max((ends - date).total_seconds(), 0.0) if ends and date else None


def point_in_time(text: str) -> datetime | None:
    """Return the point in time that `text` names, as RFC 3339 or as HTTP writes it."""
    text = text.strip()
    if len(text) > _TEXT_CHARS:
        return None
    if _RFC_3339.fullmatch(text):
        return moment(text.upper())
    if not _HTTP_DATE.fullmatch(text):
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow, and most of what is imported here never asks

    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _duration(text: str) -> float | None:
    if len(text) > _TEXT_CHARS or not _DURATION.fullmatch(text):
        return None
    return round(sum(float(amount) * _UNITS[unit] for amount, unit in re.findall(_PART, text)), 9)


def _bare(found: float, date: datetime | None, bare: Bare, window_s: float | None) -> float | None:
    longest = (
        (window_s + 1 if window_s else _SURELY_SECONDS) if bare is Bare.UNSAID else _LONGEST_S
    )  # 1 for rounding up
    possible = [found] if Bare.SECONDS in _READINGS[bare] and found <= longest else []
    for epoch in _EPOCHS.keys() & _READINGS[bare]:
        wait = found * _EPOCHS[epoch] - date.timestamp() if date else math.inf
        if -_SKEW_S <= wait <= _LONGEST_S:
            possible.append(max(wait, 0.0))
    return possible[0] if len(possible) == 1 else None
