"""What became of models since an earlier inventory: the launch folder's, or that of another run."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from testkey_nb.drift import Area, Change, Shift, drift
from testkey_nb.outcome import InventoryChange
from testkey_nb.rows import ModelRow, Why

from .phantoms import by_model, going


@dataclass(frozen=True, slots=True)
class ModelChangeRow:
    """Model × what changed since an earlier inventory."""

    model: str  # empty for the list of models as a whole
    route: str  # empty for the model itself
    aspect: str  # which of its values; empty where it came or went
    change: Annotated[str, "InventoryChange"]  # gone only where a list that was read lacks it
    before: str | None  # what the earlier inventory says of it; missing where it has nothing
    after: str | None  # what this one says
    why: Why


def inventory_changes(
    models: Iterable[ModelRow], filed: Collection[str], *, now: datetime, min_days_served: float
) -> tuple[ModelChangeRow, ...]:
    """Return how a run's models differ from those that a launch folder has for its credential.

    A filed model is ``gone`` where a list that was read lacks it, and ``changed`` where it is listed and no route of it
    can be relied on: none is live, or all that are go or are deprecated.  Where no list was read it is ``unread``.

    ``new`` are covered models that are listed and not filed: an inventory holds what people chose, not all that is
    listed.

    Parameters
    ----------
    models
        One row for each model and route, of one run.
    filed
        Models that the launch folder has for the credential.
    now, min_days_served
        As for `phantoms`.

    """
    rows_of = by_model(models)
    listed = {model for model, rows in rows_of.items() if any(row.listed for row in rows)}
    going_of = partial(_going_all, now=now, soon=timedelta(days=min_days_served))
    found = []
    for model in sorted(filed):
        if not listed:
            change, after, why = InventoryChange.UNREAD, None, Why("no list was read, so nothing is called gone")
        elif model not in listed:
            why = Why("it is filed, and the list of {count} models lacks it", count=len(listed))
            change, after = InventoryChange.GONE, None
        elif said := going_of(rows_of[model]):
            change, after, why = InventoryChange.CHANGED, "listed", said
        else:
            continue
        found.append(ModelChangeRow(model, "", "", change, "filed", after, why))
    covered = {model for model in listed if any(row.covered for row in rows_of[model])}
    for model in sorted(covered - set(filed)):
        why = Why("it is covered by this run and not filed for the credential")
        found.append(ModelChangeRow(model, "", "", InventoryChange.NEW, None, "listed", why))
    return tuple(found)


def _going_all(rows: Sequence[ModelRow], now: datetime, soon: timedelta) -> Why | None:
    """Say why no route of a listed model can be relied on, if so."""
    live = [row for row in rows if row.live]
    if not live:
        return Why("it is filed and listed, and no route of it is live")
    ends = [next((why for _, why in going(row, now, soon)), None) for row in live]
    return ends[0] if all(ends) else None


def export_changes(a: object, b: object) -> tuple[ModelChangeRow, ...]:
    """Return how the models of two exported runs differ: gone, new, changed, or not read in one of them.

    Parameters
    ----------
    a, b
        The earlier and the later: what `drift.read_export` returned, or a verdict's ``to_json()``.

    Raises
    ------
    CallerError
        If one of them is no export.

    """
    of_models = [change for change in drift(a, b) if change.area in {Area.MODELS, Area.ROUTES} or _is_list(change)]
    return tuple(_as_row(change) for change in of_models)


def _is_list(change: Change) -> bool:
    return change.area is Area.RUN and change.change in {Shift.UNREAD, Shift.READ}


def _as_row(found: Change) -> ModelChangeRow:
    model, route = ("" if found.area is Area.RUN else found.subject), ""
    if found.area is Area.ROUTES:
        model, _, route = found.subject.rpartition(" via ")
    before, after = (None if value is None else str(value) for value in (found.before, found.after))
    change, why = _CHANGES.get(
        found.change, (InventoryChange.CHANGED, Why("its {aspect} changed", aspect=found.aspect))
    )
    return ModelChangeRow(model, route, found.aspect, change, before, after, why)


_CHANGES: Mapping[Shift, tuple[InventoryChange, Why]] = {
    Shift.GONE: (InventoryChange.GONE, Why("the later list lacks it")),
    Shift.NEW: (InventoryChange.NEW, Why("the earlier list lacks it")),
    Shift.UNREAD: (InventoryChange.UNREAD, Why("the later run could not read its list, so nothing is called gone")),
    Shift.READ: (InventoryChange.UNREAD, Why("the earlier run could not read its list, so nothing is called new")),
}
