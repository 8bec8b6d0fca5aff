"""Views of a judged run, each of one grain: what follows from its rows, the policy and the planned load; pure."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from testkey_nb.errors import UnknownName
from testkey_nb.headroom import HeadroomRow
from testkey_nb.load import CostRow, monthly_cost
from testkey_nb.prices import RulingRow
from testkey_nb.ranking import HubPick, RouteRank, hub_policies, rank_routes
from testkey_nb.rows import GRAINS, OWN_PRICES
from testkey_nb.stability import StabilityRow, steadiness

from .published import PublishedRow, published

if TYPE_CHECKING:
    from .readiness import Readiness


class View(NamedTuple):
    """The row class of a view, and what makes its rows."""

    row: type
    rows: "Callable[[Readiness], Sequence[object]]"


def _costs(readiness: "Readiness") -> Sequence[CostRow]:
    """Return what the planned load costs; nothing where none is planned."""
    return monthly_cost(readiness.prices, readiness.load) if readiness.load else ()


def _routes(readiness: "Readiness") -> Sequence[RouteRank]:
    """Return the live routes of every covered model, ranked as the policy wants."""
    models = [row for row in readiness.run.models if row.covered]
    covered = {row.model for row in models}
    prices = [row for row in readiness.prices if row.model in covered]
    return rank_routes(models, prices, readiness.policy.route_lead, readiness.load, readiness.rulings)


def _hub_policies(readiness: "Readiness") -> Sequence[HubPick]:
    published = [row for row in readiness.run.prices if not row.source.startswith(OWN_PRICES)]
    return hub_policies(_routes(readiness), published)


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "rulings": View(RulingRow, lambda readiness: readiness.court),
        "costs": View(CostRow, _costs),
        "routes": View(RouteRank, _routes),
        "hub_policies": View(HubPick, _hub_policies),
        "headroom": View(HeadroomRow, lambda readiness: readiness.headroom),
        "published": View(PublishedRow, lambda readiness: published(readiness.run)),
        "stability": View(StabilityRow, lambda readiness: steadiness(readiness.run.answers)),
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
