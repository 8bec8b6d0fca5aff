"""Rate limits stand in headers and hold for the service that sent them: real header sets, each with its source."""

import math
import time
from datetime import UTC, datetime

import pytest
import real_bodies as real
from hypothesis import example, given
from hypothesis import strategies as st
from real_bodies import reply

from testkey_nb.providers.rate_limit_headers import limit_metrics, limits_told
from testkey_nb.providers.rate_limit_times import number, point_in_time, seconds
from testkey_nb.rows import LimitRow
from testkey_nb.spec import Bare, LimitRules, Metric, Rows

HUB = "huggingface.co"
API = "api.example.com"
IETF = "RateLimit, RateLimit-Policy"
GROQ = {"requests": 86400.0, "tokens": 60.0}  # https://console.groq.com/docs/rate-limits
Cells = tuple[str, float | None, float | None, float | None, float | None, str, str]


def parsed(headers: dict[str, str], *, own: bool = False, windows: dict[str, float] | None = None) -> Rows:
    limits = limits_told(reply(200, {}, headers, host=HUB), LimitRules(windows=windows or {}), own=own)
    return Rows(limit_metrics(limits, HUB), limits=limits)


def cells(row: LimitRow) -> Cells:
    return (row.limit, row.quota, row.remaining, row.window_s, row.reset_s, row.scope, row.said)


def test_the_hubs_headers_are_a_limit_of_the_hub() -> None:
    found = parsed(real.RATE_LIMIT)
    assert found.limits == (LimitRow("api", HUB, 1000.0, 999.0, 300.0, 286.0, IETF, "requests"),)
    assert found.metrics == (
        Metric("rate_limit_quota", 1000, "requests"),
        Metric("rate_limit_remaining", 999, "requests"),
    )


DRAFTS: dict[str, tuple[dict[str, str], list[Cells]]] = {
    "draft -10, sections 3 and 4": (
        {"ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000;w=86400', "ratelimit": '"default";r=50;t=30'},
        [
            ("default", None, 50, None, 30, "requests", ""),
            ("burst", 100, None, 60, None, "requests", ""),
            ("daily", 1000, None, 86400, None, "requests", ""),
        ],
    ),
    "draft -10: another unit, a partition key and a vendor's own parameter": (
        {
            "ratelimit-policy": '"peruser";q=65535;qu="content-bytes";w=10;pk=:sdfjLJUOUH==:;acme-burst=9',
            "ratelimit": '"peruser";r=9;t=5;pk=:sdfjLJUOUH==:',
        },
        [("peruser", 65535, 9, 10, 5, "content-bytes", "")],
    ),
    "api.mymind.com documentation: two policies, told and counted": (
        {
            "ratelimit-policy": '"burst";q=10000;w=300, "sustained";q=100000;w=2592000',
            "ratelimit": '"burst";r=9990;t=300, "sustained";r=99641;t=2589945',
        },
        [
            ("burst", 10000, 9990, 300, 300, "requests", ""),
            ("sustained", 100000, 99641, 2592000, 2589945, "requests", ""),
        ],
    ),
    "draft -07": (
        {"ratelimit-policy": "100;w=60", "ratelimit": "limit=100, remaining=50, reset=50"},
        [("default", 100, 50, 60, 50, "", "")],
    ),
    "IETF 117 slides: draft -07, two policies": (
        {"ratelimit-policy": "100;w=60, 10000;w=86400", "ratelimit": "limit=10000, remaining=90, reset=200"},
        [("default", 10000, 90, 86400, 200, "", ""), ("w=60", 100, None, 60, None, "", "")],
    ),
    "draft -06": (
        {"ratelimit-limit": "10", "ratelimit-remaining": "1", "ratelimit-reset": "7", "ratelimit-policy": "10;w=60"},
        [("default", 10, 1, 60, 7, "", "")],
    ),
    "draft -03: the policies in RateLimit-Limit": (
        {"ratelimit-limit": "10, 10;w=1, 50;w=60", "ratelimit-remaining": "9", "ratelimit-reset": "1"},
        [("default", 10, 9, 1, 1, "", ""), ("w=60", 50, None, 60, None, "", "")],
    ),
    "a policy alone": ({"ratelimit-policy": "1000;w=300"}, [("default", 1000, None, 300, None, "", "")]),
    "two policies of one name: which of them is left is not said": (
        {"ratelimit-policy": '"a";q=1;w=1, "a";q=9;w=60', "ratelimit": '"a";r=0;t=1'},
        [
            ("a", 1, None, 1, None, "requests", ""),
            ("a", 9, None, 60, None, "requests", ""),
            ("a", None, 0, None, 1, "requests", ""),
        ],
    ),
    "two policies of one quota: which window is meant is not said": (
        {"ratelimit-policy": "100;w=60, 100;w=3600", "ratelimit": "limit=100, remaining=9"},
        [
            ("default", 100, 9, None, None, "", ""),
            ("w=60", 100, None, 60, None, "", ""),
            ("w=3600", 100, None, 3600, None, "", ""),
        ],
    ),
    "commas and semicolons in a name": (
        {"ratelimit": '"a,b;c";r=1;t=2'},
        [("a,b;c", None, 1, None, 2, "requests", "")],
    ),
}


@pytest.mark.parametrize("source", DRAFTS)
def test_each_draft_of_the_standard_is_read(source: str) -> None:
    headers, expected = DRAFTS[source]
    found = parsed(headers).limits
    assert [cells(row) for row in found] == expected
    assert {row.service for row in found} == {HUB}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        ({"ratelimit": '"api";r=0;t=120'}, [("api", None, 0, None, 120, "requests", "")]),
        ({"ratelimit-policy": '"api";q=50'}, [("api", 50, None, None, None, "requests", "")]),
        ({"ratelimit": '"api" ; r = 7 ; t = 1', "ratelimit-policy": '"api" ; q = 9 ; w = 2'},
         [("api", 9, 7, 2, 1, "requests", "")]),
        ({"ratelimit": '"api";r=-1;t=x', "ratelimit-policy": '"api";q=many;w=300'},
         [("api", None, None, 300, None, "requests", "limit: many; remaining: -1; reset: x")]),
        ({"ratelimit": "999"}, [("default", None, None, None, None, "", "RateLimit: 999")]),
        ({"ratelimit-policy": "unlimited"}, [("default", None, None, None, None, "", "RateLimit-Policy: unlimited")]),
        ({"ratelimit-limit": "many"}, [("default", None, None, None, None, "", "limit: many")]),
        ({"ratelimit-limit": "", "ratelimit-reset": "None"}, []),
        ({"ratelimit": ",,", "ratelimit-policy": " , "}, []),
    ],
)  # fmt: skip
def test_what_a_header_lacks_is_missing_and_what_cannot_be_read_stays_text(
    headers: dict[str, str], expected: list[Cells]
) -> None:
    assert [cells(row) for row in parsed(headers).limits] == expected


GENAI = "maruel/genai"
VENDORS: dict[str, tuple[dict[str, str], list[Cells]]] = {
    f"{GENAI} providers/openaichat/testdata/TestClient/Scoreboard/gpt-4.1-nano/GenSync-Text.yaml": (
        {
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-limit-tokens": "200000",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-remaining-tokens": "199990",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-reset-tokens": "3ms",
        },
        [("requests", 500, 499, None, 0.12, "requests", ""), ("tokens", 200000, 199990, None, 0.003, "tokens", "")],
    ),
    "https://platform.openai.com/docs/guides/rate-limits, with the project's own limit": (
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-limit-tokens": "150000",
            "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-tokens": "6m0s",
            "x-ratelimit-limit-project-tokens": "60000",
            "x-ratelimit-remaining-project-tokens": "57000",
            "x-ratelimit-reset-project-tokens": "3s",
        },
        [
            ("requests", 60, 59, None, 1, "requests", ""),
            ("tokens", 150000, 149984, None, 360, "tokens", ""),
            ("project-tokens", 60000, 57000, None, 3, "tokens", ""),
        ],
    ),
    "https://community.openai.com/t/1268905": (
        {
            "x-ratelimit-limit-tokens_usage_based": "160000",
            "x-ratelimit-remaining-tokens_usage_based": "159976",
            "x-ratelimit-reset-tokens_usage_based": "9ms",
        },
        [("tokens_usage_based", 160000, 159976, None, 0.009, "tokens", "")],
    ),
    f"{GENAI} providers/mistral/testdata/TestClient/Scoreboard/ministral-14b-2512/GenSync-Text.yaml": (
        {
            "x-ratelimit-limit-req-60-second": "360",
            "x-ratelimit-limit-tokens-minute": "2000000",
            "x-ratelimit-limit-tokens-month": "10000000000",
            "x-ratelimit-remaining-req-60-second": "174",
            "x-ratelimit-remaining-tokens-minute": "1980746",
            "x-ratelimit-remaining-tokens-month": "9999834127",
            "x-ratelimit-tokens-query-cost": "14",
        },
        [
            ("req-60-second", 360, 174, 60, None, "requests", ""),
            ("tokens-minute", 2000000, 1980746, 60, None, "tokens", ""),
            ("tokens-month", 10000000000, 9999834127, None, None, "tokens", ""),
            ("tokens-query-cost", None, None, None, None, "tokens", "cost: 14"),
        ],
    ),
    "Mistral before: maruel/genai providers/mistral/client.go, Req-10-Second; its 429s of 2026 say req-minute": (
        {
            "x-ratelimit-limit-req-10-second": "2",
            "x-ratelimit-remaining-req-10-second": "0",
            "x-ratelimit-limit-req-minute": "23",
            "x-ratelimit-remaining-req-minute": "0",
        },
        [
            ("req-10-second", 2, 0, 10, None, "requests", ""),
            ("req-minute", 23, 0, 60, None, "requests", ""),
        ],
    ),
    f"{GENAI} providers/cerebras/testdata/TestClient/Scoreboard/gpt-oss-120b_thinking/GenSync-Text.yaml": (
        {
            "x-ratelimit-limit-requests-day": "2400",
            "x-ratelimit-limit-requests-hour": "150",
            "x-ratelimit-limit-requests-minute": "5",
            "x-ratelimit-limit-tokens-day": "1000000",
            "x-ratelimit-limit-tokens-hour": "1000000",
            "x-ratelimit-limit-tokens-minute": "30000",
            "x-ratelimit-remaining-requests-day": "2396",
            "x-ratelimit-remaining-requests-hour": "148",
            "x-ratelimit-remaining-requests-minute": "4",
            "x-ratelimit-remaining-tokens-day": "983609",
            "x-ratelimit-remaining-tokens-hour": "2983609",
            "x-ratelimit-remaining-tokens-minute": "13609",
        },
        [
            ("requests-day", 2400, 2396, 86400, None, "requests", ""),
            ("requests-hour", 150, 148, 3600, None, "requests", ""),
            ("requests-minute", 5, 4, 60, None, "requests", ""),
            ("tokens-day", 1000000, 983609, 86400, None, "tokens", ""),
            ("tokens-hour", 1000000, 2983609, 3600, None, "tokens", ""),
            ("tokens-minute", 30000, 13609, 60, None, "tokens", ""),
        ],
    ),
    "https://inference-docs.cerebras.ai/support/rate-limits: resets in seconds": (
        {"x-ratelimit-reset-requests-day": "33011.382867", "x-ratelimit-reset-tokens-minute": "11.382867"},
        [
            ("requests-day", None, None, 86400, 33011.382867, "requests", ""),
            ("tokens-minute", None, None, 60, 11.382867, "tokens", ""),
        ],
    ),
    "https://learn.microsoft.com/answers/questions/5625878: Azure counts nothing": (
        {"x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"},
        [("tokens", None, None, None, 0, "tokens", "limit: -1; remaining: -1")],
    ),
    f"{GENAI} providers/anthropic/.../claude-haiku-4-5-20251001/GenSync-Text.yaml; the recorder dropped the date": (
        {
            "date": "Sat, 07 Feb 2026 14:39:08 GMT",
            "anthropic-ratelimit-input-tokens-limit": "4000000",
            "anthropic-ratelimit-input-tokens-remaining": "4000000",
            "anthropic-ratelimit-input-tokens-reset": "2026-02-07T14:39:09Z",
            "anthropic-ratelimit-output-tokens-limit": "800000",
            "anthropic-ratelimit-output-tokens-remaining": "800000",
            "anthropic-ratelimit-output-tokens-reset": "2026-02-07T14:39:09Z",
            "anthropic-ratelimit-requests-limit": "4000",
            "anthropic-ratelimit-requests-remaining": "3998",
            "anthropic-ratelimit-requests-reset": "2026-02-07T14:39:09Z",
            "anthropic-ratelimit-tokens-limit": "4800000",
            "anthropic-ratelimit-tokens-remaining": "4800000",
            "anthropic-ratelimit-tokens-reset": "2026-02-07T14:39:09Z",
        },
        [
            ("input-tokens", 4000000, 4000000, None, 1, "input tokens", ""),
            ("output-tokens", 800000, 800000, None, 1, "output tokens", ""),
            ("requests", 4000, 3998, None, 1, "requests", ""),
            ("tokens", 4800000, 4800000, None, 1, "tokens", ""),
        ],
    ),
    "https://platform.claude.com/docs/en/api/service-tiers; a time that has no answer's date to be counted from": (
        {
            "anthropic-priority-input-tokens-limit": "10000",
            "anthropic-priority-input-tokens-remaining": "9618",
            "anthropic-priority-input-tokens-reset": "2025-01-12T23:11:59Z",
            "anthropic-fast-output-tokens-limit": "0",
        },
        [
            ("priority-input-tokens", 10000, 9618, None, None, "input tokens", "reset: 2025-01-12T23:11:59Z"),
            ("fast-output-tokens", 0, None, None, None, "output tokens", ""),
        ],
    ),
    "https://github.com/anomalyco/opencode/issues/49653: shares of a subscription, no counts": (
        {
            "date": "Thu, 17 Sep 2026 09:00:00 GMT",
            "anthropic-ratelimit-unified-status": "allowed",
            "anthropic-ratelimit-unified-5h-utilization": "0.42",
            "anthropic-ratelimit-unified-5h-reset": "1789636412",
            "anthropic-ratelimit-unified-overage-status": "rejected",
        },
        [
            ("unified", None, None, None, None, "", "status: allowed"),
            ("unified-5h", None, None, 18000, 812, "", "utilization: 0.42"),
            ("unified-overage", None, None, None, None, "", "status: rejected"),
        ],
    ),
    "https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: seconds since 1970": (
        {
            "date": "Mon, 01 Jul 2013 17:27:06 GMT",
            "x-ratelimit-limit": "60",
            "x-ratelimit-remaining": "56",
            "x-ratelimit-used": "4",
            "x-ratelimit-reset": "1372700873",
        },
        [("default", 60, 56, None, 1247, "", "")],
    ),
    "OpenRouter's 429, free-models-per-day: milliseconds since 1970": (
        {
            "date": "Mon, 31 Aug 2026 23:59:00 GMT",
            "x-ratelimit-limit": "50",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1788220800000",
        },
        [("default", 50, 0, None, 60, "", "")],
    ),
    "https://docs.together.ai/docs/serverless/rate-limits": (
        {
            "x-ratelimit-limit": "10",
            "x-ratelimit-remaining": "9",
            "x-ratelimit-reset": "0.0001",
            "x-tokenlimit-limit": "2000",
            "x-tokenlimit-remaining": "1999",
            "x-ratelimit-limit-dynamic": "20",
            "x-tokenlimit-limit-dynamic": "4000",
        },
        [
            ("default", 10, 9, None, 0.0001, "", ""),
            ("tokens", 2000, 1999, None, None, "tokens", ""),
            ("dynamic", 20, None, None, None, "dynamic", ""),
            ("tokens-dynamic", 4000, None, None, None, "tokens", ""),
        ],
    ),
    "https://developer.whoop.com/docs/developing/rate-limiting": (
        {
            "x-ratelimit-limit": "100, 100;window=60, 10000;window=86400",
            "x-ratelimit-remaining": "98",
            "x-ratelimit-reset": "3",
        },
        [("default", 100, 98, 60, 3, "", ""), ("w=86400", 10000, None, 86400, None, "", "")],
    ),
    "https://docs.digitalocean.com/products/inference/reference/quota-specific-response-headers": (
        {"x-ratelimit-limit-tokens-per-day": "5000000", "x-ratelimit-limit-tokens-per-minute": "40000"},
        [
            ("tokens-per-day", 5000000, None, 86400, None, "tokens", ""),
            ("tokens-per-minute", 40000, None, 60, None, "tokens", ""),
        ],
    ),
    "https://developer.lemlist.com/api-reference/getting-started/rate-limits: a date for people": (
        {"x-ratelimit-limit": "20", "x-ratelimit-reset": "Tue Feb 16 2021 09:02:42 GMT+0100"},
        [("default", 20, None, None, None, "", "reset: Tue Feb 16 2021 09:02:42 GMT+0100")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("source", VENDORS)
def test_a_vendors_own_headers_are_limits_of_the_vendor(source: str) -> None:
    headers, expected = VENDORS[source]
    found = parsed(headers, own=True).limits
    assert [cells(row) for row in found] == expected
    assert {row.service for row in found} == {HUB}


@pytest.mark.parametrize("source", VENDORS)
def test_without_the_word_that_they_are_its_own_they_are_somebody_elses(source: str) -> None:
    found = parsed(VENDORS[source][0])
    assert {row.service for row in found.limits} == {"upstream:unknown"}
    assert not found.metrics


def test_what_a_vendor_documents_of_its_windows_is_filled_in_where_the_name_tells_none() -> None:
    # maruel/genai providers/groq/testdata/TestClient/Scoreboard/llama-3.1-8b-instant/GenStream-Text.yaml
    headers = {
        "x-ratelimit-limit-requests": "500000",
        "x-ratelimit-limit-tokens": "250000",
        "x-ratelimit-remaining-requests": "499998",
        "x-ratelimit-remaining-tokens": "249987",
        "x-ratelimit-reset-requests": "344.6ms",
        "x-ratelimit-reset-tokens": "3.12ms",
        "x-ratelimit-limit-tokens-hour": "1",
    }
    found = parsed(headers, own=True, windows=GROQ | {"tokens-hour": 1.0})
    assert [(row.limit, row.window_s, row.source) for row in found.limits] == [
        ("requests", 86400.0, "x-ratelimit-*-requests"),
        ("tokens", 60.0, "x-ratelimit-*-tokens"),
        ("tokens-hour", 3600.0, "x-ratelimit-*-tokens-hour"),
    ]
    assert [row.reset_s for row in found.limits] == pytest.approx([0.3446, 0.00312, None])
    assert found.metrics == (
        Metric("rate_limit_quota", 500000, "requests"),
        Metric("rate_limit_remaining", 499998, "requests"),
    )
    assert {row.window_s for row in parsed(headers, windows=GROQ).limits} == {None, 3600.0}, "another's windows"


def test_a_number_of_tokens_is_no_number_of_requests() -> None:
    assert not parsed({"x-ratelimit-limit-tokens": "60", "x-ratelimit-limit": "9"}, own=True).metrics


def test_upstream_headers_are_a_limit_of_the_route_and_say_nothing_of_the_service() -> None:
    # What nebius sends, through the router: maruel/genai providers/huggingface/testdata; values from nebius of 2026-09.
    found = parsed(
        {
            **real.RATE_LIMIT,
            "x-inference-provider": "nebius",
            "x-ratelimit-limit-requests": "600",
            "x-ratelimit-remaining-requests": "599",
            "x-ratelimit-reset-requests": "2s",
            "x-ratelimit-limit-tokens": "400000",
            "x-ratelimit-reset-tokens": "1s",
            "x-ratelimit-dynamic-period-remaining": "900s",
            "x-ratelimit-dynamic-period-usage-requests": "1%",
            "x-ratelimit-dynamic-scale-requests": "1.00",
            "x-ratelimit-over-limit": "no",
            "retry-after": "0",
        }
    )
    assert found.limits == (
        LimitRow("api", HUB, 1000.0, 999.0, 300.0, 286.0, IETF, "requests"),
        LimitRow("requests", "upstream:nebius", 600.0, 599.0, None, 2.0, "x-ratelimit-*-requests", "requests"),
        LimitRow("tokens", "upstream:nebius", 400000.0, None, None, 1.0, "x-ratelimit-*-tokens", "tokens"),
    )
    assert [metric.value for metric in found.metrics] == [1000, 999]


@pytest.mark.parametrize(
    ("route", "shown"),
    [
        ("hf-inference", "hf-inference"),  # huggingface.js: a provider's name that looks like a key
        ("fal-ai", "fal-ai"),
        ("", "unknown"),
        ("a\r\nset-cookie: x", "a set-cookie: x"),
        ("sk-" + "a1B2" * 10, "[key]"),
        ("x" * 500, "[masked key]"),
    ],
)
def test_the_name_of_a_route_is_shown_bounded_and_masked(route: str, shown: str) -> None:
    found = parsed({"x-inference-provider": route, "x-ratelimit-limit-requests": "60"})
    assert [row.service for row in found.limits] == [f"upstream:{shown}"]


def test_a_litellm_proxy_tells_its_own_limits_and_passes_on_the_upstreams() -> None:
    # BerriAI/litellm tests (llm_provider-, api_key-), docs/proxy/response_headers, proxy/common_request_processing.py
    found = parsed(
        {
            "x-litellm-version": "1.106.2",
            "llm_provider-x-ratelimit-limit-requests": "2000",
            "llm_provider-x-ratelimit-remaining-requests": "1999",
            "llm_provider-anthropic-ratelimit-input-tokens-limit": "160000",
            "llm_provider-x-ratelimit-limit": "5",
            "x-ratelimit-limit-requests": "2000",
            "x-ratelimit-api_key-limit-requests": "2",
            "x-ratelimit-api_key-remaining-requests": "1",
            "x-litellm-key-rpm-limit": "100",
            "x-litellm-key-tpm-limit": "None",
            "x-litellm-key-max-budget": "4500.0",
            "x-litellm-key-spend": "3626.11",
        }
    )
    assert [(row.service, *cells(row)[:4], row.scope, row.said) for row in found.limits] == [
        # Its own or the upstream's: it does not say.
        ("upstream:unknown", "requests", 2000, None, None, "requests", ""),
        (HUB, "api_key-requests", 2, 1, None, "requests", ""),
        ("upstream:unknown", "default", 5, None, None, "", ""),
        ("upstream:unknown", "requests", 2000, 1999, None, "requests", ""),
        ("upstream:unknown", "input-tokens", 160000, None, None, "input tokens", ""),
        (HUB, "key-requests", 100, None, 60, "requests", ""),
        (HUB, "key-budget", 4500, 873.89, None, "USD", ""),
    ]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"max-budget": "10.0", "spend": "3.225e-05"}, (10, 9.999968, "")),
        ({"max-budget": "1", "spend": "1.5"}, (1, 0, "")),
        ({"max-budget": "None", "spend": "0.5"}, (None, None, "spend: 0.5")),
        ({"max-budget": "lots", "spend": "0.5"}, (None, None, "limit: lots; spend: 0.5")),
        ({"max-budget": "100.0000001"}, (100.0000001, None, "")),
    ],
)
def test_what_is_left_of_a_budget_is_known_only_where_both_numbers_are(
    headers: dict[str, str], expected: tuple[float | None, float | None, str]
) -> None:
    (row,) = parsed({f"x-litellm-key-{name}": text for name, text in headers.items()}).limits
    assert (row.quota, row.remaining, row.said) == expected


def test_a_litellm_behind_a_route_is_the_routes() -> None:
    found = parsed({"x-litellm-key-rpm-limit": "5", "x-inference-provider": "novita"}).limits
    assert [row.service for row in found] == ["upstream:novita"]


@pytest.mark.parametrize(
    ("text", "quota", "said"),
    [
        ("60", 60, ""),
        (" 60\r\n", 60, ""),
        ("60, 60", 60, ""),
        ("60, 61", None, "limit: 60, 61"),
        ("30,000", None, "limit: 30,000"),
        ("60\r\nx: 1", None, "limit: 60 x: 1"),
        ("-1", None, "limit: -1"),
        ("+1", None, "limit: +1"),
        ("NaN", None, "limit: NaN"),
        ("Infinity", None, "limit: Infinity"),
        ("1e99", None, "limit: 1e99"),
        ("0x10", None, "limit: 0x10"),
        ("1_000", None, "limit: 1_000"),
        ("٦٠", None, "limit: ٦٠"),
        ("²", None, "limit: ²"),
        ("60 requests", None, "limit: 60 requests"),
        ("bob@example.com", None, "limit: [e-mail]"),
        ("hf_" + "aB3" * 11 + "c", None, "limit: [key]"),
    ],
)
def test_only_a_plain_number_is_a_number(text: str, quota: float | None, said: str) -> None:
    (row,) = parsed({"x-ratelimit-limit-requests": text}, own=True).limits
    assert (row.quota, row.said) == (quota, said)


def test_a_number_longer_than_any_is_told_bounded() -> None:
    (row,) = parsed({"x-ratelimit-limit-requests": "9" * 5000}, own=True).limits
    assert row.quota is None
    assert len(row.said) <= 200


def test_a_header_that_was_cut_does_not_end_in_another_number() -> None:
    header = ", ".join(f'"p{number:02}";q=1000000' for number in range(90))
    quotas = {row.quota for row in parsed({"ratelimit-policy": header[:1000] + "0" * 30}).limits}
    assert quotas == {1000000.0}


DATE = datetime(2026, 2, 7, 14, 39, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6m0s", 360), ("23m20.415s", 1400.415), ("172ms", 0.172), ("1h2m", 3720), ("2m59.56s", 179.56), ("1d", 86400),
        ("1.5h", 5400), ("12.5\u00b5s", 0.0000125), ("7us", 0.000007), ("9ns", 0.000000009), ("0s", 0), ("0", 0),
        ("11.38", 11.38), ("3600", 3600), ("2026-02-07T14:39:09Z", 9), ("2026-02-07t14:39:09.5z", 9.5),
        ("2026-02-07T15:39:09+01:00", 9), ("2026-02-07T14:38:59Z", 0), ("Sat, 07 Feb 2026 14:40:00 GMT", 60),
        ("1770475200", 60), ("1770475200.25", 60.25), ("1770475200000", 60),
        ("3600.1", None), ("600000", None), ("31622401", None), ("999999999", None),
        ("1700000000", None), ("10000000000", None), ("99999999999999", None),
        ("-1s", None), ("6m0", None), ("6 m", None), ("s", None), ("1x", None), ("soon", None), ("midnight UTC", None),
        ("2026-02-07", None), ("2026-02-07T14:39:09", None), ("2026-13-07T14:39:09Z", None), ("٦s", None),
        ("2026-02-07T14:39:60Z", None), ("Sat, 99 Feb 2026 14:40:00 GMT", None), ("1s" * 60, None), ("", None),
    ],
)  # fmt: skip
def test_a_reset_is_the_time_from_the_answers_date(text: str, expected: float | None) -> None:
    assert seconds(text, DATE) == (None if expected is None else pytest.approx(expected, abs=1e-12))


@pytest.mark.parametrize(
    ("bare", "text", "window_s", "expected"),
    [
        (Bare.SECONDS, "31622400", None, 31622400), (Bare.SECONDS, "600000", 60, 600000),
        (Bare.SECONDS, "1770475200", None, None), (Bare.SECONDS, "1770475200000", None, None),
        (Bare.EPOCH, "60", None, None), (Bare.EPOCH, "1770475200", None, 60), (Bare.EPOCH, "1770475200000", None, None),
        (Bare.EPOCH_MS, "60", None, None), (Bare.EPOCH_MS, "1770475200", None, None),
        (Bare.EPOCH_MS, "1770475200000", None, 60),
        (Bare.STANDARD, "31622400", None, 31622400), (Bare.STANDARD, "1770475200", None, 60),
        (Bare.STANDARD, "1770475200000", None, None),
        (Bare.UNSAID, "61", 60, 61), (Bare.UNSAID, "62", 60, None), (Bare.UNSAID, "33011.38", 86400, 33011.38),
        (Bare.UNSAID, "1770475200", 60, 60), (Bare.EPOCH, "2m", 60, 120),
        (Bare.EPOCH_MS, "2026-02-07T14:39:09Z", 60, 9),
    ],
)  # fmt: skip
def test_a_bare_number_is_what_its_vendor_documents_and_else_only_what_it_alone_can_be(
    bare: Bare, text: str, window_s: float | None, expected: float | None
) -> None:
    assert seconds(text, DATE, bare, window_s) == expected


@pytest.mark.parametrize(
    "text", ["2026-02-07T14:39:09Z", "Sat, 07 Feb 2026 14:40:00 GMT", "1770475200", "1770475200000"]
)
def test_without_the_answers_date_a_point_in_time_is_no_duration(text: str) -> None:
    assert seconds(text, None) is None
    for date in ("", "yesterday", "Sat, 07 Feb 2026 14:40:00 +0000"):
        (row,) = parsed({"x-ratelimit-reset": text, "date": date}, own=True).limits
        assert (row.reset_s, row.said) == (None, f"reset: {text}")


NAMES = [
    "ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-limit",
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens-minute",
    "x-ratelimit-reset", "x-tokenlimit-limit", "x-ratelimit-api_key-limit-tokens",
    "llm_provider-x-ratelimit-reset-requests",
    "anthropic-ratelimit-requests-reset", "anthropic-ratelimit-unified-5h-reset", "x-litellm-key-max-budget",
    "x-litellm-key-spend", "x-litellm-key-rpm-limit", "x-ratelimit-tokens-query-cost", "x-inference-provider", "date",
]  # fmt: skip
PIECES = st.sampled_from([
    '"', "\\", ";", ",", "=", "q", "w", "r", "t", "limit", "remaining", "reset", "window", "-1", "NaN", "inf", "1e9",
    "9" * 30, "٦", "²", "\r\n", "\x00", "\ud800", "ms", "h", "m", "s", "2026-02-07T14:39:09Z",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    "1770475200", "9999999999999", "Sat, 07 Feb 2026 14:40:00 GMT", "0", "1", " ", ".",
])  # fmt: skip
WORDS = st.text(max_size=80) | st.lists(PIECES, max_size=12).map("".join)
HEADER_NAMES = st.sampled_from(NAMES) | st.lists(
    st.sampled_from(["x-ratelimit", "limit", "reset", "remaining", "-", "req", "9" * 9, "second", "month", "per", "²"]),
    max_size=8,
).map("".join)


@given(headers=st.dictionaries(HEADER_NAMES, WORDS, max_size=12), own=st.booleans())
@example(headers={"x-ratelimit-limit-req-999999999-second": "1"}, own=True)
@example(headers={"x-ratelimit-reset": "1", "date": "Mon, 01 Jan 0000 00:00:00 GMT"}, own=True)
@example(headers={"ratelimit-limit": ";" * 1001}, own=False)
@example(headers={"ratelimit-limit": ";"}, own=False)
def test_no_header_makes_the_reader_raise_or_invent(headers: dict[str, str], own: bool) -> None:  # noqa: FBT001 - drawn
    found = parsed(headers, own=own)
    for row in found.limits:
        for value in (row.quota, row.remaining, row.window_s, row.reset_s):
            assert value is None or 0 <= value < math.inf
            assert type(value) in {float, type(None)}
        for text, most in ((row.limit, 60), (row.said, 200), (row.scope, 60), (row.service, 80), (row.source, 120)):
            assert len(text) <= most
            assert text.isprintable()
    for metric in found.metrics:
        assert isinstance(metric.value, int | float)


@given(WORDS)
def test_a_text_is_a_number_or_a_time_or_neither(text: str) -> None:
    for found in (number(text), seconds(text, DATE), seconds(text, None)):
        assert found is None or (math.isfinite(found) and found >= 0)
    when = point_in_time(text)
    assert when is None or when.tzinfo is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"ratelimit-policy": '"a";q=1,' * 4000, "ratelimit": '"a";r=1;t' * 4000},
        {"ratelimit-policy": ",".join(f'"{name}";q={name}' for name in range(9000))},
        {"ratelimit-policy": ",".join(f"{name};w={name}" for name in range(9000)), "ratelimit-limit": "1;" * 9000},
        {"ratelimit-policy": '"' * 9001, "ratelimit": '\\"' * 9000},
        {"x-ratelimit-limit": "1, " * 9000, "x-ratelimit-reset": "1h" * 9000, "date": "Mon, " * 9000},
        {f"x-ratelimit-limit-{name}": "*" * 2000 for name in range(500)},
        {"x-ratelimit-limit-" + "-60-second" * 9000: "1", "anthropic-ratelimit-" + "-limit" * 9000: "1"},
    ],
)
def test_a_hostile_header_is_read_in_no_time(headers: dict[str, str]) -> None:
    start = time.perf_counter()
    found = parsed(headers, own=True)
    assert time.perf_counter() - start < 0.5
    assert len(found.limits) <= 64
