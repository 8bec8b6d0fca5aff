"""What a hub's own routing policies would pick by the numbers it publishes, beside the first choice of a ranking.

``:fastest``, which also holds where no policy is named, takes the highest throughput, ``:cheapest`` the lowest output
price, ``:PROVIDER`` pins one and loses the fallback: https://huggingface.co/docs/inference-providers, read 2026-08-22.
Which providers an account has enabled and in what order it prefers them is not published, so ``:preferred`` is left out
and a pick supposes that every live route is enabled.  What the hub makes of a route without a number is not documented:
such a route is not picked here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from testkey_nb.rows import PriceRow, Why

from .routes import RouteRank


@dataclass(frozen=True, slots=True)
class HubPick:
    """Region × model × policy of a hub."""

    model: str
    region: str | None  # of the prices; missing where no source prices the model
    policy: str  # what is put after the model's name: `:fastest`, `:cheapest`, `:PROVIDER`
    picks: str | None  # route the policy would take; several, comma-separated, where they tie; missing where none
    wanted: str | None  # first choice of the ranking; missing where no route is live
    same: bool | None  # the policy takes the first choice; missing where the published numbers do not decide
    why: Why  # the difference


def hub_policies(
    ranks: Iterable[RouteRank], published: Iterable[PriceRow], pinned: str | None = None
) -> tuple[HubPick, ...]:
    """Return what each policy would pick for each region and model, sorted; models without named routes are left out.

    Parameters
    ----------
    ranks
        What `rank_routes` returned.
    published
        The hub's own prices, without those of other sources: the hub routes by nothing else.  A 0 counts as the lowest
        price even where nothing says free: so it would be routed.
    pinned
        The provider that is pinned; None for the first choice of each ranking.

    """
    grouped: defaultdict[tuple[str, str], list[RouteRank]] = defaultdict(list)
    for rank in ranks:
        if rank.route != "":
            grouped[rank.model, rank.region or ""].append(rank)
    outputs: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    unsaid: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for price in filter(lambda price: price.base, published):
        key, output = (price.model, price.region), 0.0 if price.free else price.output_usd_per_mtok
        if output is not None:
            outputs[key][price.route] = min(output, outputs[key].get(price.route, output))
        if output == 0 and not price.free:
            unsaid[key].add(price.route)
    return tuple(pick for key in sorted(grouped) for pick in _picks(grouped[key], outputs[key], unsaid[key], pinned))


def _picks(
    ranks: list[RouteRank], outputs: Mapping[str, float], zeros: set[str], pinned: str | None
) -> Iterator[HubPick]:
    ordered = sorted(ranks, key=lambda rank: rank.place or 0)
    live = {rank.route: rank.throughput_tokens_per_s for rank in ordered if rank.route}
    yield _by(":fastest", {route: -rate for route, rate in live.items() if rate}, ordered, zeros)
    yield _by(":cheapest", {route: usd for route, usd in outputs.items() if route in live}, ordered, zeros)
    if route := pinned or ordered[0].route:
        yield _pin(route, ordered, zeros)


def _by(policy: str, numbers: Mapping[str, float], ordered: list[RouteRank], zeros: set[str]) -> HubPick:
    first, least = ordered[0], min(numbers.values(), default=None)
    lowest = sorted(route for route, number in numbers.items() if number == least)
    picked, same = ", ".join(lowest) or None, None
    if first.route is None:
        why = Why("no route of {model} is live", model=first.model)
    elif not lowest:
        why = Why("{policy} has no published number to choose by; this ranking wants {wanted}",
                  policy=policy, wanted=first.route)  # fmt: skip
    elif len(lowest) > 1:
        why = Why("{policy} finds {routes} equal and does not say which it takes; this ranking wants {wanted}",
                  policy=policy, routes=picked, wanted=first.route)  # fmt: skip
    else:
        same, why = lowest[0] == first.route, _beside(policy, lowest[0], ordered, zeros)
    return HubPick(first.model, first.region, policy, picked, first.route, same, why)


def _pin(route: str, ordered: list[RouteRank], zeros: set[str]) -> HubPick:
    first, policy = ordered[0], f":{route}"
    if route not in {rank.route for rank in ordered}:
        why = Why("{route} is not live for {model}, and a pinned call has no fallback", route=route, model=first.model)
        return HubPick(first.model, first.region, policy, None, first.route, False if first.route else None, why)
    why = Why.both([_beside(policy, route, ordered, zeros), Why("a pinned call has no fallback")])
    return HubPick(first.model, first.region, policy, route, first.route, route == first.route, why)


def _beside(policy: str, route: str, ordered: list[RouteRank], zeros: set[str]) -> Why:
    first = ordered[0]
    if route == first.route:
        return Why("{policy} takes {route}, the first choice of this ranking", policy=policy, route=route)
    pick = next(rank for rank in ordered if rank.route == route)
    difference = _dearer(pick, first, zeros) if first.lead == "cheapest" else _slower(pick, first)
    return Why("{policy} takes {route}, this ranking wants {wanted}: {why}",
               policy=policy, route=route, wanted=first.route, why=difference)  # fmt: skip


def _dearer(pick: RouteRank, first: RouteRank, zeros: set[str]) -> Why:
    high, lowest = _amount(pick), _amount(first)
    if high is None or lowest is None:
        return _uncounted(pick, zeros)
    if pick.price_stands is False and first.price_stands is not False:
        return Why("the price of {route} does not stand", route=pick.route)
    if high == lowest:
        return Why("the figures that rank first are equal")
    if not lowest:
        return Why("{route} is free", route=first.route)
    return Why("{route} is dearer by {share}", route=pick.route, share=_share(high, lowest))


def _uncounted(pick: RouteRank, zeros: set[str]) -> Why:
    if pick.currency:
        return Why("{route} is priced in {currency}, which is not compared", route=pick.route, currency=pick.currency)
    if pick.route in zeros:
        return Why("{source} says 0 but does not say free", source=pick.route)
    return Why("no price of {route} counts", route=pick.route)


def _slower(pick: RouteRank, first: RouteRank) -> Why:
    if pick.fastest is None:
        return Why("no speed of {route} is published", route=pick.route)
    slow, fast = next((own, theirs) for own, theirs in zip(_slowness(pick), _slowness(first), strict=True) if theirs)
    if slow is None:
        return Why("less is published of the speed of {route}", route=pick.route)
    if slow == fast:
        return Why("the figures that rank first are equal")
    return Why("{route} is slower by {share}", route=pick.route, share=_share(slow, fast))


def _amount(rank: RouteRank) -> float | None:
    """Return what the rank by price was decided by."""
    if rank.cheapest is None:
        return None
    return rank.output_per_mtok if rank.high_per_month is None else rank.high_per_month


def _slowness(rank: RouteRank) -> tuple[float | None, ...]:
    """Return what a rank by speed is decided by, in that order, each more where it is slower."""
    rate = rank.throughput_tokens_per_s
    return rank.answer_s, 1 / rate if rate else None, rank.first_token_latency_s


def _share(more: float, less: float) -> str:
    """Write how much more it is, so that a little does not read as 0."""
    share = more / less - 1
    return f"{share:.0%}" if share >= 0.1 else f"{100 * share:.2g}%"  # noqa: PLR2004 - a tenth has two digits
