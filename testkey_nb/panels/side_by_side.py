"""Several judged keys in one frame: a row per key and a column per axis, capability or gate, to read and to sort.

The frames that other frames are joined with stay long; these are views of them.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from testkey_nb.amounts import Amount, amounts
from testkey_nb.heatmap import GRIDS, name_of, states
from testkey_nb.judge import Readiness
from testkey_nb.retention import hold_frame

if TYPE_CHECKING:
    import pandas as pd

_LIMIT = {"limit": "string", "service": "string", "quota": "Float64", "remaining": "Float64", "window_s": "Float64",
          "reset_s": "Float64"}  # fmt: skip


def side_by_side(compared: Sequence[Readiness], what: str) -> "pd.DataFrame":
    """Return one of the frames of `SIDE_BY_SIDE` for several keys, in their order; it is emptied with their data.

    Each starts with the columns ``key`` (provider and variable, and SANDBOX where it is made up), ``provider`` and
    ``sandbox``.  ``passport``, ``capabilities`` and ``gates`` have a row per key and a column per axis, capability or
    half of a gate; ``balance`` has a row per key and metric and a column per unit, so that currencies never mix;
    ``limits`` has a row per key and limit.
    """
    made = SIDE_BY_SIDE[what](compared, what)
    if compared:
        hold_frame(made, min(one.run.until for one in compared))
    return made


def _begun(compared: Sequence[Readiness]) -> "dict[str, pd.Series]":
    """Return the columns that every frame begins with."""
    import pandas as pd  # noqa: PLC0415 - loaded when a frame is asked for

    return {
        "key": pd.Series([name_of(one) for one in compared], dtype="string"),
        "provider": pd.Series([one.run.stamp.provider for one in compared], dtype="string"),
        "sandbox": pd.Series([one.run.sandbox for one in compared], dtype="boolean"),
    }


def _grid(compared: Sequence[Readiness], what: str) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - the same

    grid, known = GRIDS[what], [states(one, what) for one in compared]
    closed = pd.CategoricalDtype([state.value for state in grid.states], ordered=True)
    told = {str(c): pd.Series([one.get(c) for one in known], dtype=closed) for c in grid.columns}
    return pd.DataFrame(_begun(compared) | told)


def _balance(compared: Sequence[Readiness], _what: str) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - the same

    pairs = [(one, amount) for one in compared for found in amounts([one]).values() for amount in found]
    columns = _begun([one for one, _ in pairs])
    columns["metric"] = pd.Series([amount.metric.metric for _, amount in pairs], dtype="string")
    for unit in sorted({amount.metric.unit for _, amount in pairs}):
        columns[unit or "text"] = _of_unit(unit, [amount for _, amount in pairs])
    return pd.DataFrame(columns)


def _of_unit(unit: str, found: Sequence[Amount]) -> "pd.Series":
    """Return what is of one unit, each in its row; what is of another is missing here."""
    import pandas as pd  # noqa: PLC0415 - the same

    values = [amount.metric.native if amount.metric.unit == unit else None for amount in found]
    kinds = {type(value) for value in values if value is not None}
    dtype = "boolean" if kinds == {bool} else "Float64" if kinds <= {int, float} else "string"
    return pd.Series(
        [str(value) if dtype == "string" and value is not None else value for value in values], dtype=dtype
    )


def _limits(compared: Sequence[Readiness], _what: str) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - the same

    pairs = [(one, row) for one in compared for row in one.run.limits]
    columns = _begun([one for one, _ in pairs])
    for name, kind in _LIMIT.items():
        columns[name] = pd.Series([getattr(row, name) for _, row in pairs], dtype=kind)
    return pd.DataFrame(columns)


SIDE_BY_SIDE: Mapping[str, Callable[[Sequence[Readiness], str], "pd.DataFrame"]] = MappingProxyType(
    {**dict.fromkeys(GRIDS, _grid), "balance": _balance, "limits": _limits}
)
