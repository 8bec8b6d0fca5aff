"""The price court: what live list, catalogue and the analyst's own file say of one route's price, side by side.

Prices are keyed by provider, region, model and route, and never merged across any of them.  Missing is missing, never
0; free is free only where the source says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated

from .outcome import PriceVerdict
from .rows import OWN_PRICES, PriceRow, Why
from .spec import Provider

_A_DAY = timedelta(days=1)  # by which time zones may make today look like tomorrow


@dataclass(frozen=True, slots=True)
class RulingRow:
    """Region × model × route × currency: what the sources of one route's price say together."""

    model: str
    route: str
    region: str
    currency: str
    verdict: Annotated[str, "PriceVerdict"]
    why: Why
    sources: str = ""  # those that were heard, comma-separated, sorted
    input_low_per_mtok: float | None = None  # of the base prices that were heard, in `currency` per million tokens
    input_high_per_mtok: float | None = None
    output_low_per_mtok: float | None = None
    output_high_per_mtok: float | None = None
    source_spread: float | None = None  # highest over lowest price less one, among those that were heard
    route_spread: float | None = None  # this route's highest output price over that of the cheapest live one, less one
    age_days: float | None = None  # of the newest price that its source dates; missing where none does
    tiers: str = ""  # what else is priced: lengths above which, and hours in which, another price holds

    @property
    def stands(self) -> bool:
        """Whether the price can be relied on."""
        return self.verdict in {PriceVerdict.AGREED, PriceVerdict.SINGLE_SOURCE}


def from_catalogue(provider: Provider, routes: Iterable[tuple[str, str]], region: str) -> tuple[PriceRow, ...]:
    """Return what the bundled `genai-prices` catalogue says of pairs of model and route; offline.

    The catalogue does not say when a price was checked, so `checked_at` is missing.  Its entries are per inference
    provider: https://github.com/pydantic/genai-prices, read 2026-11-23.  Other regions of a vendor have other prices
    (and other currencies), of which it says nothing.
    """
    found: list[PriceRow] = []
    if region != next(iter(provider.regions), region):
        return ()
    for model, route in sorted(set(routes)):
        entry = _catalogue_entry(provider.catalogue.format(route=route), model) if provider.catalogue else None
        if entry:
            source, inputs, outputs = entry
            found.append(PriceRow(model, route, region, source, inputs, outputs, None, None))
    return tuple(found)


@cache
def _catalogue_entry(provider: str, model: str) -> tuple[str, float, float] | None:
    """Return source and USD per million input and output tokens; tiered prices are left to people (None)."""
    import importlib.metadata  # noqa: PLC0415 - both are slow, and most runs ask once
    from decimal import Decimal  # noqa: PLC0415

    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    known = next((entry for entry in get_snapshot().providers if entry.id == provider), None)
    entry = next((entry for entry in known.models if entry.id == model), None) if known else None
    prices = entry.prices if entry else None
    if prices is None or isinstance(prices, list):
        return None
    inputs, outputs = prices.input_mtok, prices.output_mtok
    if not isinstance(inputs, Decimal) or not isinstance(outputs, Decimal):
        return None
    return f"genai-prices {importlib.metadata.version('genai-prices')}", float(inputs), float(outputs)


def rule(prices: Iterable[PriceRow], now: datetime, *, max_age_days: float, max_spread: float) -> tuple[RulingRow, ...]:
    """Return a ruling for each model, route, region and currency that any source prices.

    Parameters
    ----------
    prices
        Rows of all sources, of one provider.
    now
        What ages are counted to.
    max_age_days
        Older observations are stale; a source that does not date its price is never the reason.
    max_spread
        Highest over lowest price less one, above which sources dispute each other.

    """
    sources: defaultdict[tuple[str, str, str, str], list[PriceRow]] = defaultdict(list)
    for price in prices:
        sources[price.model, price.route, price.region, price.currency].append(price)
    return tuple(
        RulingRow(*route, *_rule(rows, now, timedelta(days=max_age_days), max_spread))
        for route, rows in sources.items()
    )


def in_region(court: Iterable[RulingRow], region: str) -> Mapping[tuple[str, str], RulingRow]:
    """Return the one ruling that counts of each model and route in a region.

    Of several currencies it is the one that stands worst; one without a whole price counts only where there is no
    other.
    """
    found: dict[tuple[str, str], RulingRow] = {}
    for row in court:
        if row.region == region:
            before = found.setdefault((row.model, row.route), row)
            missing = [one.verdict == PriceVerdict.MISSING for one in (before, row)]
            if missing == [True, False] or (not any(missing) and before.stands and not row.stands):
                found[row.model, row.route] = row
    return found


def _rule(  # noqa: PLR0911 - a verdict each
    rows: list[PriceRow], now: datetime, max_age: timedelta, max_spread: float
) -> tuple[PriceVerdict, Why]:
    whole = [row for row in rows if row.free or None not in {row.input_per_mtok, row.output_per_mtok}]
    if not whole:
        names = ", ".join(row.source for row in rows)
        return PriceVerdict.MISSING, Why("no source has both an input and an output price ({sources})", sources=names)
    unsaid = [row for row in whole if not row.free and not (row.input_per_mtok and row.output_per_mtok)]
    said = [row for row in whole if row not in unsaid]
    fresh = [row for row in said if row.checked_at is None or -_A_DAY <= now - row.checked_at <= max_age]
    own = any(row.source.startswith(OWN_PRICES) and row.checked_at for row in fresh)
    if unsaid and not own:
        return PriceVerdict.DISPUTED, Why("{source} says 0 but does not say free", source=unsaid[0].source)
    if not fresh:
        return PriceVerdict.STALE, Why("no price is from the last {days} days", days=max_age.days)
    # Once a person has filed a price, only sources that date theirs can still dispute it.
    heard = [row for row in fresh if row.checked_at] if own else fresh
    names = ", ".join(row.source for row in heard)
    if len({bool(row.free) for row in heard}) > 1:
        return PriceVerdict.DISPUTED, Why("of {sources} some say free and some do not", sources=names)
    spread = max(_spread([row.input_per_mtok for row in heard]), _spread([row.output_per_mtok for row in heard]))
    if spread > max_spread:
        return PriceVerdict.DISPUTED, Why("{sources} differ by {spread}", sources=names, spread=f"{spread:.0%}")
    if len(heard) == 1:
        return PriceVerdict.SINGLE_SOURCE, Why("only {source} has a price", source=names)
    return PriceVerdict.AGREED, Why("{sources} agree", sources=names)


def _spread(values: list[float | None]) -> float:
    known = [value for value in values if value]
    return max(known) / min(known) - 1 if known else 0.0
