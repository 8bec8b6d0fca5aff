"""One difference between two runs, and the frame of many."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .export import Scalar

if TYPE_CHECKING:
    import pandas as pd


class Area(StrEnum):
    """What a change is about, in the order in which a person wants to read it."""

    RUN = "run"
    READINESS = "readiness"
    GATES = "gates"
    PASSPORT = "passport"
    IDENTITY = "identity"
    CAPABILITIES = "capabilities"
    LIMITS = "limits"
    PRICES = "prices"
    MODELS = "models"
    ROUTES = "routes"  # model × route, where the model itself stays
    METRICS = "metrics"
    POLICY = "policy"


class Shift(StrEnum):
    """How it changed from the first export to the second."""

    FLIPPED = "flipped"
    CUT = "cut"
    RAISED = "raised"
    MOVED = "moved"
    GONE = "gone"
    NEW = "new"
    UNREAD = "unread"  # the second run could not read the list it stood in
    READ = "read"  # the first run could not
    REDATED = "redated"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `before` or `after` is None where that export says nothing."""

    area: Area
    subject: str
    aspect: str  # which of the subject's values; empty for the subject itself
    change: Shift
    before: Scalar
    after: Scalar
    why: str = ""  # the second run's word for it

    @property
    def percent(self) -> float | None:
        """How far a number moved, in percent of where it was; None where that says nothing."""
        before, after = number(self.before), number(self.after)
        if not before or after is None:
            return None
        percent = (after - before) / abs(before) * 100
        return percent if math.isfinite(percent) else None

    @property
    def label(self) -> str:
        """The subject with its aspect."""
        return f"{self.subject}: {self.aspect}" if self.aspect else self.subject

    def to_json(self) -> dict[str, object]:
        """Return it as the command line prints it."""
        return {
            "area": self.area,
            "subject": self.label,
            "change": self.change,
            "before": self.before,
            "after": self.after,
        }


def number(value: Scalar) -> float | None:
    """Return a number as a float, and None for anything else."""
    return None if value is None or isinstance(value, bool | str) else float(value)


def drift_frame(changes: Iterable[Change]) -> "pd.DataFrame":
    """Build the frame of changes: one row each, the same columns and dtypes for none and for many.

    Returns
    -------
    pandas.DataFrame
        ``area, subject, aspect, change, before, after, before_number, after_number, percent, why``; `before` and
        `after` are text, and where they are numbers these stand beside them.

    """
    import pandas as pd  # noqa: PLC0415 - pandas is loaded when a frame is asked for

    rows = list(changes)
    area, shift = (pd.CategoricalDtype([member.value for member in closed], ordered=True) for closed in (Area, Shift))
    return pd.DataFrame(
        {
            "area": pd.Series([row.area.value for row in rows], dtype=area),
            "subject": pd.Series([row.subject for row in rows], dtype="string"),
            "aspect": pd.Series([row.aspect for row in rows], dtype="string"),
            "change": pd.Series([row.change.value for row in rows], dtype=shift),
            "before": pd.Series([_text(row.before) for row in rows], dtype="string"),
            "after": pd.Series([_text(row.after) for row in rows], dtype="string"),
            "before_number": pd.Series([number(row.before) for row in rows], dtype="Float64"),
            "after_number": pd.Series([number(row.after) for row in rows], dtype="Float64"),
            "percent": pd.Series([row.percent for row in rows], dtype="Float64"),
            "why": pd.Series([row.why for row in rows], dtype="string"),
        }
    )


def _text(value: Scalar) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
