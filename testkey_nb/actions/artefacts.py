"""The six actions and what makes their files."""

from collections.abc import Mapping
from typing import Protocol

from testkey_nb.judge import Readiness
from testkey_nb.outcome import Action

from .add_monitoring import add_monitoring
from .add_provider_config import add_provider_config
from .fill_pricing import fill_pricing
from .human_review import human_review
from .import_inventory import import_inventory
from .set_route import set_route
from .write import NOTHING, Files


class Artefact(Protocol):
    """Makes the files of an action."""

    def __call__(self, readiness: Readiness, now: Mapping[str, str] = NOTHING, /) -> Files:
        """Make them from a readiness and what stands in the launch folder, by path inside it."""


ARTEFACTS: Mapping[Action, Artefact] = {
    Action.ADD_PROVIDER_CONFIG: add_provider_config,
    Action.IMPORT_INVENTORY: import_inventory,
    Action.FILL_PRICING: fill_pricing,
    Action.SET_ROUTE: set_route,
    Action.ADD_MONITORING: add_monitoring,
    Action.HUMAN_REVIEW: human_review,
}
