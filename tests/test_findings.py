"""What several metrics of a provider mean together, line by line: who pays, and what the key may do."""

import pytest

from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import Value

Values = dict[str, tuple[Value, ...]]
EVERY_MODEL, EVERY_ENDPOINT = "api-key:model:*", "api-key:endpoint:*"

PREPAID: tuple[tuple[Values, dict[str, str]], ...] = (
    ({}, {}),
    ({"balance_usable": (True,)}, {"funds": "yes", "quota": "yes"}),
    ({"balance_usable": (True,), "balance_available": (0.0,)}, {"funds": "yes", "quota": "yes"}),
    ({"balance_usable": (False,)}, {"funds": "no"}),
    ({"balance_usable": (False,), "balance_available": (9.0,)}, {"funds": "no"}),
    ({"balance_available": (0.5,)}, {"funds": "yes"}),
    ({"balance_available": (0.0, 0.5)}, {"funds": "yes"}),
    ({"balance_available": (0.0,)}, {"funds": "no"}),
    ({"balance_available": (-1.0, 0)}, {"funds": "no"}),
)
TABLE: tuple[tuple[str, Values, dict[str, str]], ...] = (
    *((provider, values, axes) for provider in ("deepseek", "moonshot", "novita") for values, axes in PREPAID),
    ("openrouter", {}, {"funds": "unknown"}),
    ("openrouter", {"is_free_tier": (True,)}, {"funds": "unknown"}),
    ("openrouter", {"inference_permission": (False,)}, {"funds": "unknown", "scope": "no"}),
    ("openrouter", {"inference_permission": (True,)}, {"funds": "unknown", "scope": "yes"}),
    ("openrouter", {"key_limited": (False,)}, {"funds": "unknown", "quota": "yes"}),
    ("openrouter", {"key_limited": (True,)}, {"funds": "unknown"}),
    ("openrouter", {"key_limit_remaining": (0.5,)}, {"funds": "unknown", "quota": "yes"}),
    ("openrouter", {"key_limit_remaining": (0,)}, {"funds": "unknown", "quota": "no"}),
    ("openrouter", {"budget_remaining": (0.0,)}, {"funds": "unknown", "quota": "no"}),
    ("openrouter", {"key_limit_remaining": (5.0,), "budget_remaining": (-1.0,)}, {"funds": "unknown", "quota": "no"}),
    ("openrouter", {"key_limit_remaining": (0.0,), "budget_remaining": (5.0,)}, {"funds": "unknown", "quota": "no"}),
    ("openrouter", {"key_limit_remaining": (True,)}, {"funds": "unknown"}),
    ("openrouter", {"key_limit_remaining": (1.0, 2.0)}, {"funds": "unknown"}),
    # A limit that is there, and what is left of it unread, may be used up.
    ("openrouter", {"key_limited": (True,), "budget_remaining": (5.0,)}, {"funds": "unknown"}),
    ("openrouter", {"key_limit_remaining": (5.0,), "budget": (9.0,)}, {"funds": "unknown"}),
    ("openrouter", {"key_limited": (False,), "budget": (9.0,)}, {"funds": "unknown"}),
    ("openrouter", {"key_limit_remaining": (0.0,), "budget": (9.0,)}, {"funds": "unknown", "quota": "no"}),
    ("openrouter", {"data_region_permitted": (False,)}, {"funds": "unknown", "region": "no"}),
    ("openrouter", {"data_region_permitted": (True,)}, {"funds": "unknown"}),
    ("xai", {}, {}),
    ("xai", {"token_scopes": (EVERY_MODEL, EVERY_ENDPOINT)}, {"scope": "yes"}),
    ("xai", {"token_scopes": (EVERY_MODEL, EVERY_ENDPOINT, "more")}, {"scope": "yes"}),
    ("xai", {"token_scopes": (EVERY_MODEL,)}, {"scope": "unknown"}),
    ("xai", {"token_scopes": ("api-key:model:grok-4", EVERY_ENDPOINT)}, {"scope": "unknown"}),
    ("xai", {"token_scopes": (EVERY_MODEL, EVERY_ENDPOINT), "team_blocked": (True,)}, {"scope": "no"}),
    ("xai", {"token_scopes": (EVERY_MODEL, EVERY_ENDPOINT), "team_blocked": (False,)}, {"scope": "yes"}),
    ("deepinfra", {}, {}),
    ("deepinfra", {"account_suspended": (True,), "suspend_reason": ("balance",)}, {"funds": "no"}),
    ("deepinfra", {"account_suspended": (True,)}, {"funds": "no"}),
    ("deepinfra", {"account_suspended": (True,), "suspend_reason": ("limit-reached",)}, {"quota": "no"}),
    ("deepinfra", {"account_suspended": (False,), "usage_limit_reached": (True,)}, {"quota": "no"}),
    ("deepinfra", {"usage_limit_reached": (True,), "balance_left": (True,)}, {"quota": "no"}),
    ("deepinfra", {"account_suspended": (False,), "balance_left": (True,)}, {"funds": "yes"}),
    ("deepinfra", {"usage_limit_reached": (False,), "balance_left": (True,)}, {}),  # it may be suspended
    ("deepinfra", {"balance_left": (False,)}, {}),
    ("siliconflow", {"account_state": ("normal",), "balance_available": (1.0,)}, {"funds": "yes"}),
    ("siliconflow", {"account_state": ("normal",), "balance_available": (0.0,)}, {"funds": "unknown"}),  # vouchers
    ("siliconflow", {"account_state": ("frozen",), "balance_available": (1.0,)}, {}),
    ("siliconflow", {"balance_available": (1.0,)}, {"funds": "yes"}),
    ("stepfun", {"account_type": ("prepaid",), "balance_available": (1.0,)}, {"funds": "yes"}),
    ("stepfun", {"account_type": ("prepaid",), "balance_available": (0.0,)}, {"funds": "no"}),
    ("stepfun", {"account_type": ("postpaid",), "balance_available": (0.0,)}, {}),
    ("stepfun", {"balance_available": (1.0,)}, {}),
    ("vercel", {"balance_available": (1.0,)}, {"funds": "yes"}),
    ("vercel", {"balance_available": (0.0,)}, {}),  # calls with a key of one's own need no credits
    ("fireworks", {"account_suspended": ("no such state",)}, {}),
)


@pytest.mark.parametrize(("provider", "values", "axes"), TABLE)
def test_what_metrics_mean_together(provider: str, values: Values, axes: dict[str, str]) -> None:
    found = PROVIDERS[provider].findings(values)
    assert {finding.axis.value: finding.answer.value for finding in found} == axes
    assert len(found) == len(axes)
    assert all(finding.opens or finding.answer.value == "yes" for finding in found)


@pytest.mark.parametrize("provider", ["moonshot", "stepfun"])
def test_where_credits_are_added_is_named_for_each_platform_of_a_vendor(provider: str) -> None:
    values: Values = {"account_type": ("prepaid",), "balance_available": (0.0,)}
    [found] = PROVIDERS[provider].findings(values)
    for platform in {known.platform for known in PROVIDERS[provider].hosts}:
        assert platform.split("/")[2] in found.opens


@pytest.mark.parametrize("provider", [one for one in PROVIDERS if one != "huggingface"])
def test_where_no_metric_is_known_no_axis_is_answered(provider: str) -> None:
    assert {finding.answer.value for finding in PROVIDERS[provider].findings({})} <= {"unknown"}


BILLED_AFTERWARDS: Values = {"payer": ("user",), "payer_can_pay": (True,), "payer_billing_mode": ("postpaid",)}


@pytest.mark.parametrize(
    ("told", "quota"),
    [
        ({"billing_permission": (False,)}, "yes"),  # a limit of it can be read by nobody with this token
        ({"billing_permission": (True,)}, "unknown"),  # it could be read, and was not this time
        ({}, "unknown"),  # a classic token may read it
        ({"payer": ("organization",), "billing_permission": (True,)}, "yes"),  # usage is the user's, not the payer's
        ({"billing_permission": (True,), "usage_usd": (5.0,), "usage_limit_usd": (5.0,)}, "no"),
    ],
)
def test_usage_that_could_be_read_and_was_not_may_hold_a_limit_that_is_reached(told: Values, quota: str) -> None:
    found = PROVIDERS["huggingface"].findings({**BILLED_AFTERWARDS, **told})
    assert {finding.answer.value for finding in found if finding.axis.value == "quota"} == {quota}


@pytest.mark.parametrize(("permission", "step"), [(True, "probe again"), (False, "give the token the permission")])
def test_a_permission_that_a_token_has_is_not_asked_for(permission: bool, step: str) -> None:  # noqa: FBT001 - a column
    told: Values = {"payer": ("user",), "payer_can_pay": (True,), "billing_permission": (permission,)}
    quota = next(one for one in PROVIDERS["huggingface"].findings(told) if one.axis.value == "quota")
    assert quota.answer.value == "unknown"
    assert quota.opens.startswith(step)
