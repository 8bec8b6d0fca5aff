"""Rows to DataFrames: the same columns and dtypes for none and for many."""

import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from operator import attrgetter

import pandas as pd

from . import outcome
from .retention import hold_frame
from .rows import Stamp, Why

_DTYPES: dict[type, str] = {
    str: "string",
    Why: "string",
    int: "Int64",
    float: "Float64",
    bool: "boolean",
    datetime: "datetime64[us, UTC]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a frame: its name, dtype, and the field of the row it is read from."""

    name: str
    dtype: "str | pd.CategoricalDtype"


@cache
def columns(row: type) -> tuple[Column, ...]:
    """Return the columns a row class declares: nullable dtypes, ordered categoricals for closed sets."""
    hints = typing.get_type_hints(row, include_extras=True)
    return tuple(Column(field.name, _dtype(hints[field.name])) for field in fields(row))


def _dtype(hint: object) -> "str | pd.CategoricalDtype":
    if typing.get_origin(hint) is typing.Annotated:
        closed = getattr(outcome, typing.get_args(hint)[1])
        return pd.CategoricalDtype([member.value for member in closed], ordered=True)
    return next(_DTYPES[kind] for kind in (*typing.get_args(hint), hint) if kind in _DTYPES)


def frame(row: type, runs: Iterable[tuple[Stamp, Sequence[object]]], until: float | None = None) -> pd.DataFrame:
    """Build the frame of one row class from the rows of any number of runs.

    Parameters
    ----------
    row
        One of `rows.GRAINS`, or any other frozen dataclass of scalars.
    runs
        Pairs of a run's stamp and its rows.
    until
        When the frame is emptied, on the clock of `expiry.now`; None keeps it.

    Returns
    -------
    pandas.DataFrame
        The join keys ``run_id, provider, key_hint, observed_at``, then the columns of the row class.

    """
    pairs = [(stamp, one) for stamp, rows in runs for one in rows]
    made = pd.DataFrame(
        {
            column.name: pd.Series(list(map(attrgetter(column.name), of)), dtype=column.dtype)
            for kind, of in ((Stamp, [stamp for stamp, _ in pairs]), (row, [one for _, one in pairs]))
            for column in columns(kind)
        }
    )
    if until is not None:
        hold_frame(made, until)
    return made
