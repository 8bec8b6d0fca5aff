"""Rows to DataFrames: the same columns and dtypes for none and for many."""

import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import outcome
from .retention import hold_frame
from .rows import Stamp, Why

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray

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
    """A column of a frame: its name, which is that of the row's field, and its dtype."""

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
    stamps: list[Stamp] = []
    lengths: list[int] = []
    ones: list[object] = []
    for stamp, rows in runs:
        stamps.append(stamp)
        lengths.append(len(rows))
        ones.extend(rows)
    of_run = np.repeat(np.arange(len(stamps)), lengths)
    keys = {name: values.take(of_run) for name, values in _arrays(Stamp, stamps).items()}
    made = pd.DataFrame(keys | _arrays(row, ones), copy=False)
    if until is not None:
        hold_frame(made, until)
    return made


def _arrays(row: type, ones: Sequence[object]) -> "dict[str, ExtensionArray]":
    return {column.name: _array(list(map(attrgetter(column.name), ones)), column.dtype) for column in columns(row)}


def _array(values: list[object], dtype: "str | pd.CategoricalDtype") -> "ExtensionArray":
    """Return an array of a column's values; where all are one, or missing, as in many columns, it is looked at once."""
    same = bool(values) and values.count(values[0]) == len(values)
    made = pd.array(values[:1] if same else values, dtype=dtype)  # type: ignore[arg-type]  # stubs: no dtype by name
    return made.take(np.zeros(len(values), dtype=int)) if same else made
