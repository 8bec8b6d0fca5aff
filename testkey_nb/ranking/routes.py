"""Which live route of a model to take first and which to fall back to: by price, by published speed, side by side.

Cheapest is what a load costs a month, or the output price where no load is given; where sources differ the dearest one
counts, since that is what may have to be paid.  A route whose price does not stand comes after those whose price does.

Fastest is the time until a whole answer of the load is there: published latency of the first token, plus the tokens of
the answer over the published throughput.  Without a load it is the throughput, then the latency.  Both are the
provider's own figures, of its latest check of the route; nothing is measured here.

A route without a price or a speed comes last and has no rank by it; what is equal goes by name.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from testkey_nb.errors import UnknownName
from testkey_nb.load import CostRow, Load, monthly_cost
from testkey_nb.prices import RulingRow
from testkey_nb.rows import ModelRow, PriceRow, Why

Lead = Literal["cheapest", "fastest"]
LEADS: tuple[Lead, ...] = get_args(Lead)
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
    low_usd_per_month: float | None = None  # what the load costs by the cheapest source; missing without a load
    high_usd_per_month: float | None = None  # the same by the dearest source
    output_usd_per_mtok: float | None = None  # highest of the sources; 0 only where one says free and none a price
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
    rulings: Mapping[tuple[str, str], RulingRow] | None = None,
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
    rulings
        Of the price court, by model and route; a route it has not ruled on is taken at its price.

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
        if _is_live(row):
            routes.setdefault(row.route, row)
    book = _Book(tuple(prices), lead, load, rulings or {})
    return tuple(
        rank
        for model in sorted(live)
        for region in book.regions.get(model, [None])
        for rank in _ranked(model, region, list(live[model].values()), book)
    )


def _is_live(row: ModelRow) -> bool:
    """Whether a run may use the route: the list says live, or names no routes at all."""
    return bool(row.listed) and (row.route_status == "live" or (not row.route and not row.route_status))


class _Book:
    """What the sources say, to be looked up by model, route and region."""

    def __init__(
        self, prices: tuple[PriceRow, ...], lead: Lead, load: Load | None, rulings: Mapping[tuple[str, str], RulingRow]
    ) -> None:
        self.lead, self.load, self.rulings = lead, load, rulings
        found: defaultdict[str, set[str]] = defaultdict(set)
        for price in prices:
            found[price.model].add(price.region)
        self.regions: dict[str, list[str]] = {model: sorted(names) for model, names in found.items()}
        costs = monthly_cost(prices, load) if load else ()
        self.costs: dict[tuple[str, str, str | None], CostRow] = {(c.model, c.route, c.region): c for c in costs}
        self.outputs: dict[tuple[str, str, str | None], float] = {}
        for price in prices:
            key, output = (price.model, price.route, price.region), _output(price)
            if output is not None:
                self.outputs[key] = max(output, self.outputs.get(key, output))

    def draft(self, row: ModelRow, region: str | None) -> RouteRank:
        """Return everything about a route but its ranks."""
        cost, ruling = self.costs.get((row.model, row.route, region)), self.rulings.get((row.model, row.route))
        throughput, latency = row.throughput_tokens_per_s or None, row.first_token_latency_s or None
        return RouteRank(
            row.model,
            row.route,
            region,
            self.lead,
            low_usd_per_month=cost.low_usd_per_month if cost else None,
            high_usd_per_month=cost.high_usd_per_month if cost else None,
            output_usd_per_mtok=self.outputs.get((row.model, row.route, region)),
            price_stands=ruling.stands if ruling else None,
            answer_s=_answer_s(self.load, throughput, latency),
            throughput_tokens_per_s=throughput,  # 0 is no speed: it says that nothing was measured
            first_token_latency_s=latency,
        )

    def by_price(self, rank: RouteRank) -> tuple[bool, bool, float, float, str]:
        """Order by price: without one last, one that does not stand before that."""
        high = rank.high_usd_per_month if self.load else rank.output_usd_per_mtok
        low = rank.low_usd_per_month if self.load else high
        return high is None, rank.price_stands is False, high or 0.0, low or 0.0, rank.route or ""

    def why_price(self, rank: RouteRank, count: int) -> Why:
        """Say the rank by price, and what the court holds against the price."""
        cost = self.costs.get((rank.model, rank.route or "", rank.region))
        ruling = self.rulings.get((rank.model, rank.route or ""))
        facts: dict[str, object] = {"rank": rank.cheapest, "count": count}
        low, high, output = rank.low_usd_per_month, rank.high_usd_per_month, rank.output_usd_per_mtok
        if rank.cheapest is None:
            why = cost.why if cost else Why("no source has an output price that counts")
            said = Why("last by price: {why}", why=why if cost or not self.load else Why("no source has a price"))
        elif low is None or high is None:
            said = Why(
                "rank {rank} of {count} by output price: {usd} USD per million tokens", **facts, usd=_usd(output or 0)
            )
        elif low == high:
            said = Why("rank {rank} of {count} by cost: {usd} USD a month", **facts, usd=_usd(high))
        else:
            said = Why(
                "rank {rank} of {count} by cost: {low} to {high} USD a month", **facts, low=_usd(low), high=_usd(high)
            )
        if not ruling or ruling.stands or rank.cheapest is None:
            return said
        doubt = Why(
            "the price of {model} is {verdict}: {why}", model=rank.model, verdict=ruling.verdict, why=ruling.why
        )
        return Why.both([said, doubt])


def _output(price: PriceRow) -> float | None:
    return 0.0 if price.free else price.output_usd_per_mtok or None


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
    drafts = [book.draft(row, region) for row in routes]
    by_price, by_speed = sorted(drafts, key=book.by_price), sorted(drafts, key=_by_speed)
    cheapest = _places(by_price, lambda rank: not book.by_price(rank)[0])
    fastest = _places(by_speed, lambda rank: bool(rank.throughput_tokens_per_s or rank.first_token_latency_s))
    ordered = by_price if book.lead == "cheapest" else by_speed
    ranks = []
    for place, draft in enumerate(ordered, start=1):
        rank = replace(
            draft, place=place, cheapest=cheapest.get(draft.route), fastest=fastest.get(draft.route),
            only_route=len(drafts) == 1,
        )  # fmt: skip
        ranks.append(replace(rank, why=_why(rank, book, len(drafts))))
    return ranks


def _places(ordered: Sequence[RouteRank], known: Callable[[RouteRank], bool]) -> dict[str | None, int]:
    return {rank.route: place for place, rank in enumerate(ordered, start=1) if known(rank)}


def _why(rank: RouteRank, book: _Book, count: int) -> Why:
    price, speed = book.why_price(rank, count), _why_speed(rank, book.load, count)
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


def _usd(amount: float) -> str:
    """Write an amount so that a small one does not read as 0."""
    return f"{amount:,.2f}" if not amount or amount >= 1 else f"{amount:.3g}"


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"  # noqa: PLR2004 - three digits are as much as it says
