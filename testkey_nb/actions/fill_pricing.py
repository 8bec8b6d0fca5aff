"""``prices.csv``: for every covered model the prices of its live routes, each with its source and the date it tells."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isclose
from typing import NamedTuple
from urllib.parse import urlsplit

from testkey_nb.digits import in_full
from testkey_nb.judge import Readiness
from testkey_nb.launch import PRICE_COLUMNS, PRICES_FILE
from testkey_nb.outcome import Verdict
from testkey_nb.prices import COLUMNS, MILLION, PAGE_COLUMNS, fresh, read_own
from testkey_nb.rows import CATALOGUE, OWN_PRICES, PriceRow

from .tables import Table
from .write import NOTHING, Files

_SANDBOX = "SANDBOX "
_AMOUNTS = ("input_per_mtok", "output_per_mtok", "cached_input_per_mtok")
_USD_CELLS, _PAGE_CELLS = ("input_usd_per_mtok", "output_usd_per_mtok"), PAGE_COLUMNS[2:]

Route = tuple[str, str]  # model and route


class Filed(NamedTuple):
    """A row of the file: where it stands, its cells, and the price in them."""

    place: int
    cells: Mapping[str, str]
    price: PriceRow

    @property
    def paged(self) -> bool:
        """Whether its price stands, or would stand, in the columns for prices as a page has them."""
        return self.price.currency != "USD" or any(self.cells.get(name) for name in _PAGE_CELLS)

    @property
    def made_up(self) -> bool:
        """Whether the sandbox's answers are its source."""
        return _SANDBOX.strip() in self.cells["source"]


def fill_pricing(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the file; where no whole price stands, a person is left an empty row to fill.

    A route with a whole and fresh row is left alone.  Any other row may change, and each change is a note with the old
    and the new price; none is taken out, and none rises by more than the policy's `max_price_rise` or changes from or
    to 0.  Prices in other currencies, and those for some lengths or hours, go into the columns for them; where the file
    lacks these, a note says so.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is not CSV, lacks a column, or has a price or a day that is none.

    """
    run = readiness.run
    found = Table(PRICES_FILE, now.get(PRICES_FILE, ""), COLUMNS, PRICE_COLUMNS)
    filed, offered = _filed(readiness, found), _offered(readiness)
    routes = [(model, route) for model in run.plan.models for route in run.live(model) or [""]]
    covered, live = set(run.plan.models), set(routes)
    notes = [
        f"{_called(found, row)}: this run has no live route for it; the row stays, review it"
        for key, rows in filed.items()
        if key not in live and key[0] in covered
        for row in rows
    ]
    for key in routes:
        rows, prices = filed.get(key, []), offered.get(key, [])
        if prices:
            notes += _proposed(readiness, found, rows, prices)
        elif not rows:
            found.add(_named(readiness, *key))
        else:
            notes += [
                f"{_called(found, row)}: {_reason(readiness, key)}; the row stays, review it"
                for row in rows
                if row.cells["source"] or row.price.input_per_mtok is not None
            ]
    return Files({PRICES_FILE: found.text()}, notes)


def _filed(readiness: Readiness, found: Table) -> Mapping[Route, list[Filed]]:
    """Return this provider's and region's rows by model and route, once every row of the file could be read."""
    rows: defaultdict[Route, list[Filed]] = defaultdict(list)
    for place, cells in found.rows():
        price = read_own(PRICES_FILE, found.line(place), cells)
        if (cells["provider"], price.region) == (readiness.run.stamp.provider, readiness.run.plan.region):
            rows[price.model, price.route].append(Filed(place, cells, price))
    return rows


def _offered(readiness: Readiness) -> Mapping[Route, list[PriceRow]]:
    """Return the prices of one source for each route where its price stands: the base price, then the others.

    A price without a date is written without one: a person checks it and adds the day.
    """
    region, rulings = readiness.run.plan.region, readiness.rulings
    standing = {(row.model, row.route, row.currency) for row in readiness.court if row.region == region and row.stands}
    known: defaultdict[Route, list[PriceRow]] = defaultdict(list)
    for row in readiness.prices:
        news = not row.source.startswith(OWN_PRICES)  # what the file says is no news to it
        if news and row.region == region and row.whole and not row.zero:
            known[row.model, row.route].append(row)
    offered = {}
    for key, rows in known.items():
        base = [row for row in rows if row.base and (*key, row.currency) in standing]
        usual = rulings[key].currency if key in rulings else ""
        first = min(base, key=lambda row: (row.currency != usual, row.checked_at is None), default=None)
        if first:
            others = [row for row in rows if (row.source, row.currency) == (first.source, first.currency)]
            offered[key] = [first, *sorted((row for row in others if not row.base), key=_holds)]
    return offered


def _holds(price: PriceRow) -> tuple[str, int]:
    return price.hours, price.above_input_tokens or 0


def _proposed(readiness: Readiness, found: Table, rows: Sequence[Filed], prices: Sequence[PriceRow]) -> list[str]:
    """Propose a route's prices, each for the row it belongs to; return what to say of them."""
    alike: defaultdict[tuple[str, int], list[Filed]] = defaultdict(list)
    for row in rows:
        alike[_holds(row.price)].append(row)
    if any(_settled(readiness, row) for row in alike["", 0]):
        return []
    notes = [
        f"{_called(found, row)}: no source of this run has a price for it; the row stays, review it"
        for holds in alike.keys() - {_holds(price) for price in prices}
        for row in alike[holds]
        if not _settled(readiness, row)
    ]
    for price in prices:
        if missing := [name for name in _needed(price) if name not in found.columns]:
            where = " at ".join(filter(None, (price.model, price.route)))
            notes.append(
                f"{PRICES_FILE} lacks the column {missing[0]}: a price of {where} ({_condition(price)}) from "
                f"{price.source} is not written; add {', '.join(missing)} to its first line, or file it by hand"
            )
        else:
            notes += _updated(readiness, found, alike[_holds(price)], price)
    return notes


def _needed(price: PriceRow) -> list[str]:
    """Return the columns that a file must have to hold a price."""
    paged = () if price.currency == "USD" else PAGE_COLUMNS
    held = {"above_input_tokens": price.above_input_tokens, "hours": price.hours}
    return [*paged, *(name for name, value in held.items() if value)]


def _condition(price: PriceRow) -> str:
    above = f"above {price.above_input_tokens} input tokens" if price.above_input_tokens else ""
    return ", ".join(filter(None, (price.currency, above, price.hours)))


def _updated(readiness: Readiness, found: Table, rows: Sequence[Filed], price: PriceRow) -> list[str]:
    """Propose a price for the row it belongs to; return what to say of it."""
    near = [row for row in rows if row.price.currency == price.currency or not _taken(row)]
    source = _source(readiness, price)
    same = [row for row in near if row.cells["source"].removeprefix(_SANDBOX) == source.removeprefix(_SANDBOX)]
    empty = [row for row in near if not _taken(row)]
    row = next(iter(same or empty or (near if len(near) == 1 else ())), None)
    if row is None:
        found.add(_named(readiness, price.model, price.route) | _written(price, source, None))
        notes = [f"{_called(found, row)}: stays beside the new price from {source}; review it" for row in rows]
        if price.base and price.checked_at is None:
            where = " at ".join(filter(None, (price.model, price.route)))
            notes.append(f"{where}: {source} has a price without a date; check it and write the day")
        return notes
    amounts = (getattr(row.price, name) for name in _AMOUNTS)
    if readiness.run.sandbox and not row.made_up and (row.price.whole or any(one is not None for one in amounts)):
        return [f"{_called(found, row)}: a made-up price takes no real one's place; the row stays"]
    cells, change = _written(price, source, row), _change(row, price)
    if not change:
        return _dated(found, row, cells)
    fault = "" if row.made_up else _fault(row, price, readiness.policy.max_price_rise)
    if fault:
        return [f"{_called(found, row)}: {change} from {source} is not written: {fault}; edit the row by hand"]
    kept = {name: value for name, value in cells.items() if row.made_up or name != "free" or value is not None}
    found.change(row.place, kept)
    return [f"{_called(found, row)}: {change}, source {row.cells['source'] or 'empty'} → {source}"]


def _source(readiness: Readiness, price: PriceRow) -> str:
    """Return what a price comes from: where somebody else answers for the provider, who that was, too."""
    run = readiness.run
    if run.sandbox:
        return f"{_SANDBOX}{price.source}"
    told_here = run.identity.verdict is Verdict.VOUCHED and not price.source.startswith(CATALOGUE)
    return f"{price.source}, as told by {urlsplit(run.plan.base_url).netloc}" if told_here else price.source


def _taken(row: Filed) -> bool:
    return bool(row.cells["source"]) or row.price.whole


def _dated(found: Table, row: Filed, cells: Mapping[str, object]) -> list[str]:
    """Give an unchanged price the new source's word and day."""
    before, source = row.cells["source"], cells["source"]
    if not cells["checked_at"] and before:
        return [f"{_called(found, row)}: {source} has the same price without a date; check it and write the day"]
    found.change(row.place, {name: cells[name] for name in ("source", "checked_at") if cells[name]})
    return [f"{_called(found, row)}: source {before} → {source}"] if before not in {"", source} else []


def _settled(readiness: Readiness, row: Filed) -> bool:
    """Whether a row is whole, fresh and not the sandbox's where this is not the sandbox."""
    price, run = row.price, readiness.run
    if not price.source or not price.whole or (row.made_up and not run.sandbox) or price.checked_at is None:
        return False
    return fresh(price, run.stamp.observed_at, readiness.policy.max_price_age_days)


def _pairs(row: Filed, price: PriceRow) -> list[tuple[str, float | None, float | None]]:
    """Return what is paid for, its filed and its new price; what is paid for cached input only where there is room."""
    names = _AMOUNTS if row.paged and price.cached_input_per_mtok is not None else _AMOUNTS[:2]
    return [(name.partition("_")[0], getattr(row.price, name), getattr(price, name)) for name in names]


def _change(row: Filed, price: PriceRow) -> str:
    """Return old → new of what differs; empty when nothing does."""
    pieces = []
    for name, old, new in _pairs(row, price):
        if old != new and (old is None or new is None or not isclose(old, new, rel_tol=1e-9)):
            said = ["empty" if one is None else in_full(one) for one in (old, new)]
            pieces.append(f"{name} {said[0]} → {said[1]} {price.currency} per million tokens")
    if bool(row.price.free) != bool(price.free):
        pieces.append(f"free {row.cells['free'] or 'not said'} → {str(bool(price.free)).lower()}")
    return ", ".join(pieces)


def _fault(row: Filed, price: PriceRow, max_rise: float) -> str:
    """Return why a person has to make the change; empty when none has to."""
    pairs = [(old, new) for _, old, new in _pairs(row, price)]
    known = [(old, new) for old, new in pairs if old is not None and new is not None and not isclose(old, new)]
    if any(0 in pair for pair in known) or (bool(row.price.free) != bool(price.free) and row.price.whole):
        return "a price never changes from or to 0, or free, by itself"
    if any(old is not None and new is None for old, new in pairs):
        return "a price is never taken out"
    if any(new > old * (1 + max_rise) for old, new in known):
        return f"it rises by more than {max_rise:.0%}"
    return ""


def _called(found: Table, row: Filed) -> str:
    return (
        f"{PRICES_FILE} line {found.line(row.place)}, {' at '.join(filter(None, (row.price.model, row.price.route)))}"
    )


def _reason(readiness: Readiness, key: Route) -> str:
    ruling = readiness.rulings.get(key)
    if ruling and not ruling.stands:
        return str(ruling.why)
    return "no source of this run has a price for it"


def _named(readiness: Readiness, model: str, route: str) -> dict[str, object]:
    run = readiness.run
    return {"provider": run.stamp.provider, "region": run.plan.region, "model": model, "route": route}


def _written(price: PriceRow, source: str, row: Filed | None) -> dict[str, object]:
    """Return the cells of a price: as the row has its own, else dollars in their columns and all else as on a page."""
    cells: dict[str, object] = {
        "free": price.free,
        "source": source,
        "checked_at": price.checked_at.date().isoformat() if price.checked_at else None,
    }
    if not row:
        cells |= {"above_input_tokens": price.above_input_tokens, "hours": price.hours}
    amounts = [getattr(price, name) for name in _AMOUNTS]
    if price.currency == "USD" and not (row and row.paged):
        return cells | dict(zip(_USD_CELLS, amounts, strict=False))
    tokens = row.cells.get("per_tokens") if row else None
    if not tokens:
        cells |= {"currency": price.currency, "per_tokens": MILLION}
    scale = Decimal(tokens or MILLION) / MILLION
    scaled = [None if one is None else f"{Decimal(str(one)) * scale:f}" for one in amounts]
    paid = {name: text for name, text in zip(_PAGE_CELLS, scaled, strict=True) if text is not None or not row}
    return cells | paid
