"""``prices.csv``: for every covered model the prices of its live routes, each with source and date."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isclose

from testkey_nb.judge import Readiness
from testkey_nb.launch import PRICE_COLUMNS, PRICES_FILE, read_day, read_price
from testkey_nb.rows import OWN_PRICES, PriceRow

from .tables import Table
from .write import NOTHING, Files

MAX_RISE = 0.5  # share of a filed price; more is left to a person, who edits the row
_SANDBOX = "SANDBOX "
_NUMBERS = ("input_usd_per_mtok", "output_usd_per_mtok")
_A_DAY = timedelta(days=1)  # by which time zones may make today look like tomorrow

Route = tuple[str, str]  # model and route
Placed = tuple[int, Mapping[str, str]]  # a row and where it stands


def fill_pricing(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the file; where no whole price stands, a person is left an empty row to fill.

    A whole and fresh row is left alone.  Any other may change, and each change is a note with the old and the new
    price; none is taken out, and none rises by more than `MAX_RISE` or changes from or to 0.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is not CSV, lacks a column, or has a price or a day that is none.

    """
    run = readiness.run
    found = Table(PRICES_FILE, now.get(PRICES_FILE, ""), PRICE_COLUMNS, PRICE_COLUMNS)
    filed = _filed(readiness, found)
    proposed = {
        (model, route): _line(readiness, model, route) for model in run.plan.models for route in run.live(model) or [""]
    }
    notes = [
        f"{_called(found, row)}: this run has no live route for it; the row stays, review it"
        for key, rows in filed.items()
        if key not in proposed and key[0] in run.plan.models
        for row in rows
    ]
    for key, line in proposed.items():
        rows = filed.get(key, [])
        if not rows:
            found.add(line)
        elif line["source"]:
            notes += _updated(readiness, found, rows, line)
        else:
            notes += [
                f"{_called(found, row)}: {_reason(readiness, key)}; the row stays, review it"
                for row in rows
                if row[1]["source"] or _number(row[1], _NUMBERS[0]) is not None
            ]
    return Files({PRICES_FILE: found.text()}, notes)


def _filed(readiness: Readiness, found: Table) -> dict[Route, list[Placed]]:
    """Return this provider's and region's rows by model and route, once all their prices and days are ones."""
    rows: dict[Route, list[Placed]] = {}
    for at, row in found.rows():
        for name in _NUMBERS:
            read_price(PRICES_FILE, found.line(at), row[name])
        read_day(PRICES_FILE, found.line(at), row["checked_at"])
        if (row["provider"], row["region"]) == (readiness.run.stamp.provider, readiness.run.plan.region):
            rows.setdefault((row["model"], row["route"]), []).append((at, row))
    return rows


def _updated(readiness: Readiness, found: Table, rows: Sequence[Placed], line: Mapping[str, object]) -> list[str]:
    """Propose `line` for the row it belongs to; return what to say of it."""
    if any(_settled(readiness, found, row) for row in rows):
        return []
    same = [
        row for row in rows if row[1]["source"].removeprefix(_SANDBOX) == str(line["source"]).removeprefix(_SANDBOX)
    ]
    empty = [row for row in rows if not row[1]["source"] and not _priced(row[1])]
    row = next(iter(same or empty or (rows if len(rows) == 1 else ())), None)
    if row is None:
        found.add(line)
        return [f"{_called(found, row)}: stays beside the new price from {line['source']}; review it" for row in rows]
    at, filed = row
    change, made_up = _change(filed, line), _SANDBOX.strip() in filed["source"]
    if readiness.run.sandbox and not made_up and _priced(filed):
        return [f"{_called(found, row)}: a made-up price takes no real one's place; the row stays"]
    if not change:
        return _dated(found, row, line)
    fault = None if made_up else _fault(filed, line)
    if fault:
        return [f"{_called(found, row)}: {change} from {line['source']} is not written: {fault}; edit the row by hand"]
    found.change(at, {name: value for name, value in line.items() if made_up or name != "free" or value is not None})
    return [f"{_called(found, row)}: {change}, source {filed['source'] or 'empty'} → {line['source']}"]


def _dated(found: Table, row: Placed, line: Mapping[str, object]) -> list[str]:
    """Give an unchanged price the new source's word and day."""
    at, filed = row
    source = str(line["source"])
    if not line["checked_at"] and filed["source"]:
        return [f"{_called(found, row)}: {source} has the same price without a date; check it and write the day"]
    found.change(at, {name: line[name] for name in ("source", "checked_at") if line[name]})
    return (
        [f"{_called(found, row)}: source {filed['source']} → {source}"] if filed["source"] not in {"", source} else []
    )


def _settled(readiness: Readiness, found: Table, row: Placed) -> bool:
    """Whether a row is whole, fresh and not the sandbox's where this is not the sandbox."""
    at, filed = row
    if not filed["source"] or not _priced(filed) or (_SANDBOX.strip() in filed["source"] and not readiness.run.sandbox):
        return False
    day = read_day(PRICES_FILE, found.line(at), filed["checked_at"])
    oldest = timedelta(days=readiness.policy.max_price_age_days)
    return day is not None and -_A_DAY <= readiness.run.stamp.observed_at - day <= oldest


def _priced(filed: Mapping[str, str]) -> bool:
    return _free(filed["free"]) or None not in {_number(filed, name) for name in _NUMBERS}


def _number(filed: Mapping[str, object], name: str) -> float | None:
    value = filed[name]
    return None if value in {None, ""} else float(str(value))


def _free(value: object) -> bool:
    return str(value).lower() == "true"


def _change(filed: Mapping[str, str], line: Mapping[str, object]) -> str:
    """Return old → new of what differs; empty when nothing does."""
    pieces = []
    for name in _NUMBERS:
        old, new = _number(filed, name), _number(line, name)
        if old != new and (old is None or new is None or not isclose(old, new, rel_tol=1e-9)):
            said = ["empty" if one is None else f"{one:g}" for one in (old, new)]
            pieces.append(f"{name.partition('_')[0]} {said[0]} → {said[1]} USD per million tokens")
    if _free(filed["free"]) != _free(line["free"]):
        pieces.append(f"free {filed['free'] or 'not said'} → {str(_free(line['free'])).lower()}")
    return ", ".join(pieces)


def _fault(filed: Mapping[str, str], line: Mapping[str, object]) -> str:
    """Return why a person has to make the change; empty when none has to."""
    pairs = [(_number(filed, name), _number(line, name)) for name in _NUMBERS]
    known = [(old, new) for old, new in pairs if old is not None and new is not None and not isclose(old, new)]
    if any(0 in pair for pair in known) or (_free(filed["free"]) != _free(line["free"]) and _priced(filed)):
        return "a price never changes from or to 0, or free, by itself"
    if any(old is not None and new is None for old, new in pairs):
        return "a price is never taken out"
    if any(new > old * (1 + MAX_RISE) for old, new in known):
        return f"it rises by more than {MAX_RISE:.0%}"
    return ""


def _called(found: Table, row: Placed) -> str:
    at, filed = row
    return f"{PRICES_FILE} line {found.line(at)}, {' at '.join(filter(None, (filed['model'], filed['route'])))}"


def _reason(readiness: Readiness, key: Route) -> str:
    ruling = readiness.rulings.get(key)
    if ruling and not ruling.stands:
        return str(ruling.why)
    return "no source of this run has a price for it"


def _line(readiness: Readiness, model: str, route: str) -> dict[str, object]:
    run = readiness.run
    price = _price(readiness, model, route)
    return {
        "provider": run.stamp.provider,
        "region": run.plan.region,
        "model": model,
        "route": route,
        "input_usd_per_mtok": price.input_usd_per_mtok if price else None,
        "output_usd_per_mtok": price.output_usd_per_mtok if price else None,
        "free": price.free if price else None,
        "source": f"{_SANDBOX if run.sandbox else ''}{price.source}" if price else None,
        "checked_at": price.checked_at.date().isoformat() if price and price.checked_at else None,
    }


def _price(readiness: Readiness, model: str, route: str) -> PriceRow | None:
    ruling = readiness.rulings.get((model, route))
    if not ruling or not ruling.stands:
        return None
    known = [row for row in readiness.prices if (row.model, row.route) == (model, route)]
    known = [row for row in known if not row.source.startswith(OWN_PRICES)]  # what the file says is no news to it
    whole = [row for row in known if row.free or None not in {row.input_usd_per_mtok, row.output_usd_per_mtok}]
    # A price without a date is written without one: a person checks it and adds the day.
    return next((row for row in sorted(whole, key=lambda row: row.checked_at is None)), None)
