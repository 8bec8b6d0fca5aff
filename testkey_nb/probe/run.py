"""The facts of a run, and how answers become them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from testkey_nb.http import Manifest
from testkey_nb.identity import Identity
from testkey_nb.outcome import Standing
from testkey_nb.rows import GRAINS, AnswerRow, LimitRow, MetricRow, ModelRow, PriceRow, Stamp, Value
from testkey_nb.spec import Finding

from .planning import Plan

if TYPE_CHECKING:
    import pandas as pd

_STANDING = {True: Standing.LISTED, False: Standing.MISSING, None: Standing.UNKNOWN}
_fields = attrgetter(*(one.name for one in fields(ModelRow)))  # of thousands of rows, where `replace` is slow


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False, repr=False)
class Run:
    """The plain facts of one run; judging it sends nothing.  They are gone five minutes after the run began."""

    stamp: Stamp
    plan: Plan
    key_name: str
    identity: Identity
    manifest: Manifest
    answers: tuple[AnswerRow, ...] = ()
    metrics: tuple[MetricRow, ...] = ()
    models: tuple[ModelRow, ...] = ()
    prices: tuple[PriceRow, ...] = ()
    limits: tuple[LimitRow, ...] = ()
    until: float = math.inf  # on the clock of `expiry.now`
    findings: tuple[Finding, ...] = ()  # about the axes, from the answers themselves
    vantage: str = ""  # where it went out from; empty for this machine
    _live: Mapping[str, list[str]] = field(init=False, repr=False)
    _values: Mapping[str, tuple[Value, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Look the live routes of the covered models and the metrics up once: gates ask for them again and again.

        Of other models nothing is noted, because the runs of a fleet may have one list of thousands in common.
        """
        found: dict[str, list[str]] = {model: [] for model in self.plan.models}
        for row in self.models:
            if row.live and row.model in found:
                found[row.model].append(row.route)
        values: defaultdict[str, tuple[Value, ...]] = defaultdict(tuple)
        for metric in self.metrics:
            if (native := metric.native) is not None:
                values[metric.metric] += (native,)
        object.__setattr__(self, "_live", found)
        object.__setattr__(self, "_values", dict(values))

    def __repr__(self) -> str:
        """Say which run it is: a notebook shows it where a cell ends with one."""
        about = f"{self.plan.provider.id}, {self.stamp.key_hint}, {self.stamp.observed_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"<Run {self.stamp.run_id}: {about}{', SANDBOX' * self.sandbox}{', gone' * self.gone}>"

    @property
    def sandbox(self) -> bool:
        """Whether any answer came from the sandbox."""
        return self.identity.sandbox

    def live(self, model: str) -> list[str]:
        """Return the routes of `model` that its list says are live; the empty one where a provider serves it itself."""
        if model in self._live:
            return list(self._live[model])
        return [row.route for row in self.models if row.model == model and row.live]

    def values(self) -> Mapping[str, tuple[Value, ...]]:
        """Return the native values of every known metric."""
        return self._values

    def rows(self, grain: str) -> Sequence[object]:
        """Return the rows of ``evidence, answers, metrics, models, prices`` or ``limits``."""
        rows: Sequence[object] = self.identity.evidence if grain == "evidence" else getattr(self, grain)
        return rows

    def frame(self, grain: str) -> "pd.DataFrame":
        """Return one of the frames ``evidence, answers, metrics, models, prices, limits``."""
        from testkey_nb.frames import frame  # noqa: PLC0415 - pandas is loaded when a frame is asked for

        return frame(GRAINS[grain], [(self.stamp, self.rows(grain))], self.until)

    @property
    def gone(self) -> bool:
        """Whether the facts were forgotten."""
        return self.until == -math.inf

    def forget(self) -> None:
        """Drop every fact."""
        for name in ("answers", "metrics", "models", "prices", "limits", "findings"):
            object.__setattr__(self, name, ())
        object.__setattr__(self, "_live", {})
        object.__setattr__(self, "_values", {})
        object.__setattr__(self, "until", -math.inf)
        object.__setattr__(self, "identity", replace(self.identity, evidence=()))


def merge_models(found: Iterable[ModelRow], covered: tuple[str, ...]) -> tuple[ModelRow, ...]:
    """Make one row per model and route: what the first source left out is taken from the next.

    A question about one model that was answered confirms every route of it that is listed.
    """
    merged: dict[tuple[str, str], ModelRow] = {}
    confirmed: set[str] = set()
    for row in found:
        before = merged.get((row.model, row.route))
        merged[row.model, row.route] = _filled(before, row) if before else row
        if row.standing == Standing.CONFIRMED:
            confirmed.add(row.model)
    known = any(row.listed for row in merged.values())
    named = {name for name, _ in merged}
    for model in covered:
        if model not in named:
            merged[model, ""] = ModelRow(model, "")
    return tuple(_placed(row, row.model in covered, row.model in confirmed, known) for row in merged.values())


def _filled(before: ModelRow, row: ModelRow) -> ModelRow:
    both = zip(_fields(before), _fields(row), strict=True)
    return ModelRow(*(first if first is not None else then for first, then in both))


def _placed(row: ModelRow, covered: bool, confirmed: bool, known: bool) -> ModelRow:  # noqa: FBT001
    """Return a row that says where its model stands; `known` is whether a list was read at all.

    Most rows of a long list say it already: then every run that was answered by it has them in common.
    """
    listed = row.listed or (False if known else None)
    standing = Standing.CONFIRMED if confirmed else _STANDING[listed]
    if (covered, listed, standing) == (row.covered, row.listed, row.standing):
        return row
    model, route, _, _, _, *facts = _fields(row)
    return ModelRow(model, route, covered, listed, standing, *facts)
