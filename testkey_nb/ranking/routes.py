"""Which live route of a model to take first and which to fall back to: by price, by published speed, side by side.

Cheapest is what a load costs a month, or the output price where no load is given; where sources differ the dearest one
counts, since that is what may have to be paid.  A route whose price does not stand comes after those whose price does.

Prices in different currencies are not compared: those in the currency that most of a model's routes are priced in are
ranked, and a route that is priced in another only comes after them, before routes without a price.

Fastest is the time until a whole answer of the load is there: published latency of the first token, plus the tokens of
the answer over the published throughput.  Without a load it is the throughput, then the latency.  Both are the
provider's own figures, of its latest check of the route; nothing is measured here.

A route without a price or a speed comes last and has no rank by it; what is equal goes by name.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from testkey_nb.digits import to_the_cent
from testkey_nb.errors import UnknownName
from testkey_nb.load import CostRow, Load, monthly_cost
from testkey_nb.prices import RulingRow
from testkey_nb.rows import ModelRow, PriceRow, Why

Lead = Literal["cheapest", "fastest"]
LEADS: tuple[Lead, ...] = get_args(Lead)
_USUAL = "USD"
_UNSAID = Why("")


@dataclass(frozen=True, slots=True)
class RouteRank:
    """Region × model × live route; a model without a live route has one row that says so."""

    model: str
    route: str | None  # empty when the endpoint serves the model itself; missing where no route is live
    region: str | None  # of the prices; missing where no source prices the model
    lead: str  # the rank that `place` follows: cheapest or fastest
    place: int | None = None  # 1 is the first choice, the others are what to fall back to, in this order
    cheapest: int | None = None  # rank by price; missing without a price that counts
    fastest: int | None = None  # rank by published speed; missing where none is published
    currency: str | None = None  # of the amounts; missing without a price that counts
    low_per_month: float | None = None  # in `currency`, what the load costs by the cheapest source; missing without one
    high_per_month: float | None = None  # the same by the dearest source
    output_per_mtok: float | None = None  # in `currency`, highest of the sources; 0 only where one says free
    price_stands: bool | None = None  # by the price court; missing where it has not ruled
    answer_s: float | None = None  # from published figures, until the whole answer is there; missing without a load
    throughput_tokens_per_s: float | None = None  # published by the provider, not measured here
    first_token_latency_s: float | None = None  # published by the provider, not measured here
    only_route: bool = False  # a single point of failure: no other route of the model is live
    why: Why = _UNSAID  # the rank that leads, then the other, then what is weak about the route


def rank_routes(
    models: Iterable[ModelRow],
    prices: Iterable[PriceRow],
    lead: Lead = "cheapest",
    load: Load | None = None,
    court: Iterable[RulingRow] = (),
) -> tuple[RouteRank, ...]:
    """Rank the live routes of each model, sorted by model, region and place.

    Parameters
    ----------
    models
        One row for each model and route, of one provider.
    prices
        Rows of all sources.  Where they are of several regions, each region has a ranking of its own, in which prices
        of the others do not count.
    lead
        What decides the place: ``cheapest`` or ``fastest``.
    load
        What is planned; None to rank by output price and by throughput.
    court
        What the price court ruled; a route it has not ruled on is taken at its price.

    Raises
    ------
    UnknownName
        If `lead` is neither.

    """
    if lead not in LEADS:
        raise UnknownName.among("lead", lead, LEADS)
    live: defaultdict[str, dict[str, ModelRow]] = defaultdict(dict)
    for row in models:
        routes = live[row.model]
        if row.live:
            routes.setdefault(row.route, row)
    book = _Book(tuple(prices), lead, load, court)
    return tuple(
        rank
        for model in sorted(live)
        for region in book.regions.get(model, [None])
        for rank in _ranked(model, region, list(live[model].values()), book)
    )


_Place = tuple[str, str, str | None]  # model, route and region of the price


class _Book:
    """What the sources say, to be looked up by model, route and region, and then by currency."""

    def __init__(self, prices: tuple[PriceRow, ...], lead: Lead, load: Load | None, court: Iterable[RulingRow]) -> None:
        self.lead, self.load = lead, load
        found: defaultdict[str, set[str]] = defaultdict(set)
        for price in prices:
            found[price.model].add(price.region)
        self.regions: dict[str, list[str]] = {model: sorted(names) for model, names in found.items()}
        self.rulings: defaultdict[_Place, dict[str, RulingRow]] = defaultdict(dict)
        for ruling in court:
            self.rulings[ruling.model, ruling.route, ruling.region][ruling.currency] = ruling
        self.costs: defaultdict[_Place, dict[str, CostRow]] = defaultdict(dict)
        for cost in monthly_cost(prices, load) if load else ():
            self.costs[cost.model, cost.route, cost.region][cost.currency] = cost
        self.outputs: defaultdict[_Place, dict[str, float]] = defaultdict(dict)
        for price in prices:
            known, output = self.outputs[price.model, price.route, price.region], _output(price)
            if output is not None:
                known[price.currency] = max(output, known.get(price.currency, output))

    def amounts(self, place: _Place) -> Mapping[str, float]:
        """Return what a route is ranked by, in each currency that it has such an amount in."""
        costs = self.costs.get(place, {}).values()
        known = {cost.currency: cost.high_per_month for cost in costs if cost.high_per_month is not None}
        return known if self.load else self.outputs.get(place, {})

    def main(self, model: str, region: str | None, routes: Iterable[ModelRow]) -> str:
        """Return the currency that most of the routes are priced in; of two it is the dollar, then by name."""
        counts = Counter(currency for row in routes for currency in self.amounts((model, row.route, region)))
        return min(counts, key=lambda one: (-counts[one], one != _USUAL, one), default=_USUAL)

    def draft(self, row: ModelRow, region: str | None, main: str) -> RouteRank:
        """Return everything about a route but its ranks."""
        place = (row.model, row.route, region)
        amounts = self.amounts(place)
        currency = main if main in amounts else min(amounts, default=None)
        cost = self.costs.get(place, {}).get(currency or "")
        rulings = self.rulings.get(place, {})
        ruling, none = rulings.get(currency or ""), False if rulings and currency is None else None
        throughput, latency = row.throughput_tokens_per_s or None, row.first_token_latency_s or None
        return RouteRank(
            row.model,
            row.route,
            region,
            self.lead,
            currency=currency,
            low_per_month=cost.low_per_month if cost else None,
            high_per_month=cost.high_per_month if cost else None,
            output_per_mtok=self.outputs.get(place, {}).get(currency or ""),
            price_stands=ruling.stands if ruling else none,
            answer_s=_answer_s(self.load, throughput, latency),
            throughput_tokens_per_s=throughput,  # 0 is no speed: it says that nothing was measured
            first_token_latency_s=latency,
        )

    def by_price(self, rank: RouteRank, main: str) -> tuple[bool, bool, str, bool, float, float, str]:
        """Order by price: without one last, one in another currency before that, then one that does not stand."""
        high = rank.high_per_month if self.load else rank.output_per_mtok
        low = rank.low_per_month if self.load else high
        other = "" if rank.currency in {None, main} else str(rank.currency)
        return high is None, bool(other), other, rank.price_stands is False, high or 0.0, low or 0.0, rank.route or ""

    def why_price(self, rank: RouteRank, main: str, count: int) -> Why:
        """Say the rank by price, and what the court holds against the price."""
        said = self._ranked_by_price(rank, main, count)
        ruling = self.rulings.get((rank.model, rank.route or "", rank.region), {}).get(rank.currency or "")
        if not ruling or ruling.stands:
            return said
        doubt = Why(
            "the price of {model} is {verdict}: {why}", model=rank.model, verdict=ruling.verdict, why=ruling.why
        )
        return Why.both([said, doubt])

    def _ranked_by_price(self, rank: RouteRank, main: str, count: int) -> Why:
        if rank.currency is None:
            costs = self.costs.get((rank.model, rank.route or "", rank.region), {}).values()
            none = Why("no source has a price") if self.load else Why("no source has an output price that counts")
            return Why("last by price: {why}", why=Why.both(cost.why for cost in costs) or none)
        paid = _paid(rank)
        if rank.cheapest is None:
            return Why("after the routes priced in {main}, with which {paid} is not compared", main=main, paid=paid)
        if self.load:
            return Why("rank {rank} of {count} by cost: {paid}", rank=rank.cheapest, count=count, paid=paid)
        return Why("rank {rank} of {count} by output price: {paid}", rank=rank.cheapest, count=count, paid=paid)


def _paid(rank: RouteRank) -> Why:
    low, high, currency = rank.low_per_month, rank.high_per_month, rank.currency
    if low is None or high is None:
        amount = to_the_cent(rank.output_per_mtok or 0)
        return Why("{amount} {currency} per million tokens", amount=amount, currency=currency)
    if low == high:
        return Why("{amount} {currency} a month", amount=to_the_cent(high), currency=currency)
    return Why("{low} to {high} {currency} a month", low=to_the_cent(low), high=to_the_cent(high), currency=currency)


def _output(price: PriceRow) -> float | None:
    if not price.base:
        return None
    return 0.0 if price.free else price.output_per_mtok or None


def _answer_s(load: Load | None, throughput: float | None, latency: float | None) -> float | None:
    if load is None or latency is None:
        return None
    if not load.output_tokens:
        return latency
    return None if throughput is None else latency + load.output_tokens / throughput


def _by_speed(rank: RouteRank) -> tuple[bool, float, bool, float, bool, float, str]:
    """Order by speed: the whole answer where it is known, then throughput, then the first token."""
    answer, rate, first = rank.answer_s, rank.throughput_tokens_per_s, rank.first_token_latency_s
    return answer is None, answer or 0, rate is None, -(rate or 0), first is None, first or 0, rank.route or ""


def _ranked(model: str, region: str | None, routes: Sequence[ModelRow], book: _Book) -> list[RouteRank]:
    if not routes:
        return [RouteRank(model, None, region, book.lead, why=Why("no route of {model} is live", model=model))]
    main = book.main(model, region, routes)
    drafts = [book.draft(row, region, main) for row in routes]
    by_price = sorted(drafts, key=lambda rank: book.by_price(rank, main))
    by_speed = sorted(drafts, key=_by_speed)
    cheapest = _places(by_price, lambda rank: rank.currency == main)
    fastest = _places(by_speed, lambda rank: bool(rank.throughput_tokens_per_s or rank.first_token_latency_s))
    ordered = by_price if book.lead == "cheapest" else by_speed
    ranks = []
    for place, draft in enumerate(ordered, start=1):
        rank = replace(
            draft, place=place, cheapest=cheapest.get(draft.route), fastest=fastest.get(draft.route),
            only_route=len(drafts) == 1,
        )  # fmt: skip
        ranks.append(replace(rank, why=_why(rank, book, main, len(drafts))))
    return ranks


def _places(ordered: Sequence[RouteRank], known: Callable[[RouteRank], bool]) -> dict[str | None, int]:
    return {rank.route: place for place, rank in enumerate(ordered, start=1) if known(rank)}


def _why(rank: RouteRank, book: _Book, main: str, count: int) -> Why:
    price, speed = book.why_price(rank, main, count), _why_speed(rank, book.load, count)
    said = [price, speed] if book.lead == "cheapest" else [speed, price]
    if rank.only_route:
        said.append(Why("the only live route: nothing takes over when it fails"))
    return Why.both(said)


def _why_speed(rank: RouteRank, load: Load | None, count: int) -> Why:
    facts: dict[str, object] = {"rank": rank.fastest, "count": count}
    rate, first = _short(rank.throughput_tokens_per_s or 0), _short(rank.first_token_latency_s or 0)
    if rank.fastest is None:
        return Why("last by speed: none is published")
    if rank.answer_s is not None:
        return Why("rank {rank} of {count} by speed: {seconds} s for a whole answer", **facts,
                   seconds=_short(rank.answer_s))  # fmt: skip
    if rank.throughput_tokens_per_s is None:
        return Why("rank {rank} of {count} by speed: first token after {seconds} s, no throughput is published",
                   **facts, seconds=first)  # fmt: skip
    if load:
        return Why("rank {rank} of {count} by speed: {rate} tokens/s, no first-token latency is published",
                   **facts, rate=rate)  # fmt: skip
    return Why("rank {rank} of {count} by speed: {rate} tokens/s", **facts, rate=rate)


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"  # noqa: PLR2004 - three digits are as much as it says
