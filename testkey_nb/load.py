"""What a planned load costs a month at each route's price, as a range over the sources; arithmetic only.

Costs are keyed like the prices they come from, by region, model and route of one provider, and never merged across any
of them.  A missing price is a missing cost, never 0; a cost is 0 only where a source says free or nothing is asked for.
Prices of tokens are all that counts: what caching, tiers, hours, taxes or currencies would change is not known here.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields

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
    """Region × model × route: what a load costs in a month, a range where the sources differ."""

    model: str
    route: str  # inference provider behind the endpoint; empty when the endpoint serves the model itself
    region: str  # of the prices; each has its own row
    low_usd_per_month: float | None  # by the cheapest source that counts; missing when none does
    high_usd_per_month: float | None  # by the dearest source that counts
    free: bool | None  # every source that counts says free; missing when none counts
    sources: str  # those that count, comma-separated, sorted
    left_out: str  # those that name a price from which no cost follows, comma-separated, sorted
    why: Why  # what the sources say together, and why any is left out


def monthly_cost(prices: Iterable[PriceRow], load: Load, days: float = 30) -> tuple[CostRow, ...]:
    """Return what `load` costs, one row for each region, model and route that any source names, sorted.

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
    named: defaultdict[tuple[str, str, str], list[PriceRow]] = defaultdict(list)
    for price in prices:
        named[price.model, price.route, price.region].append(price)
    return tuple(_cost(*key, named[key], load, days) for key in sorted(named))


def _check(name: str, value: object, largest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise PolicyInvalid(f"{name} must be a number from 0 to {largest:,.0f}")


def _cost(  # noqa: PLR0913, PLR0917 - the three keys of a row, then what it is reckoned from
    model: str, route: str, region: str, rows: list[PriceRow], load: Load, days: float
) -> CostRow:
    faults = [(row.source, fault) for row in rows if (fault := _fault(row))]
    counted = [row for row in rows if not _fault(row)]
    left_out, reasons = _names(source for source, _ in faults), sorted(why for _, why in faults)
    if not counted:
        return CostRow(model, route, region, None, None, None, "", left_out, Why.both(reasons))
    costs = [load.requests_per_day * days * _usd_per_request(row, load) for row in counted]
    low, high = min(costs), max(costs)
    why = Why.both([_agreement(counted, low, high), *reasons])
    free = all(row.free for row in counted)
    return CostRow(model, route, region, low, high, free, _names(row.source for row in counted), left_out, why)


def _fault(price: PriceRow) -> Why | None:
    """Say why no cost follows from a price, if so."""
    inputs, outputs = price.input_usd_per_mtok, price.output_usd_per_mtok
    if price.free or (inputs and outputs):
        return None
    if inputs is None and outputs is None:
        return Why("{source} has no price", source=price.source)
    if outputs is None:
        return Why("{source} has an input price only", source=price.source)
    if inputs is None:
        return Why("{source} has an output price only", source=price.source)
    return Why("{source} says 0 but does not say free", source=price.source)


def _usd_per_request(price: PriceRow, load: Load) -> float:
    inputs, outputs = price.input_usd_per_mtok, price.output_usd_per_mtok
    if price.free or inputs is None or outputs is None:  # only a free price that counts lacks a half
        return 0.0
    return (inputs * load.input_tokens + outputs * load.output_tokens) / _TOKENS_PER_PRICE


def _agreement(counted: list[PriceRow], low: float, high: float) -> Why:
    sources = _names(row.source for row in counted)
    frees = {bool(row.free) for row in counted}
    if frees == {True}:
        return Why("free according to {sources}", sources=sources)
    if len(frees) > 1:
        return Why("of {sources} some say free and some do not", sources=sources)
    if not high:
        return Why("nothing is asked for, so nothing is paid")
    if len(counted) == 1:
        return Why("only {source} has a price", source=sources)
    if low == high:
        return Why("{sources} agree", sources=sources)
    spread = high / low - 1 if low else math.inf  # a load of next to nothing can come to 0
    return Why("{sources} differ by {spread}", sources=sources, spread=f"{spread:.0%}")


def _names(sources: Iterable[str]) -> str:
    return ", ".join(sorted(set(sources)))
