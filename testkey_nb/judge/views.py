"""Views of a judged run, each of one grain: what follows from its rows, the policy and the planned load; pure."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from testkey_nb.errors import UnknownName
from testkey_nb.headroom import HeadroomRow
from testkey_nb.inventory import (
    ModelChangeRow,
    ModelCountRow,
    PhantomRow,
    answered_empty,
    inventory_changes,
    model_counts,
    phantoms,
)
from testkey_nb.load import CostRow, monthly_cost
from testkey_nb.prices import RulingRow, counting
from testkey_nb.ranking import HubPick, RouteRank, hub_policies, rank_routes
from testkey_nb.rows import GRAINS, OWN_PRICES, PriceRow
from testkey_nb.stability import StabilityRow, steadiness

from .latency import LatencyRow, latencies
from .places import PlaceRow, places
from .published import PublishedRow, published

if TYPE_CHECKING:
    from .readiness import Readiness


class View(NamedTuple):
    """The row class of a view, and what makes its rows."""

    row: type
    rows: "Callable[[Readiness], Sequence[object]]"


def _counting(readiness: "Readiness") -> Sequence[PriceRow]:
    """Return the prices without those that the price court overruled."""
    now, days = readiness.run.stamp.observed_at, readiness.policy.max_price_age_days
    return counting(readiness.prices, now, max_age_days=days)


def _costs(readiness: "Readiness") -> Sequence[CostRow]:
    """Return what the planned load costs; nothing where none is planned."""
    return monthly_cost(_counting(readiness), readiness.load) if readiness.load else ()


def _routes(readiness: "Readiness") -> Sequence[RouteRank]:
    """Return the live routes of every covered model, ranked as the policy wants."""
    models = [row for row in readiness.run.models if row.covered]
    covered = {row.model for row in models}
    region = readiness.run.plan.region  # of which the list says what is live
    prices = [row for row in _counting(readiness) if row.model in covered and row.region == region]
    return rank_routes(models, prices, readiness.policy.route_lead, readiness.load, readiness.court)


def _hub_policies(readiness: "Readiness") -> Sequence[HubPick]:
    published = [row for row in readiness.run.prices if not row.source.startswith(OWN_PRICES)]
    return hub_policies(_routes(readiness), published)


def _phantoms(readiness: "Readiness") -> Sequence[PhantomRow]:
    run = readiness.run
    return phantoms(
        run.models,
        readiness.rulings,
        run.prices,
        now=run.stamp.observed_at,
        min_days_served=readiness.policy.min_days_served,
        empty=answered_empty(run.answers, run.plan.provider.asks, run.models),
    )


def _filed(readiness: "Readiness") -> frozenset[str]:
    """Return the models that the launch folder has for the credential."""
    run = readiness.run
    lines = readiness.launch.lines_of(run.key_name, run.stamp.provider)
    return frozenset(model for line in lines for model in line.models)


def _model_counts(readiness: "Readiness") -> Sequence[ModelCountRow]:
    run = readiness.run
    return model_counts(run.models, run.metrics, readiness.prices, _filed(readiness))


def _inventory_changes(readiness: "Readiness") -> Sequence[ModelChangeRow]:
    run = readiness.run
    return inventory_changes(
        run.models, _filed(readiness), now=run.stamp.observed_at, min_days_served=readiness.policy.min_days_served
    )


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "rulings": View(RulingRow, lambda readiness: readiness.court),
        "costs": View(CostRow, _costs),
        "routes": View(RouteRank, _routes),
        "hub_policies": View(HubPick, _hub_policies),
        "phantoms": View(PhantomRow, _phantoms),
        "model_counts": View(ModelCountRow, _model_counts),
        "inventory_changes": View(ModelChangeRow, _inventory_changes),
        "headroom": View(HeadroomRow, lambda readiness: readiness.headroom),
        "published": View(PublishedRow, lambda readiness: published(readiness.run)),
        "stability": View(StabilityRow, lambda readiness: steadiness(readiness.run.answers)),
        "latency": View(LatencyRow, lambda readiness: latencies(readiness.run.answers)),
        "places": View(PlaceRow, lambda readiness: places(readiness.run.answers)),
    }
)


def row_of(name: str) -> type:
    """Return the row class of a frame or view.

    Raises
    ------
    UnknownName
        If there is none of that name.

    """
    found = GRAINS.get(name) or (VIEWS[name].row if name in VIEWS else None)
    if found is None:
        raise UnknownName.among("frame", name, [*GRAINS, *VIEWS])
    return found
