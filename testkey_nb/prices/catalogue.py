"""What the bundled `genai-prices` catalogue says of a route's price; offline.

The catalogue does not say when a price was checked, so `checked_at` is missing.  Its entries are per inference provider
and in dollars; of other regions of a vendor, which have other prices and other currencies, it says nothing.  Prices are
taken as they are in force at a run's time, with lengths and hours at which others hold; batch and other variants that
a call has to ask for are left out.  https://github.com/pydantic/genai-prices, version 0.2.3 read 2026-11-25.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from testkey_nb.providers.token_prices import WITHOUT_FEE
from testkey_nb.rows import CATALOGUE, PriceRow
from testkey_nb.spec import Provider

if TYPE_CHECKING:
    from decimal import Decimal

    from genai_prices.types import MatchLogic, ModelInfo, ModelPrice, TieredPrices

# What ends the name of a snapshot of the same model: -2024-08-06, -20250514, -08-2024, -0324, -001, -latest.
_STAMP = re.compile(r"[-@](?:latest|\d{4}-\d{2}-\d{2}|\d{8}|\d{2}-\d{4}|\d{4}|0\d{2})$")
_KINDS = ("input_mtok", "output_mtok", "cache_read_mtok")
_PER_REQUEST = "requests_kcount"


class Entries(NamedTuple):
    """A provider's entries by their id, and by every name under which each may be meant."""

    source: str
    by_id: Mapping[str, "ModelInfo"]
    by_name: Mapping[str, Sequence["ModelInfo"]]

    def entry(self, model: str) -> "ModelInfo | None":
        """Return the entry of this model and of no other.

        The catalogue's own clauses are looser than that: some hold for all names that begin alike.  So the name has to
        be one that the entry has, but for the stamp of a snapshot, and its clause has to hold, and that of no other
        such entry.
        """
        if exact := self.by_id.get(model):
            return exact
        found = [entry for entry in self.by_name.get(_bare(model), ()) if entry.is_match(model)]
        return found[0] if len(found) == 1 else None


def from_catalogue(
    provider: Provider, routes: Iterable[tuple[str, str]], region: str, now: datetime
) -> tuple[PriceRow, ...]:
    """Return the prices of pairs of model and route that are in force `now`.

    Parameters
    ----------
    provider
        Whose `catalogue` names the entries of a route.
    routes
        Pairs of model and route.
    region
        Only the provider's first has prices there.
    now
        When a price must be in force.

    """
    if not provider.catalogue or region != next(iter(provider.regions), region):
        return ()
    return tuple(
        price
        for model, route in sorted(set(routes))
        if (entries := _bundled(provider.catalogue.format(route=route)))
        for price in priced(entries, model, route, region, now)
    )


@cache
def _bundled(name: str) -> Entries | None:
    import importlib.metadata  # noqa: PLC0415 - both are slow, and most runs ask once

    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    found = next((known for known in get_snapshot().providers if known.id == name), None)
    version = importlib.metadata.version(CATALOGUE)
    return entries_of(found.models, f"{CATALOGUE} {version}") if found else None


def entries_of(models: Sequence["ModelInfo"], source: str) -> Entries:
    """Return one provider's models of the catalogue, to be looked up by name."""
    by_name: defaultdict[str, list[ModelInfo]] = defaultdict(list)
    for entry in models:
        for alias in {_bare(text) for text in (entry.id, *_named(entry.match))}:
            by_name[alias].append(entry)
    return Entries(source, {entry.id: entry for entry in models}, by_name)


def priced(entries: Entries, model: str, route: str, region: str, now: datetime) -> Iterator[PriceRow]:
    """Return the prices of a model that are in force `now`: for the first token on, for longer requests, by hours."""
    if (entry := entries.entry(model)) is None:
        return
    source = entries.source if entry.id == model else f"{entries.source} (entry {entry.id})"
    for hours, prices in _in_force(entry, now.astimezone(UTC).date()).items():
        fee = WITHOUT_FEE if vars(prices).get(_PER_REQUEST) else ""
        for above, inputs, outputs, cached in _by_length(prices):
            yield PriceRow(
                model, route, region, source + fee, inputs, outputs, None, None, cached, "USD", above or None, hours
            )


def _bare(name: str) -> str:
    return _STAMP.sub("", name.lower())


def _named(match: "MatchLogic") -> Iterator[str]:
    """Return the texts that a clause looks for; patterns are no names."""
    found = vars(match)
    for clause in (*found.get("or_", ()), *found.get("and_", ())):
        yield from _named(clause)
    yield from (text for kind in ("equals", "starts_with", "contains", "ends_with") if (text := found.get(kind)))


def _in_force(entry: "ModelInfo", day: date) -> Mapping[str, "ModelPrice"]:
    """Return the price that holds on `day`, and by hours those that hold in them instead; the last of each counts."""
    from genai_prices.types import ConditionalPrice, ModelPrice, TimeOfDateConstraint  # noqa: PLC0415

    prices = [ConditionalPrice(prices=entry.prices)] if isinstance(entry.prices, ModelPrice) else entry.prices
    found: dict[str, ModelPrice] = {}
    for one in reversed(prices):
        if isinstance(one.constraint, TimeOfDateConstraint):
            found.setdefault(_hours(one.constraint.start_time, one.constraint.end_time), one.prices)
        elif one.constraint is None or one.constraint.start_date <= day:
            return {"": one.prices, **found}
    return {"": prices[0].prices, **found} if prices else {}  # as the catalogue does where no condition holds


def _hours(start: time, end: time) -> str:
    return "-".join(f"{_utc(moment):%H:%M}" for moment in (start, end))


def _utc(moment: time) -> time:
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(date(1970, 1, 2), known).astimezone(UTC).timetz()


def _by_length(prices: "ModelPrice") -> Iterator[tuple[int, float | None, float | None, float | None]]:
    """Return input, output and cached input price from each length on: a longer request pays the next one for all."""
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    values = [vars(prices).get(kind) for kind in _KINDS]
    tiered = [value for value in values if isinstance(value, TieredPrices)]
    for above in sorted({0, *(tier.start for value in tiered for tier in value.tiers)}):
        inputs, outputs, cached = (_above(value, above) for value in values)
        if inputs is not None or outputs is not None:
            yield above, inputs, outputs, cached


def _above(value: "Decimal | TieredPrices | None", above: int) -> float | None:
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    if isinstance(value, TieredPrices):
        return float(next((tier.price for tier in reversed(value.tiers) if tier.start <= above), value.base))
    return None if value is None else float(value)
