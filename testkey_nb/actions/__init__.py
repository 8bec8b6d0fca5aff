"""Turn the next action into files of the launch folder that other tools run and people review."""

from collections.abc import Callable, Mapping

from testkey_nb.judge import Readiness
from testkey_nb.outcome import Action

from .add_monitoring import add_monitoring
from .add_provider_config import add_provider_config
from .fill_pricing import fill_pricing
from .human_review import human_review
from .import_inventory import import_inventory
from .set_route import set_route
from .write import Written, preview, write

Files = Mapping[str, str]  # path inside the launch folder → text

ARTEFACTS: Mapping[Action, Callable[[Readiness], Files]] = {
    Action.ADD_PROVIDER_CONFIG: add_provider_config,
    Action.IMPORT_INVENTORY: import_inventory,
    Action.FILL_PRICING: fill_pricing,
    Action.SET_ROUTE: set_route,
    Action.ADD_MONITORING: add_monitoring,
    Action.HUMAN_REVIEW: human_review,
}

__all__ = ["ARTEFACTS", "Files", "Written", "preview", "write"]
