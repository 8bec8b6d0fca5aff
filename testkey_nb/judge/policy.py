"""What a decision is measured by: data that a person can read, change and keep in a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType

from testkey_nb.errors import PolicyInvalid, UnknownName
from testkey_nb.headroom import Demand
from testkey_nb.outcome import Gate
from testkey_nb.ranking import LEADS, Lead


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds, age rules, the planned load, and the gates that must be open.

    Days and shares are meant as the names say; `max_price_spread` is highest over lowest price less one.
    """

    dimension: str = "commercial-launch"
    required: tuple[str, ...] = tuple(Gate)
    max_price_age_days: float = 30.0
    max_price_spread: float = 0.25
    max_price_rise: float = 0.5  # share of a filed price; a larger one is left to a person
    undated_prices_pass: bool = True  # a source that does not date its price can stand
    min_days_valid: float = 30.0
    min_days_served: float = 90.0  # a covered model that is shut down sooner is going soon
    planned_requests_per_day: float = 0.0
    planned_input_tokens: float = 0.0  # of one request
    planned_output_tokens: float = 0.0  # of its answer
    route_lead: Lead = "cheapest"  # what ranks routes first: cheapest or fastest
    planned_requests_per_min: float = 0.0
    planned_tokens_per_min: float = 0.0
    unpublished_limits_pass: bool = True
    min_samples: int = 0
    unstable_failures: int = 3  # of the last `unstable_window` samples, before a route is called unstable
    unstable_window: int = 5

    @property
    def demand(self) -> Demand:
        """What is planned, as limits are compared with it."""
        return Demand(
            self.planned_requests_per_min,
            self.planned_tokens_per_min,
            self.planned_requests_per_day,
            self.planned_input_tokens,
            self.planned_output_tokens,
        )

    def to_json(self) -> dict[str, object]:
        """Return every field by name."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


_MOST_CHARS = 1_000_000
_LARGEST = 1e8  # no load, age or number of samples is larger
_GATES = tuple(gate.value for gate in Gate)
DIMENSIONS: Mapping[str, Policy] = MappingProxyType(
    {
        policy.dimension: policy
        for policy in (
            Policy("onboarding-readiness", _GATES[:1]),
            Policy("inventory-fit", _GATES[:3]),
            Policy("commercial-launch", _GATES),
        )
    }
)


def of_dimension(name: str) -> Policy:
    """Return the policy of a probe dimension.

    Raises
    ------
    UnknownName
        If there is no such dimension.

    """
    if name not in DIMENSIONS:
        raise UnknownName.among("dimension", name, DIMENSIONS)
    return DIMENSIONS[name]


def read_policy(path: Path | str, dimension: str = "commercial-launch") -> Policy:
    """Read a policy from a TOML file: the fields of `Policy`, over those of its dimension.

    Raises
    ------
    PolicyInvalid
        If the file cannot be read, a field does not exist or a value is of the wrong type or out of range.
    UnknownName
        If there is no such dimension.

    """
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_MOST_CHARS + 1)  # a device may have no end
    except (OSError, ValueError) as error:
        raise PolicyInvalid(f"the policy {path} cannot be read ({type(error).__name__}); give a TOML file") from error
    if len(text) > _MOST_CHARS:
        raise PolicyInvalid(f"the policy {path} has more than {_MOST_CHARS:,} characters; no policy has")
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of a number, or a nesting, that Python does not read
        raise PolicyInvalid(f"the policy {path} is not TOML: {error}") from error
    return change(of_dimension(str(table.get("dimension", dimension))), table)


def change(policy: Policy, values: Mapping[str, object]) -> Policy:
    """Return `policy` with some fields changed, each checked.

    Raises
    ------
    PolicyInvalid
        If a field does not exist or a value is of the wrong type or out of range.

    """
    known = {field.name: field.type for field in fields(Policy)}
    checked: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            raise PolicyInvalid(f"a policy has no field {name[:60]!r}; it has: {', '.join(known)}")
        checked[name] = _checked(name, value, getattr(policy, name))
    return replace(policy, **checked)  # type: ignore[arg-type]  # every value was checked against its field


def _checked(name: str, value: object, sample: object) -> object:
    if isinstance(sample, tuple):
        if isinstance(value, list | tuple) and value and all(gate in _GATES for gate in value):
            return tuple(gate for gate in _GATES if gate in value)
        raise PolicyInvalid(f"{name} must list gates: {', '.join(_GATES)}")
    if isinstance(sample, bool) or isinstance(value, bool):
        if isinstance(sample, bool) and isinstance(value, bool):
            return value
        raise PolicyInvalid(f"{name} must be {'true or false' if isinstance(sample, bool) else 'a number'}")
    if isinstance(sample, str):
        choices = LEADS if name == "route_lead" else tuple(DIMENSIONS)
        if value in choices:
            return value
        raise PolicyInvalid(f"{name} must be one of: {', '.join(choices)}")
    if not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        raise PolicyInvalid(f"{name} must be a number from 0 to {_LARGEST:,.0f}")
    if isinstance(sample, int) and value != int(value):
        raise PolicyInvalid(f"{name} must be a whole number")
    return type(sample)(value)  # type: ignore[call-arg]  # int or float
