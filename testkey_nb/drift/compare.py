"""Compare two exports.

What differs between any two runs is no difference: ids, times, timings, what is left of a limit, the manifest, the
sentence behind a verdict.  What one export lacks is new or gone, never 0; where one of the two could not read its list
of models, nothing of that list is called gone.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from .change import Area, Change, Shift
from .export import MODEL_FIELDS, PRICE_FIELDS, Facts, Key, Row, Scalar, facts_of, shown

K = TypeVar("K")
T = TypeVar("T")

_PLAIN = ("USD", "", "")  # the currency, lengths and hours of every price in an early export
_NOISE = 1e-9  # relative: what arithmetic leaves behind
_VALUES = (
    (Area.RUN, "provider", ("provider",)),
    (Area.RUN, "sandbox", ("sandbox",)),
    (Area.RUN, "dimension", ("dimension",)),
    (Area.READINESS, "stage", ("stage",)),
    (Area.IDENTITY, "verdict", ("identity", "verdict")),
    (Area.IDENTITY, "provider", ("identity", "provider")),
)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that both exports may tell of, and how its changes are called."""

    area: Area
    subject: str
    aspect: str = ""
    word: Shift = Shift.CHANGED  # where both say something
    gone: Shift | None = Shift.GONE  # where only the first does; None where saying nothing is an answer, too
    new: Shift = Shift.NEW
    why: Scalar = None

    def between(self, before: Scalar, after: Scalar) -> Iterator[Change]:
        """Return the change between two values, if there is one."""
        if _same(before, after):
            return
        word = self.word
        if self.gone and (before is None or after is None):
            word = self.new if before is None else self.gone
        was, now = (shown(value) if isinstance(value, str) else value for value in (before, after))
        yield Change(self.area, shown(self.subject), self.aspect, word, was, now, shown(str(self.why or "")))


def drift(a: object, b: object) -> tuple[Change, ...]:
    """Return what differs between two exports, in the order of `Area`; nothing where they say the same.

    Parameters
    ----------
    a, b
        The earlier and the later: what `read_export` returned, or a verdict's ``to_json()``.

    Raises
    ------
    CallerError
        If one of them is no export.

    """
    one, two = facts_of(a, "the first export"), facts_of(b, "the second export")
    parts = (_run, _verdicts, _limits, _prices, _models, _covered, _metrics)
    order = {area: number for number, area in enumerate(Area)}
    return tuple(sorted((change for part in parts for change in part(one, two)), key=lambda found: order[found.area]))


def _run(one: Facts, two: Facts) -> Iterator[Change]:
    for area, subject, place in _VALUES:
        yield from _Thing(area, subject, gone=None).between(one.values[place], two.values[place])
    ready, action = ("ready",), ("action", "id")
    thing = _Thing(Area.READINESS, "ready", word=Shift.FLIPPED, gone=None)
    yield from thing.between(one.values[ready], two.values[ready])
    thing = _Thing(Area.READINESS, "action", gone=None, why=two.values["action", "why"])
    yield from thing.between(one.values[action], two.values[action])
    for name, before, after in _pairs(one.policy, two.policy):
        yield from _Thing(Area.POLICY, name).between(before, after)


def _verdicts(one: Facts, two: Facts) -> Iterator[Change]:
    for axis, was, now in _pairs(one.passport, two.passport):
        yield from _Thing(Area.PASSPORT, axis, word=Shift.FLIPPED).between(was, now)
    for key, before, after in _pairs(one.tables["gates"], two.tables["gates"]):
        old, new = before or {}, after or {}
        for field, aspect in (("state", ""), ("may", "may it"), ("done", "is it done")):
            thing = _Thing(Area.GATES, key[0], aspect, Shift.FLIPPED, why=new.get("why"))
            yield from thing.between(old.get(field), new.get(field))
    for key, before, after in _pairs(one.tables["capabilities"], two.tables["capabilities"]):
        old, new = before or {}, after or {}
        thing = _Thing(Area.CAPABILITIES, key[0], why=new.get("why"))
        yield from thing.between(old.get("state"), new.get("state"))


def _limits(one: Facts, two: Facts) -> Iterator[Change]:
    """Compare quotas and windows; what is left and when it is reset is of the moment."""
    for key, before, after in _pairs(one.tables["limits"], two.tables["limits"]):
        subject = f"{key[0]} at {key[1]}"
        if before is None or after is None:
            quotas = [None if row is None else _or(row["quota"], "no quota told") for row in (before, after)]
            yield from _Thing(Area.LIMITS, subject).between(*quotas)
            continue
        was, now = before["quota"], after["quota"]
        fell = isinstance(was, int | float) and isinstance(now, int | float) and now < was
        yield from _Thing(Area.LIMITS, subject, word=Shift.CUT if fell else Shift.RAISED).between(was, now)
        yield from _Thing(Area.LIMITS, subject, "window_s", gone=None).between(before["window_s"], after["window_s"])


def _prices(one: Facts, two: Facts) -> Iterator[Change]:
    """Compare prices of what names a price, never across any of it; the date of a live one is its run's.

    What an export could not yet tell of prices is neither new nor gone.
    """
    plain = one.plain_prices or two.plain_prices
    lost, found = one.has_list and not two.has_list, two.has_list and not one.has_list
    for key, before, after in _pairs(one.tables["prices"], two.tables["prices"]):
        if plain and key[-4:-1] != _PLAIN:
            continue
        subject = " × ".join(part for part in _priced(key) if part)
        of_list = _from_list(before or after or {})
        gone = Shift.UNREAD if lost and of_list and not after else Shift.GONE
        new = Shift.READ if found and of_list and not before else Shift.NEW
        for field in PRICE_FIELDS:
            if plain and field == "cached_input_per_mtok":
                continue
            thing = _Thing(Area.PRICES, subject, field, Shift.MOVED, gone, new)
            yield from thing.between((before or {}).get(field), (after or {}).get(field))
        if before and after and not _live(before) and not _live(after):
            thing = _Thing(Area.PRICES, subject, "checked_at", Shift.REDATED, gone=None)
            yield from thing.between(before["checked_at"], after["checked_at"])


def _priced(key: Key) -> Iterator[str]:
    """Say what a price is of, its currency, and the lengths and hours it holds for."""
    *what, currency, above, hours, _ = key
    yield from (*what, currency, f"above {above} input tokens" if above else "", hours)


def _live(price: Row) -> bool:
    return price["checked_at"] is not None and price["checked_at"] == price["observed_at"]


def _from_list(price: Row) -> bool:
    """Say whether a price came with the list of models: it is live, or a catalogue's, which dates none."""
    return price["checked_at"] is None or _live(price)


def _models(one: Facts, two: Facts) -> Iterator[Change]:
    """Compare models and their routes; a model is gone only where a list that was read lacks it."""
    a, b = _by_model(one), _by_model(two)
    if one.has_list is not two.has_list:
        counts = [len(side) if facts.has_list else None for side, facts in ((a, one), (b, two))]
        yield from _Thing(Area.RUN, "list of models", gone=Shift.UNREAD, new=Shift.READ).between(*counts)
        return
    for model, before, after in _pairs(a, b):
        was, now = _listed(before or {}), _listed(after or {})
        if bool(was) is bool(now):
            for key, old, new in _pairs(before or {}, after or {}):
                yield from _route(model, key[0], old, new)
        else:
            yield from _Thing(Area.MODELS, model).between(was, now)


def _covered(one: Facts, two: Facts) -> Iterator[Change]:
    for model, before, after in _pairs(_by_model(one), _by_model(two)):
        covered = [any(row["covered"] for row in (rows or {}).values()) for rows in (before, after)]
        yield from _Thing(Area.MODELS, model, "covered").between(*covered)


def _by_model(facts: Facts) -> Mapping[str, Mapping[Key, Row]]:
    found: defaultdict[str, dict[Key, Row]] = defaultdict(dict)
    for (model, *route), row in facts.tables["models"].items():
        found[model][tuple(route)] = row
    return found


def _listed(rows: Mapping[Key, Row]) -> str | None:
    """Name the routes by which a model is listed; None for none."""
    routes = [key[0] for key, row in rows.items() if row["listed"]]
    return ", ".join(filter(None, routes)) or ("listed" if routes else None)


def _route(model: str, route: str, before: Row | None, after: Row | None) -> Iterator[Change]:
    if before is None or after is None:
        states = [_or(row["route_status"], "listed") if row and row["listed"] else None for row in (before, after)]
        yield from _Thing(Area.ROUTES, f"{model} via {route or '-'}").between(*states)
        return
    area, subject = (Area.ROUTES, f"{model} via {route}") if route else (Area.MODELS, model)
    for field in MODEL_FIELDS:
        yield from _Thing(area, subject, field, gone=None).between(before[field], after[field])


def _metrics(one: Facts, two: Facts) -> Iterator[Change]:
    """Compare metrics; of one that has several values, those that came and went."""
    a, b, heard, hears = _by_metric(one), _by_metric(two), _answered(one), _answered(two)
    units: defaultdict[str, set[str]] = defaultdict(set)
    for metric, unit, _ in (*a, *b):
        units[metric].add(unit)
    for (metric, unit, ask), before, after in _pairs(a, b):
        gone = Shift.GONE if ask in hears else Shift.UNREAD
        new = Shift.NEW if ask in heard else Shift.READ
        aspect = shown(unit) if len(units[metric]) > 1 else ""  # one amount in two currencies is two amounts
        thing = _Thing(Area.METRICS, metric, aspect, gone=gone, new=new)
        was, now = before or {}, after or {}
        if len(was) == len(now) == 1:
            yield from thing.between(*was.values(), *now.values())
            continue
        for _, old, young in _pairs(was, now):
            yield from thing.between(old, young)


def _answered(facts: Facts) -> set[str]:
    """Return the asks that told anything; what another did not tell is unread, not gone."""
    return {key[2] for key, row in facts.tables["metrics"].items() if row["value"] is not None}


def _by_metric(facts: Facts) -> Mapping[Key, Mapping[tuple[bool, Scalar], Scalar]]:
    """Return the known values by metric, unit and ask, without those that are of the moment."""
    found: defaultdict[Key, dict[tuple[bool, Scalar], Scalar]] = defaultdict(dict)
    for (metric, unit, ask, _), row in facts.tables["metrics"].items():
        value = row["value"]
        if value is not None and not _of_the_moment(metric, unit):
            found[metric, unit, ask][isinstance(value, bool), value] = value  # else true would be 1
    return found


def _of_the_moment(metric: str, unit: str) -> bool:
    """Say whether a metric is a timing, the time of an answer, or what is left of a window that refills by itself."""
    refills = unit in {"requests", "tokens"} and metric.endswith("_remaining")
    return unit == "s" or refills or metric.endswith("_as_of")


def _same(before: Scalar, after: Scalar) -> bool:
    plain = (bool, str, type(None))
    if isinstance(before, plain) or isinstance(after, plain):
        return isinstance(before, bool) is isinstance(after, bool) and before == after
    if isinstance(before, int) and isinstance(after, int):
        return before == after
    return math.isclose(before, after, rel_tol=_NOISE)


def _or(value: Scalar, otherwise: str) -> Scalar:
    return otherwise if value is None else value


def _pairs(a: Mapping[K, T], b: Mapping[K, T]) -> Iterable[tuple[K, T | None, T | None]]:
    """Return what both have under each key, in the order of the first and then of the second."""
    return ((key, a.get(key), b.get(key)) for key in dict.fromkeys([*a, *b]))
