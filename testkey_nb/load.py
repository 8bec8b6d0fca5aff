"""What a planned load costs a month at each route's price, as a range over the sources; arithmetic only.

Costs are keyed like the prices they come from, by region, model, route and currency of one provider, and never merged
or converted across any of them.  A missing price is a missing cost, never 0; a cost is 0 only where a source says free
or nothing is asked for.  A request that is longer than a price's threshold pays that price for all of its tokens; where
prices differ by the hour, the load may fall into any of them.  No input is supposed to be cached, and no tax is known.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

from .errors import PolicyInvalid
from .rows import PriceRow, Why

_LARGEST = 1e12  # no load is larger, and its costs stay finite
_LONGEST_DAYS = 366
_TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """Requests that are all alike: how many a day, and the tokens of one.

    Raises
    ------
    PolicyInvalid
        If one of the three is not a number from 0 to 1e12.

    """

    requests_per_day: float
    input_tokens: float  # of one request
    output_tokens: float  # of its answer

    def __post_init__(self) -> None:
        """Refuse what is no load before anything is reckoned with it."""
        for field in fields(self):
            _check(f"a load's {field.name}", getattr(self, field.name), _LARGEST)


@dataclass(frozen=True, slots=True)
class CostRow:
    """Region × model × route × currency: what a load costs in a month, a range where sources or hours differ."""

    model: str
    route: str  # inference provider behind the endpoint; empty when the endpoint serves the model itself
    region: str  # of the prices; each has its own row
    currency: str  # of the prices, in which the cost is; each has its own row
    low_per_month: float | None  # in `currency`, by the cheapest source that counts, at its cheapest hour
    high_per_month: float | None  # by the dearest source that counts, at its dearest hour; missing when none counts
    free: bool | None  # every source that counts says free; missing when none counts
    sources: str  # those that count, comma-separated, sorted
    left_out: str  # those that name a price from which no cost follows, comma-separated, sorted
    why: Why  # what the sources say together, and why any is left out


class _Cost(NamedTuple):
    """What the load would cost if it fell into the hours of one price."""

    price: PriceRow
    amount: float


def monthly_cost(prices: Iterable[PriceRow], load: Load, days: float = 30) -> tuple[CostRow, ...]:
    """Return what `load` costs, one row for each region, model, route and currency that any source names, sorted.

    Parameters
    ----------
    prices
        Rows of all sources, of one provider.  A source that says free costs 0, whatever price it names beside it; one
        that says 0 without saying free, or lacks its input or its output price, gives no cost.
    load
        What is planned for each route; nothing is shared out among them.
    days
        Of a month.

    Raises
    ------
    PolicyInvalid
        If `days` is not a number from 0 to 366.

    """
    _check("the days of a month", days, _LONGEST_DAYS)
    named: defaultdict[tuple[str, str, str, str], list[PriceRow]] = defaultdict(list)
    for price in prices:
        named[price.model, price.route, price.region, price.currency].append(price)
    return tuple(_cost(key, named[key], load, days) for key in sorted(named))


def _check(name: str, value: object, largest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise PolicyInvalid(f"{name} must be a number from 0 to {largest:,.0f}")


def _cost(key: tuple[str, str, str, str], rows: list[PriceRow], load: Load, days: float) -> CostRow:
    meant, times = _meant(rows, load.input_tokens), load.requests_per_day * days
    longer = {row.source for row in rows} - {row.source for row in meant}
    faults = [(row.source, fault) for row in meant if (fault := _fault(row))]
    faults += [(name, Why("{source} has no price for requests as short as these", source=name)) for name in longer]
    costs = [_Cost(row, times * _per_request(row, load)) for row in meant if not _fault(row)]
    left_out, reasons = _names(source for source, _ in faults), sorted(why for _, why in faults)
    if not costs:
        return CostRow(*key, None, None, None, "", left_out, Why.both(reasons))
    low, high = min(cost.amount for cost in costs), max(cost.amount for cost in costs)
    why = Why.both([_agreement(costs), *_conditions(costs), *reasons])
    free = all(cost.price.free for cost in costs)
    return CostRow(*key, low, high, free, _names(cost.price.source for cost in costs), left_out, why)


def _meant(rows: list[PriceRow], tokens: float) -> list[PriceRow]:
    """Return the prices of requests of so many input tokens: of each source and hours, those of the last threshold."""
    found: dict[tuple[str, str], list[PriceRow]] = {}
    for row in sorted(rows, key=lambda row: row.above_input_tokens or 0):
        above = row.above_input_tokens or 0
        if above == 0 or tokens > above:
            alike = found.setdefault((row.source, row.hours), [])
            if alike and (alike[0].above_input_tokens or 0) < above:
                alike.clear()
            alike.append(row)
    return [row for alike in found.values() for row in alike]


def _fault(price: PriceRow) -> Why | None:
    """Say why no cost follows from a price, if so."""
    inputs, outputs = price.input_per_mtok, price.output_per_mtok
    if price.free or (inputs and outputs):
        return None
    if inputs is None and outputs is None:
        return Why("{source} has no price", source=price.source)
    if outputs is None:
        return Why("{source} has an input price only", source=price.source)
    if inputs is None:
        return Why("{source} has an output price only", source=price.source)
    return Why("{source} says 0 but does not say free", source=price.source)


def _per_request(price: PriceRow, load: Load) -> float:
    inputs, outputs = price.input_per_mtok, price.output_per_mtok
    if price.free or inputs is None or outputs is None:  # only a free price that counts lacks a half
        return 0.0
    return (inputs * load.input_tokens + outputs * load.output_tokens) / _TOKENS_PER_PRICE


def _agreement(costs: list[_Cost]) -> Why:
    sources = _names(cost.price.source for cost in costs)
    frees = {bool(cost.price.free) for cost in costs}
    if frees == {True}:
        return Why("free according to {sources}", sources=sources)
    if len(frees) > 1:
        return Why("of {sources} some say free and some do not", sources=sources)
    if not any(cost.amount for cost in costs):
        return Why("nothing is asked for, so nothing is paid")
    spread = max(_spreads(costs))
    if spread:
        return Why("{sources} differ by {spread}", sources=sources, spread=f"{spread:.0%}")
    if len({cost.price.source for cost in costs}) == 1:
        return Why("only {source} has a price", source=sources)
    return Why("{sources} agree", sources=sources)


def _spreads(costs: list[_Cost]) -> Iterator[float]:
    """Return by how much the costs differ that hold for the same hours, a share for each."""
    alike: defaultdict[str, list[float]] = defaultdict(list)
    for cost in costs:
        alike[cost.price.hours].append(cost.amount)
    for amounts in alike.values():
        low, high = min(amounts), max(amounts)
        if low == high:
            yield 0.0
        else:
            yield high / low - 1 if low else math.inf  # a load of next to nothing can come to 0


def _conditions(costs: list[_Cost]) -> Iterator[Why]:
    """Say which threshold and which hours the costs rest on."""
    if above := sorted({cost.price.above_input_tokens or 0 for cost in costs} - {0}):
        yield Why("at the price above {tokens} input tokens", tokens=", ".join(f"{tokens:,}" for tokens in above))
    if hours := sorted({cost.price.hours for cost in costs} - {""}):
        yield Why("other prices hold at {hours} UTC", hours=", ".join(hours))


def _names(sources: Iterable[str]) -> str:
    return ", ".join(sorted(set(sources)))
