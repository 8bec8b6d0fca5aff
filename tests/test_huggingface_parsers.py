"""What Hugging Face's answers become: facts by name, and from them who pays, with what, and what a token may do."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import real_bodies as real
from hypothesis import given
from hypothesis import strategies as st
from real_bodies import reply

from testkey_nb.http import BODY_BYTES
from testkey_nb.outcome import Answer, Axis, Standing
from testkey_nb.providers.huggingface import HUGGINGFACE
from testkey_nb.providers.huggingface_catalogue import (
    parse_mapping,
    parse_models,
    parse_one_model,
    parse_status_page,
)
from testkey_nb.providers.huggingface_key import METRICS, findings, parse_usage, parse_whoami
from testkey_nb.rows import ModelRow, PriceRow, Value
from testkey_nb.spec import Reply, Rows

INFERENCE = "inference.serverless.write"
USER, ORG = "aaaaaaaaaaaaaaaaaaaaaaaa", "org-id"


def named(rows: Rows | None) -> dict[str, tuple[Value, ...]]:
    """Return the values of each metric, in order."""
    assert rows is not None
    found: dict[str, tuple[Value, ...]] = {}
    for metric in rows.metrics:
        found[metric.metric] = (*found.get(metric.metric, ()), metric.value)
    return found


def whoami(body: object, **claims: object) -> dict[str, tuple[Value, ...]]:
    return named(parse_whoami(reply(200, body, claims=claims)))


# The identity.


def test_a_fine_grained_token_is_read_whole() -> None:
    found = whoami(real.FINE_GRAINED)
    permissions = real.FINE_GRAINED["auth"]["accessToken"]["fineGrained"]["scoped"][0]["permissions"]  # type: ignore[index]
    assert found["owner_id"] == (USER,)
    assert found["token_type"] == ("access_token",)
    assert found["token_role"] == ("fineGrained",)
    assert found["can_pay"] == (False,)
    assert found["billing_mode"] == ("prepaid",)
    assert found["is_pro"] == (False,)
    assert found["period_end"] == ("2026-08-01T00:00:00+00:00",)
    assert found["can_read_gated_repos"] == (True,)
    assert found["inference_permission"] == (True,)
    assert found["billing_permission"] == (True,)
    assert found["over_privileged"] == (True,)
    assert found["token_scopes"] == tuple(
        sorted(["global:discussion.write", "global:post.write", *(f"user:{name}" for name in permissions)])
    )
    assert "repo.write" in found["excess_permissions"]
    assert not {INFERENCE, "user.billing.read", "repo.content.read"} & set(found["excess_permissions"])
    assert found["payer"] == ("user",)
    assert not {"organization_id", "expires_at", "security_restrictions"} & set(found)


def test_a_classic_token_has_a_role_and_may_do_more_than_it_needs() -> None:
    found = whoami(real.CLASSIC_WRITE)
    assert found["owner_id"] == ("62f264b9f3c90f4b6514a269",)
    assert found["token_role"] == ("write",)
    assert found["inference_permission"] == (True,)
    assert found["over_privileged"] == (True,)
    assert not {"token_scopes", "billing_permission", "period_end"} & set(found)


@pytest.mark.parametrize("role", ["read", "write", "god"])
def test_every_classic_role_may_infer_and_is_over_privileged(role: str) -> None:
    body = copy.deepcopy(real.CLASSIC_WRITE)
    body["auth"]["accessToken"]["role"] = role  # type: ignore[index]
    found = whoami(body)
    assert (found["inference_permission"], found["over_privileged"]) == ((True,), (True,))


def test_organisations_are_told_by_id_with_plan_role_and_restrictions() -> None:
    second = {**real.ORGANISATION, "id": "another", "plan": None, "roleInOrg": "admin", "securityRestrictions": []}
    found = whoami({**real.FINE_GRAINED, "orgs": [real.ORGANISATION, second]})
    assert found["organization_id"] == ("another", ORG)
    assert found["organization_plan"] == ("org-id:team",)
    assert found["organization_role"] == ("another:admin", "org-id:no_access")
    assert found["security_restrictions"] == ("org-id:sso",)


def test_an_oauth_token_is_read_from_its_own_words() -> None:
    body = {**real.FINE_GRAINED, "auth": {"type": "oauth", "expiresAt": "2026-11-23T20:00:00.000Z"}}
    found = whoami(body, scope=["openid", "profile", "inference-api", "read-billing"], exp=1)
    assert found["token_type"] == ("oauth",)
    assert found["expires_at"] == ("2026-11-23T20:00:00+00:00",)
    assert found["token_scopes"] == ("oauth:inference-api", "oauth:openid", "oauth:profile", "oauth:read-billing")
    assert found["inference_permission"] == (True,)
    assert found["billing_permission"] == (True,)
    assert found["over_privileged"] == (False,)


@pytest.mark.parametrize(
    ("scope", "may", "excess"),
    [
        ("openid inference-api", True, False),
        (["inference-api", "manage-repos"], True, True),
        (["inference-api", "write-repos"], True, True),
        (["inference-api", "jobs"], True, True),
        (["openid", "read-repos", "gated-repos"], False, False),
        ([], False, False),
    ],
)
def test_oauth_scopes_decide_what_an_app_may_do(scope: object, may: bool, excess: bool) -> None:  # noqa: FBT001 - of a table
    found = whoami({"name": "testuser", "auth": {"type": "oauth"}}, scope=scope)
    assert found["inference_permission"] == (may,)
    assert found["over_privileged"] == (excess,)


@pytest.mark.parametrize("odd", [
    {"scoped": [{"permissions": [INFERENCE, {"name": "repo.write"}]}]}, {"scoped": [{"permissions": [INFERENCE, 1]}]},
    {"scoped": ["repo.write", {"permissions": [INFERENCE]}]}, {"scoped": [{"permissions": {INFERENCE: True}}]},
    {"scoped": [{"permissions": [INFERENCE]}], "global": {"repo.write": True}},
    {"scoped": [{"permissions": [INFERENCE]}], "global": [INFERENCE, ["repo.write"]]},
])  # fmt: skip
def test_where_a_permission_cannot_be_read_nobody_says_that_there_are_no_others(odd: object) -> None:
    auth = {"type": "access_token", "accessToken": {"role": "fineGrained", "fineGrained": odd}}
    assert "over_privileged" not in whoami({"name": "u", "auth": auth})


@pytest.mark.parametrize("odd", [
    {"scoped": [{"permissions": [{"name": INFERENCE}]}]}, {"scoped": [{"permissions": {INFERENCE: True}}]},
    {"scoped": [{"entity": {"type": "user"}}]}, {"scoped": [], "global": INFERENCE},
])  # fmt: skip
def test_where_a_permission_cannot_be_read_nobody_says_that_the_one_for_calls_is_lacking(odd: object) -> None:
    auth = {"type": "access_token", "accessToken": {"role": "fineGrained", "fineGrained": odd}}
    assert axes({"name": "u", "auth": auth})["scope"] == "unknown"


@pytest.mark.parametrize("odd", ["sso", {"sso": True}, [{"type": "sso"}], [None], True, 1])
def test_a_restriction_of_the_payer_that_cannot_be_read_leaves_scope_and_region_unknown(odd: object) -> None:
    assert axes(account(BILLED, orgs=organisation(securityRestrictions=[])))["scope"] == "yes"
    assert axes(account(BILLED, orgs=organisation(securityRestrictions=None)))["scope"] == "yes"
    found = axes(account(BILLED, orgs=organisation(securityRestrictions=odd)))
    assert (found["scope"], found["region"]) == ("unknown", "unknown")


@pytest.mark.parametrize("odd", ["5000000000", "1,5", -1, True, [], {}])
def test_a_spending_limit_that_cannot_be_read_is_not_as_if_there_were_none(odd: object) -> None:
    told = usage(1, 2)
    assert axes(account(READY), told)["quota"] == "yes"
    told["usage"]["inferenceProviders"]["limitNanoUsd"] = odd  # type: ignore[index]
    assert axes(account(READY), told)["quota"] == "unknown"


def test_the_tokens_own_expiry_is_used_where_whoami_tells_none() -> None:
    assert whoami(real.OAUTH_WHOAMI, exp=1893456000)["expires_at"] == ("2030-01-01T00:00:00+00:00",)


@pytest.mark.parametrize("told", [1767225600000, "Nov 27 2026", {"date": 1}, True, -1, "99999-01-01"])
def test_an_expiry_that_cannot_be_read_is_not_as_if_there_were_none(told: object) -> None:
    body = {**real.FINE_GRAINED, "auth": {"type": "oauth", "expiresAt": told}}
    assert whoami(body)["expires_at"] == ("unreadable",)
    assert "expires_at" not in whoami({**body, "auth": {"type": "oauth", "expiresAt": None}})


def test_a_fine_grained_tokens_permissions_come_from_whoami_and_not_from_claims() -> None:
    body = copy.deepcopy(real.FINE_GRAINED)
    body["auth"]["accessToken"]["fineGrained"] = {"scoped": []}  # type: ignore[index]
    assert whoami(body, scope=["inference-api"])["inference_permission"] == (False,)


@pytest.mark.parametrize(
    "fine",
    [
        {"scoped": [], "global": [INFERENCE]},
        {"global": [INFERENCE]},
        {"scoped": [{"entity": {"type": "user", "_id": USER}, "permissions": [INFERENCE]}]},
        {"scoped": [{"entity": {"type": "org", "_id": ORG}, "permissions": [INFERENCE]}], "global": []},
        {"scoped": [{"entity": None}, None, 3, {"permissions": [INFERENCE, 7, None]}], "patterns": [], "new": {}},
    ],
)
def test_the_inference_permission_is_found_in_its_old_and_new_places(fine: dict[str, object]) -> None:
    body = copy.deepcopy(real.FINE_GRAINED)
    body["auth"]["accessToken"]["fineGrained"] = fine  # type: ignore[index]
    assert whoami(body)["inference_permission"] == (True,)


@pytest.mark.parametrize(
    "auth",
    [{}, {"type": "app_token"}, {"type": "access_token", "accessToken": None}, {"accessToken": {"role": "new-role"}},
     {"accessToken": {"role": "fineGrained"}}, {"accessToken": {"role": "fineGrained", "fineGrained": {}}}],
)  # fmt: skip
def test_what_nothing_tells_is_not_made_up(auth: dict[str, object]) -> None:
    found = whoami({**real.OAUTH_WHOAMI, "auth": auth})
    assert not {"inference_permission", "over_privileged", "token_scopes", "billing_permission"} & set(found)


def test_metrics_are_named_in_advance() -> None:
    for body in (
        real.FINE_GRAINED,
        real.CLASSIC_WRITE,
        real.OAUTH_WHOAMI,
        {**real.FINE_GRAINED, "orgs": [real.ORGANISATION]},
    ):
        assert set(whoami(body, exp=1893456000, scope="inference-api")) <= set(METRICS)
    assert {"key_valid", "owner_id", "organization_id", "token_type", "token_role", "token_scopes"} <= set(METRICS)


def test_personal_data_is_left_behind() -> None:
    body = {
        **real.FINE_GRAINED,
        "email": "casey.madeup@sandbox.invalid",
        "fullname": "Casey Madeup",
        "avatarUrl": "https://www.gravatar.com/avatar/madeup-casey",
        "phone": "+1 555 0100",
        "orgs": [{**real.ORGANISATION, "email": "billing@madeup.invalid", "fullname": "Madeup Organisation"}],
    }
    text = json.dumps(whoami(body))
    for personal in ("casey", "Casey", "madeup", "gravatar", "555", "Madeup", "deploy", "example-user"):
        assert personal not in text


# Who pays, with what, and what the token may do: a table, one line a rule.


def token(
    *permissions: str, kind: str = "user", entity: str = USER, everywhere: tuple[str, ...] = ()
) -> dict[str, object]:
    scoped = [{"entity": {"_id": entity, "type": kind}, "permissions": list(permissions)}]
    fine = {"scoped": scoped, "global": list(everywhere)}
    return {"type": "access_token", "accessToken": {"role": "fineGrained", "fineGrained": fine}}


def account(auth: object, **differs: object) -> dict[str, object]:
    return {"type": "user", "id": USER, "name": "u", "canPay": True, "billingMode": "postpaid", "isPro": False,
            "orgs": [], "auth": auth, **differs}  # fmt: skip


def organisation(**differs: object) -> list[object]:
    return [{**real.ORGANISATION, "billingMode": "postpaid", "securityRestrictions": [], **differs}]


def usage(used: float | None, included: float | None = None, limit: float | None = None) -> dict[str, object]:
    named = {"usedNanoUsd": used, "includedNanoUsd": included, "limitNanoUsd": limit}
    return {"usage": {"inferenceProviders": {name: usd * 1e9 for name, usd in named.items() if usd is not None}}}


def axes(who: object, used: object = None) -> dict[str, str]:
    values = whoami(who)
    if used is not None:
        values |= named(parse_usage(reply(200, used)))
    found = findings(values)
    assert len({finding.axis for finding in found}) == len(found)
    assert all(finding.opens for finding in found if finding.answer is not Answer.YES)
    return {finding.axis.value: finding.answer.value for finding in found}


READY = token(INFERENCE)
BILLED = token(INFERENCE, kind="org", entity=ORG)
BOTH = token(INFERENCE)
BOTH["accessToken"]["fineGrained"]["scoped"] += BILLED["accessToken"]["fineGrained"]["scoped"]  # type: ignore[index]
CANNOT: dict[str, object] = {"canPay": False, "billingMode": "prepaid"}
IP = organisation(securityRestrictions=["ip"])


@pytest.mark.parametrize(
    ("who", "used", "funds", "quota"),
    [
        # canPay and billed afterwards: yes, whatever could be read of usage; only a reached limit stops it.
        (account(READY), None, "yes", "yes"),
        (account(READY), usage(9, 2), "yes", "yes"),
        (account(READY), usage(1, 2, 5), "yes", "yes"),
        (account(READY), usage(5, 2, 5), "yes", "no"),
        (account(READY), usage(6, 2, 5), "yes", "no"),
        (account(READY), usage(0, None, 0), "yes", "no"),
        # A prepaid wallet cannot be read; usage below its limit or what is included settles it.
        (account(READY, billingMode="prepaid"), None, "unknown", "unknown"),
        (account(READY, billingMode="prepaid"), usage(1, 2), "yes", "yes"),
        (account(READY, billingMode="prepaid"), usage(1, None, 2), "yes", "yes"),
        (account(READY, billingMode="prepaid"), usage(2, 2), "unknown", "unknown"),
        (account(READY, billingMode="prepaid"), usage(1), "unknown", "unknown"),
        (account(READY, billingMode=None), None, "unknown", "unknown"),
        (account(READY, canPay=None), None, "unknown", "unknown"),
        (account(READY, canPay="yes"), None, "unknown", "unknown"),
        # No payment method, no plan, all used: no.  With a plan, or without usage: unknown.
        (account(READY, **CANNOT), usage(0.1, 0.1, 0.1), "no", "no"),
        (account(READY, **CANNOT), usage(0.2, 0.1), "no", "no"),
        (account(READY, **CANNOT), usage(0.05, 0.1), "yes", "yes"),
        (account(READY, **CANNOT), None, "unknown", "unknown"),
        (account(READY, **CANNOT), usage(0), "unknown", "unknown"),
        (account(READY, **CANNOT, isPro=True), usage(0.2, 0.1), "unknown", "unknown"),
        (account(READY, canPay=False), usage(2, 2), "no", "no"),
        # An organisation pays: its own means count, the user's and the user's usage do not.
        (account(BILLED, **CANNOT, orgs=organisation()), usage(2, 2), "yes", "yes"),
        (account(BILLED, orgs=organisation(canPay=False)), usage(0, 2), "unknown", "unknown"),
        (account(BILLED, orgs=organisation(billingMode="prepaid")), usage(0, 2), "unknown", "unknown"),
        (account(BILLED, orgs=organisation(canPay=False, plan=None)), usage(2, 2), "unknown", "unknown"),
        (account(BILLED, orgs=[]), usage(0, 2), "unknown", "unknown"),
        # Both hold it: the user pays.
        (account(BOTH, **CANNOT, orgs=organisation()), usage(2, 2), "no", "no"),
        (account(token(everywhere=(INFERENCE,)), **CANNOT, orgs=organisation()), usage(2, 2), "no", "no"),
        # A resource group's payer is in no source.
        (account(token(INFERENCE, kind="resource-group", entity="g")), usage(0, 2), "unknown", "unknown"),
    ],
)  # fmt: skip
def test_the_payer_decides_funds_and_quota(who: object, used: object, funds: str, quota: str) -> None:
    found = axes(who, used)
    assert (found["funds"], found["quota"]) == (funds, quota)


@pytest.mark.parametrize(
    ("who", "scope", "region"),
    [
        (account(READY), "yes", None),
        (account(token("repo.content.read")), "no", None),
        (account(token()), "no", None),
        (account({"type": "oauth"}), "unknown", None),
        (account({"accessToken": {"role": "read"}}), "yes", None),
        # Restrictions are read from the payer only.
        (account(READY, orgs=IP), "yes", None),
        (account(BOTH, orgs=organisation(securityRestrictions=["sso"])), "yes", None),
        (account(BILLED, orgs=IP), "yes", "no"),
        (account(BILLED, orgs=organisation()), "yes", None),
        (account(BILLED, orgs=[]), "unknown", "unknown"),
        (account(BILLED, orgs=organisation(id="another")), "unknown", "unknown"),
        *((account(BILLED, orgs=organisation(securityRestrictions=[name])), "no", None)
          for name in ("sso", "mfa", "token-policy", "token-revoked")),
        (account(BILLED, orgs=organisation(securityRestrictions=["ip", "mfa"])), "no", "no"),
    ],
)  # fmt: skip
def test_permission_and_the_payers_restrictions_decide_scope_and_region(
    who: object, scope: str, region: str | None
) -> None:
    found = axes(who)
    assert found["scope"] == scope
    assert found.get("region") == region


@pytest.mark.parametrize(
    ("permissions", "everywhere", "over"),
    [
        ((INFERENCE,), (), False),
        ((INFERENCE, "repo.content.read", "user.billing.read", "org.members.read"), (), False),
        ((), (INFERENCE,), False),
        ((INFERENCE, "repo.write"), (), True),
        ((INFERENCE, "inference.endpoints.infer.write"), (), True),
        ((INFERENCE,), ("discussion.write",), True),
        ((INFERENCE, "something.new"), (), True),
        (("repo.content.read",), (), False),
    ],
)
def test_least_privilege_is_inference_and_reading_and_nothing_else(
    permissions: tuple[str, ...],
    everywhere: tuple[str, ...],
    over: bool,  # noqa: FBT001 - a column of the table
) -> None:
    found = whoami(account(token(*permissions, everywhere=everywhere)))
    assert found["over_privileged"] == (over,)
    assert bool(found.get("excess_permissions")) is over


def test_the_paying_organisation_is_named_for_the_header_that_bills_it() -> None:
    found = whoami(account(BILLED, orgs=organisation()))
    assert (found["payer"], found["payer_organization"]) == (("organization",), ("example-org",))
    assert "payer_organization" not in whoami(account(BOTH, orgs=organisation()))


# Usage.


def test_usage_is_read_in_dollars() -> None:
    assert named(parse_usage(reply(200, real.USAGE))) == {
        "usage_usd": (1.5,),
        "usage_included_usd": (2.0,),
        "usage_limit_usd": (5.0,),
        "usage_requests": (4,),
    }


@pytest.mark.parametrize("missing", ["includedNanoUsd", "limitNanoUsd", "numRequests", "periodEnd"])
@pytest.mark.parametrize("how", ["absent", "null", "text"])
def test_what_usage_lacks_is_missing_and_never_zero(missing: str, how: str) -> None:
    body: Any = copy.deepcopy(real.USAGE)
    del body["usage"]["inferenceProviders"][missing]
    if how != "absent":
        body["usage"]["inferenceProviders"][missing] = None if how == "null" else "many"
    found = named(parse_usage(reply(200, body)))
    assert found["usage_usd"] == (1.5,)
    assert len([value for value in found.values() if value != ("unreadable",)]) == (4 if missing == "periodEnd" else 3)


@pytest.mark.parametrize("used", [None, "1", -1, True, float(2**70)])
def test_usage_without_an_amount_is_no_answer(used: object) -> None:
    assert parse_usage(reply(200, {"usage": {"inferenceProviders": {"usedNanoUsd": used}}})) is None


def test_spend_is_not_blurred_by_binary_fractions() -> None:
    found = named(parse_usage(reply(200, usage(0.1, 0.1, 0.3))))
    assert (found["usage_usd"], found["usage_limit_usd"]) == ((0.1,), (0.3,))


# Models and prices.


def test_a_model_becomes_a_row_per_route() -> None:
    rows = parse_models(reply(200, real.ROUTED_MODELS))
    assert rows is not None
    assert [(row.model, row.route, row.route_status) for row in rows.models] == [
        ("deepseek-ai/DeepSeek-V4-Pro", "novita", "live"),
        ("deepseek-ai/DeepSeek-V4-Pro", "fireworks-ai", "live"),
        ("deepseek-ai/DeepSeek-V4-Pro", "featherless-ai", "live"),
    ]
    assert rows.models[0] == ModelRow(
        "deepseek-ai/DeepSeek-V4-Pro",
        "novita",
        listed=True,
        standing=Standing.LISTED,
        route_status="live",
        owner="deepseek-ai",
        created_at=datetime(2026, 4, 22, 6, 4, 45, tzinfo=UTC),
        context_tokens=1048576,
        input_modalities="text",
        output_modalities="text",
        tools=True,
        structured_output=False,
        first_token_latency_s=1.49,
        throughput_tokens_per_s=24.69124008437934,
        model_author=False,
    )
    bare = rows.models[2]
    assert (bare.context_tokens, bare.tools, bare.structured_output, bare.free) == (None, None, None, None)
    assert (bare.first_token_latency_s, bare.throughput_tokens_per_s, bare.model_author) == (None, None, False)
    assert named(rows) == {"models_listed": (1,)}


def test_only_a_route_with_a_price_has_a_price() -> None:
    rows = parse_models(reply(200, real.ROUTED_MODELS))
    assert rows is not None
    source = "router.huggingface.co/v1/models"
    assert rows.prices == (PriceRow("deepseek-ai/DeepSeek-V4-Pro", "novita", "", source, 1.69, 3.38, None, None),)


def routed(**route: object) -> Rows:
    body = {"data": [{"id": "a/b", "providers": [{"provider": "new-slug", "status": "live", **route}]}]}
    rows = parse_models(reply(200, body))
    assert rows is not None
    assert [row.route for row in rows.models] == ["new-slug"]
    return rows


@pytest.mark.parametrize(
    ("route", "price"),
    [
        ({}, None),
        ({"pricing": None}, None),
        ({"pricing": {}}, None),
        ({"pricing": "cheap"}, None),
        ({"pricing": {"input": None, "output": None}}, None),
        ({"pricing": {"input": "1", "output": True}}, None),
        ({"pricing": {"input": -1, "output": 1e19}}, None),
        ({"pricing": {"input": 0, "output": 0}}, (0.0, 0.0, None)),
        ({"pricing": {"input": 0, "output": 0}, "is_free": False}, (0.0, 0.0, False)),
        ({"pricing": {"input": 0, "output": 0}, "is_free": True}, (0.0, 0.0, True)),
        ({"is_free": True}, (None, None, True)),
        ({"is_free": False}, None),
        ({"pricing": {"input": 0.5}}, (0.5, None, None)),
        ({"pricing": {"input": 1, "output": 2, "cached": 0.1}, "is_free": "no"}, (1.0, 2.0, None)),
    ],
)
def test_a_missing_price_is_missing_and_zero_is_only_what_was_said(
    route: dict[str, object], price: tuple[object, object, object] | None
) -> None:
    prices = [(row.input_usd_per_mtok, row.output_usd_per_mtok, row.free) for row in routed(**route).prices]
    assert prices == ([] if price is None else [price])


@pytest.mark.parametrize("providers", [None, [], {}, "novita", [None, 3, {}, {"provider": ""}]])
def test_a_listed_model_without_routes_is_listed(providers: object) -> None:
    rows = parse_models(reply(200, {"data": [{"id": "a/b", "providers": providers}]}))
    assert rows is not None
    assert [(row.model, row.route, row.listed, row.route_status) for row in rows.models] == [("a/b", "", True, "none")]


def test_entries_that_are_no_models_are_passed_over() -> None:
    rows = parse_models(reply(200, {"data": [None, 3, "x", {}, {"id": 5}, {"id": "a/b", "created": "yesterday"}]}))
    assert rows is not None
    assert [(row.model, row.created_at) for row in rows.models] == [("a/b", None)]
    assert parse_models(reply(200, {"data": [None, {}, {"id": ""}]})) is None


def test_the_mapping_is_read_as_an_object_and_as_a_list() -> None:
    as_list = [{"provider": slug, **entry} for slug, entry in real.MAPPING["inferenceProviderMapping"].items()]  # type: ignore[attr-defined]
    for found in (real.MAPPING["inferenceProviderMapping"], as_list):
        rows = parse_mapping(reply(200, {**real.MAPPING, "inferenceProviderMapping": found}, model="meta-llama/x"))
        assert rows is not None
        assert rows.models == (
            ModelRow("meta-llama/x", "fireworks-ai", mapping_status="error"),
            ModelRow("meta-llama/x", "groq", mapping_status="live"),
        )


@pytest.mark.parametrize("found", [{}, []])
def test_an_empty_mapping_is_an_answer_without_routes(found: object) -> None:
    assert parse_mapping(reply(200, {"inferenceProviderMapping": found}, model="a/b")) == Rows()


@pytest.mark.parametrize("found", [None, "x", 3])
def test_a_missing_mapping_is_no_answer(found: object) -> None:
    assert parse_mapping(reply(200, {"inferenceProviderMapping": found}, model="a/b")) is None
    assert parse_mapping(reply(200, {"_id": "x", "id": "a/b"}, model="a/b")) is None


def test_one_model_is_an_answer_only_with_its_id() -> None:
    assert parse_one_model(reply(200, real.ROUTED_MODEL)) == Rows()
    assert parse_one_model(reply(200, {"data": []})) is None


def test_the_status_page_tells_its_state_and_what_is_still_open() -> None:
    assert named(parse_status_page(reply(200, real.STATUS_PAGE))) == {
        "status_page_state": ("degraded",),
        "status_page_open_reports": (1,),
    }
    assert parse_status_page(reply(200, {"data": {"attributes": {}}})) is None


# Whatever comes.

FIELDS = (
    "id", "name", "type", "auth", "accessToken", "role", "fineGrained", "scoped", "global", "entity", "_id",
    "permissions", "orgs", "plan", "roleInOrg", "canPay", "isPro", "billingMode", "periodEnd", "securityRestrictions",
    "expiresAt", "data", "providers", "provider", "status", "pricing", "input", "output", "is_free", "context_length",
    "first_token_latency_ms", "throughput", "created", "owned_by", "architecture", "input_modalities", "usage",
    "inferenceProviders", "usedNanoUsd", "includedNanoUsd", "limitNanoUsd", "numRequests", "inferenceProviderMapping",
    "attributes", "aggregate_state", "included", "ends_at", "error",
)  # fmt: skip
NAMES = st.sampled_from(FIELDS)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8), NAMES,
    st.sampled_from([INFERENCE, "user", "org", "write", "live", "oauth", "0001-01-01", "9999-12-31T23:59:59-12:00"]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=40
)
PARSERS = sorted({ask.parse for ask in HUGGINGFACE.asks}, key=lambda parse: getattr(parse, "__qualname__", ""))


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__qualname__.partition(".")[0])
@given(body=ANYTHING, claims=st.dictionaries(st.sampled_from(["scope", "exp"]), ANYTHING))
def test_a_parser_returns_rows_or_nothing_and_never_raises(parse: Any, body: object, claims: dict[str, object]) -> None:  # noqa: ANN401 - hypothesis and pytest both wrap it
    rows = parse(Reply(200, real.JSON, body, json.dumps(body), "a/b", claims))
    assert rows is None or isinstance(rows, Rows)
    if rows:
        assert findings({metric.metric: (metric.value,) for metric in rows.metrics})
        assert all(price.input_usd_per_mtok is None or price.input_usd_per_mtok >= 0 for price in rows.prices)


def mangled(body: object) -> st.SearchStrategy[object]:
    """Return a real body in which some places hold something else."""
    if isinstance(body, dict):
        return st.fixed_dictionaries({name: mangled(value) for name, value in body.items()})
    if isinstance(body, list):
        return st.tuples(*map(mangled, body)).map(list) if body else st.just([])
    return st.just(body) | LEAVES


@pytest.mark.parametrize(
    "body",
    [real.FINE_GRAINED, real.ROUTED_MODELS, real.MAPPING, real.USAGE, real.STATUS_PAGE],
    ids=lambda body: next(iter(body)),
)
@given(data=st.data())
def test_a_real_answer_with_something_else_in_places_is_still_read(body: object, data: st.DataObject) -> None:
    found = data.draw(mangled(body))
    for parse in PARSERS:
        rows = parse(Reply(200, real.JSON, found, json.dumps(found), "a/b", {}))
        assert rows is None or isinstance(rows, Rows)


@given(
    st.dictionaries(
        st.sampled_from(METRICS), st.lists(st.booleans() | st.integers() | st.text(max_size=5), max_size=3).map(tuple)
    )
)
def test_findings_of_any_values_say_one_thing_about_an_axis(values: dict[str, tuple[Value, ...]]) -> None:
    found = findings(values)
    assert len({finding.axis for finding in found}) == len(found)
    assert {Axis.FUNDS, Axis.QUOTA, Axis.SCOPE} <= {finding.axis for finding in found}


def test_a_list_of_five_thousand_models_with_ten_routes_each_is_not_too_large() -> None:
    routes: Any = real.ROUTED_MODEL["providers"]
    routes = [routes[number % len(routes)] for number in range(10)]
    assert 5000 * len(json.dumps({**real.ROUTED_MODEL, "providers": routes})) < BODY_BYTES
