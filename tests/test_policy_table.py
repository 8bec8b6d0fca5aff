"""What a decision is measured by where nobody says otherwise, and which values a policy takes, line by line."""

from pathlib import Path

import pytest

from testkey_nb.errors import PolicyInvalid
from testkey_nb.headroom import Demand
from testkey_nb.judge import DIMENSIONS, Policy, change, read_policy

GATES = ["identification", "inventory", "pricing", "routing", "launch"]
DEFAULTS = {
    "dimension": "commercial-launch",
    "required": GATES,
    "max_price_age_days": 30.0,
    "max_price_spread": 0.25,
    "max_price_rise": 0.5,
    "undated_prices_pass": True,
    "min_days_valid": 30.0,
    "min_days_served": 90.0,
    "planned_requests_per_day": 0.0,
    "planned_input_tokens": 0.0,
    "planned_output_tokens": 0.0,
    "route_lead": "cheapest",
    "planned_requests_per_min": 0.0,
    "planned_tokens_per_min": 0.0,
    "unpublished_limits_pass": True,
    "min_samples": 0,
    "unstable_failures": 3,
    "unstable_window": 5,
}


@pytest.mark.parametrize(
    ("dimension", "required"),
    [("onboarding-readiness", GATES[:1]), ("inventory-fit", GATES[:3]), ("commercial-launch", GATES)],
)
def test_a_dimension_differs_from_the_others_by_its_gates_alone(dimension: str, required: list[str]) -> None:
    told = DIMENSIONS[dimension].to_json()
    assert told == {**DEFAULTS, "dimension": dimension, "required": required}
    assert list(told) == list(DEFAULTS)
    assert list(DIMENSIONS) == ["onboarding-readiness", "inventory-fit", "commercial-launch"]


def test_the_planned_load_is_what_the_policy_plans() -> None:
    policy = change(Policy(), {name: n for n, name in enumerate(PLANNED, start=1)})
    assert policy.demand == Demand(
        requests_per_min=1, tokens_per_min=2, requests_per_day=3, input_tokens=4, output_tokens=5
    )


PLANNED = ("planned_requests_per_min", "planned_tokens_per_min", "planned_requests_per_day", "planned_input_tokens",
           "planned_output_tokens")  # fmt: skip
REFUSED = object()
VALUES: tuple[tuple[str, object, object], ...] = (
    ("required", ["launch"], ("launch",)),
    ("required", ["launch", "pricing", "launch"], ("pricing", "launch")),
    ("required", ("inventory",), ("inventory",)),
    ("required", [], REFUSED),
    ("required", ["launch", "lunch"], REFUSED),
    ("required", "launch", REFUSED),
    ("undated_prices_pass", False, False),
    ("undated_prices_pass", 0, REFUSED),
    ("undated_prices_pass", "no", REFUSED),
    ("min_samples", 0, 0),
    ("min_samples", 3.0, 3),
    ("min_samples", 3.5, REFUSED),
    ("min_samples", True, REFUSED),
    ("min_samples", -1, REFUSED),
    ("min_samples", "3", REFUSED),
    ("max_price_age_days", 0, 0.0),
    ("max_price_age_days", 7.5, 7.5),
    ("max_price_age_days", 1e8, 1e8),
    ("max_price_age_days", 1.01e8, REFUSED),
    ("max_price_age_days", -0.1, REFUSED),
    ("max_price_age_days", float("nan"), REFUSED),
    ("max_price_age_days", False, REFUSED),
    ("max_price_age_days", None, REFUSED),
    ("route_lead", "fastest", "fastest"),
    ("route_lead", "cheapest", "cheapest"),
    ("route_lead", "inventory-fit", REFUSED),
    ("route_lead", 1, REFUSED),
    ("dimension", "inventory-fit", "inventory-fit"),
    ("dimension", "fastest", REFUSED),
    ("no_such_field", 1, REFUSED),
)


@pytest.mark.parametrize(("name", "value", "taken"), VALUES)
def test_which_values_a_field_of_a_policy_takes(name: str, value: object, taken: object) -> None:
    if taken is REFUSED:
        with pytest.raises(PolicyInvalid, match=name):
            change(Policy(), {name: value})
        return
    found = getattr(change(Policy(), {name: value}), name)
    assert (found, type(found)) == (taken, type(taken))


def test_a_policy_may_begin_with_a_byte_order_mark_as_some_editors_write_it(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_bytes(b"\xef\xbb\xbfmin_samples = 3\r\n")
    assert read_policy(tmp_path / "policy.toml").min_samples == 3


def test_a_policy_may_be_named_by_a_text(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("min_samples = 3\n", encoding="utf-8")
    assert read_policy(str(tmp_path / "policy.toml")).min_samples == 3


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 5000, "[1"], ids=["too many digits", "too deep", "unfinished"])
def test_a_policy_that_python_cannot_read_is_the_callers_mistake(value: str, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(f"min_samples = {value}\n", encoding="utf-8")
    with pytest.raises(PolicyInvalid, match="is not TOML"):
        read_policy(tmp_path / "policy.toml")
