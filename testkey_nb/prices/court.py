"""What the sources of one route's price say together, and whether that can be relied on; pure.

Prices are keyed by provider, region, model, route and currency, and never merged or converted across any of them.  Of
those that hold for some lengths or hours only, like is compared with like.  Missing is missing, never 0; free is free
only where the source says so.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from testkey_nb.outcome import PriceVerdict
from testkey_nb.rows import OWN_PRICES, PriceRow, Why

_A_DAY = timedelta(days=1)  # by which time zones may make today look like tomorrow
_PAID = ("input_per_mtok", "output_per_mtok", "cached_input_per_mtok")
_NOISE = 1e-9  # what arithmetic leaves behind
_STANDING = frozenset({PriceVerdict.AGREED, PriceVerdict.SINGLE_SOURCE})
_FROM_BEST = list(PriceVerdict)
_NONE = Why("")


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
    tiers: Why = _NONE  # what else is priced: lengths above which, and hours in UTC at which, another price holds
    filed: bool = False  # one of the prices that were heard is a person's own, with its date

    @property
    def stands(self) -> bool:
        """Whether the price can be relied on."""
        return self.verdict in _STANDING


def rule(  # noqa: PLR0913 - the limits are named one by one
    prices: Iterable[PriceRow],
    now: datetime,
    *,
    max_age_days: float,
    max_spread: float,
    undated_pass: bool = True,
    live: Container[tuple[str, str]] = frozenset(),
) -> tuple[RulingRow, ...]:
    """Return a ruling for each model, route, region and currency that any source prices, sorted by these.

    The worst thing that can be said of a price is its verdict and comes first in its why: missing, disputed, stale.

    Parameters
    ----------
    prices
        Rows of all sources, of one provider.
    now
        What ages are counted to.
    max_age_days
        Older observations are not heard.
    max_spread
        Highest over lowest price less one, above which sources dispute each other.
    undated_pass
        Whether a price stands that no source dates.  Where not, undated sources still dispute those that do.
    live
        Pairs of model and route that are live, among which the cheapest is what other routes are compared with.

    """
    limits = _Limits(now, max_age_days, max_spread, undated_pass)
    keyed: defaultdict[tuple[str, str, str, str], list[PriceRow]] = defaultdict(list)
    for price in prices:
        keyed[price.model, price.route, price.region, price.currency].append(price)
    rulings = [_ruling(key, keyed[key], limits) for key in sorted(keyed)]
    return tuple(_beside_cheapest(rulings, live))


def fresh(row: PriceRow, now: datetime, max_age_days: float) -> bool:
    """Whether a price is not known to be too old, nor of a day that is still to come."""
    return row.checked_at is None or -_A_DAY <= now - row.checked_at <= timedelta(days=max_age_days)


def in_region(court: Iterable[RulingRow], region: str) -> Mapping[tuple[str, str], RulingRow]:
    """Return the one ruling that counts of each model and route in a region.

    Of several currencies it is the one in which a person has filed a price, else the one that stands worst; one without
    a whole price counts only where there is no other.
    """
    found: dict[tuple[str, str], RulingRow] = {}
    for row in court:
        if row.region == region:
            before = found.setdefault((row.model, row.route), row)
            found[row.model, row.route] = min(before, row, key=_weight)
    return found


def counting(prices: Iterable[PriceRow], now: datetime, *, max_age_days: float) -> tuple[PriceRow, ...]:
    """Return the prices that costs may rest on: without those that a source which is heard has overruled.

    That is what is too old beside what is not, and what nobody dates beside what a person has filed.  Where there is
    nothing else, the old price stays; a price that is none stays too, for it costs nothing.
    """
    rows, limits = tuple(prices), _Limits(now, max_age_days, max_spread=0, undated_pass=True)
    alike: defaultdict[tuple[object, ...], list[PriceRow]] = defaultdict(list)
    for row in rows:
        alike[row.model, row.route, row.region, row.currency, row.hours, row.above_input_tokens or 0].append(row)
    overruled: set[PriceRow] = set()
    for group in alike.values():
        if heard := set(_said(group, limits)[0]):
            overruled.update(row for row in group if row.whole and not row.zero and row not in heard)
    return tuple(row for row in rows if row not in overruled)


def _weight(row: RulingRow) -> tuple[bool, bool, bool]:
    return row.verdict == PriceVerdict.MISSING, not row.filed, row.stands


class _Limits(NamedTuple):
    now: datetime
    max_age_days: float
    max_spread: float
    undated_pass: bool

    def fresh(self, row: PriceRow) -> bool:
        return fresh(row, self.now, self.max_age_days)

    def broken(self, spread: float | None) -> bool:
        """Whether sources that differ this much dispute each other."""
        return spread is not None and spread > self.max_spread + _NOISE


class _Heard(NamedTuple):
    """What is to be said of prices that hold for the same lengths and hours, and those of them that were heard."""

    verdict: PriceVerdict
    why: Why
    rows: list[PriceRow]
    filed: bool = False


def _ruling(key: tuple[str, str, str, str], rows: list[PriceRow], limits: _Limits) -> RulingRow:
    alike: defaultdict[tuple[str, int], list[PriceRow]] = defaultdict(list)
    for row in rows:
        alike[row.hours, row.above_input_tokens or 0].append(row)
    others = {_when(*kind): _hear(alike[kind], limits) for kind in sorted(alike) if any(kind)}
    base = _hear(alike["", 0], limits)
    if not alike["", 0]:
        base = base._replace(why=Why("{sources}: prices for some lengths or hours only", sources=_names(rows)))
    verdict, why = _worst(base, others)
    dated = [row.checked_at for row in base.rows if row.checked_at]
    inputs, outputs = ([0.0 if row.free else getattr(row, name) for row in base.rows] for name in _PAID[:2])
    return RulingRow(
        *key,
        verdict,
        why,
        _names(base.rows),
        min(inputs, default=None),
        max(inputs, default=None),
        min(outputs, default=None),
        max(outputs, default=None),
        source_spread=_spread(base.rows, _PAID),
        age_days=max(0.0, (limits.now - max(dated)) / _A_DAY) if dated else None,
        tiers=Why.both(others),
        filed=base.filed,
    )


def _worst(base: _Heard, others: Mapping[Why, _Heard]) -> tuple[PriceVerdict, Why]:
    """Return the worst there is to say, and why; of prices for some lengths or hours, only what is disputed counts."""
    said = [(base.verdict, base.why)]
    for when, heard in others.items():
        if heard.verdict is PriceVerdict.DISPUTED:
            said.append((heard.verdict, Why("{when}: {why}", when=when, why=heard.why)))
    said.sort(key=lambda one: -_FROM_BEST.index(one[0]))
    verdict = said[0][0]
    return verdict, Why.both(why for found, why in said if found is verdict or found not in _STANDING)


def _hear(rows: list[PriceRow], limits: _Limits) -> _Heard:
    whole = [row for row in rows if row.whole]
    if not whole:
        why = Why("no source has both an input and an output price ({sources})", sources=_names(rows))
        return _Heard(PriceVerdict.MISSING, why, [])
    fresh = [row for row in whole if limits.fresh(row)]
    heard, filed = _said(whole, limits)
    if not fresh:
        why = Why("no price is from the last {days} days", days=f"{limits.max_age_days:g}")
        return _Heard(PriceVerdict.STALE, why, [row for row in whole if not row.zero])
    if zeros := [] if filed else [row.source for row in fresh if row.zero]:
        return _Heard(PriceVerdict.DISPUTED, Why("{source} says 0 but does not say free", source=min(zeros)), heard)
    return _Heard(*_together(heard, limits), heard, filed)


def _said(rows: list[PriceRow], limits: _Limits) -> tuple[list[PriceRow], bool]:
    """Return the prices that are heard, and whether a person filed one of them.

    Once a person has filed a price, only sources that date theirs can still dispute it.
    """
    said = [row for row in rows if row.whole and not row.zero and limits.fresh(row)]
    filed = any(row.source.startswith(OWN_PRICES) and row.checked_at for row in said)
    return [row for row in said if row.checked_at] if filed else said, filed


def _together(heard: list[PriceRow], limits: _Limits) -> tuple[PriceVerdict, Why]:
    names = _names(heard)
    if len({bool(row.free) for row in heard}) > 1:
        return PriceVerdict.DISPUTED, Why("of {sources} some say free and some do not", sources=names)
    spread, cached = _spread(heard, _PAID[:2]), _spread(heard, _PAID[2:])
    if limits.broken(spread):
        return PriceVerdict.DISPUTED, Why("{sources} differ by {spread}", sources=names, spread=f"{spread:.0%}")
    if limits.broken(cached):
        why = Why("{sources} differ by {spread} for cached input", sources=names, spread=f"{cached:.0%}")
        return PriceVerdict.DISPUTED, why
    if not limits.undated_pass and not any(row.checked_at for row in heard):
        why = Why(
            "no source dates its price, and the policy does not let an undated one pass ({sources})", sources=names
        )
        return PriceVerdict.STALE, why
    if len({row.source for row in heard}) == 1:
        return PriceVerdict.SINGLE_SOURCE, Why("only {source} has a price", source=names)
    return PriceVerdict.AGREED, Why("{sources} agree", sources=names)


def _spread(rows: list[PriceRow], kinds: Iterable[str]) -> float | None:
    """Return highest over lowest price less one, of the kind that differs most; missing where there is no other."""
    if len({bool(row.free) for row in rows}) > 1:
        return None
    spreads = []
    for kind in kinds:
        known = [0.0 if row.free else value for row in rows if (value := getattr(row, kind)) or row.free]
        if len(known) > 1:
            spreads.append(_over(max(known), min(known)) or 0.0)
    return max(spreads, default=None)


def _beside_cheapest(rulings: list[RulingRow], live: Container[tuple[str, str]]) -> Iterator[RulingRow]:
    cheapest: dict[tuple[str, str, str], float] = {}
    for row in rulings:
        among, output = (row.model, row.region, row.currency), row.output_high_per_mtok
        if output is not None and (row.model, row.route) in live:
            cheapest[among] = min(output, cheapest.get(among, output))
    for row in rulings:
        lowest = cheapest.get((row.model, row.region, row.currency))
        spread = _over(row.output_high_per_mtok, lowest)
        yield row if spread is None else replace(row, route_spread=spread)


def _over(price: float | None, other: float | None) -> float | None:
    """Return how much more a price is, as a share; missing beside nothing and beside what is free."""
    return price / other - 1 if price is not None and other else None


def _when(hours: str, above: int) -> Why:
    """Say for which lengths and hours a price holds."""
    if not above:
        return Why("{hours} UTC", hours=hours)
    if not hours:
        return Why("above {tokens} input tokens", tokens=f"{above:,}")
    return Why("above {tokens} input tokens, {hours} UTC", tokens=f"{above:,}", hours=hours)


def _names(rows: Iterable[PriceRow]) -> str:
    return ", ".join(sorted({row.source for row in rows}))
