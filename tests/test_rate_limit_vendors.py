"""Header sets of many vendors, gateways and proxies as they were recorded or documented, each with its source."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_bodies import reply

from testkey_nb.providers import PROVIDERS
from testkey_nb.providers.rate_limit_headers import latest, limits_told
from testkey_nb.rows import LimitRow
from testkey_nb.spec import LimitRules

HOST = "api.example.com"
NONE = LimitRules()
DATE = {"date": "Thu, 04 Jun 2026 13:35:00 GMT"}  # 1780580100 seconds since 1970
Cells = tuple[str, float | None, float | None, float | None, float | None, str, str]


def told(headers: dict[str, str], rules: LimitRules = NONE, *, own: bool = True) -> tuple[LimitRow, ...]:
    return limits_told(reply(429, {}, headers, host=HOST), rules, own=own)


def cells(row: LimitRow) -> Cells:
    return (row.limit, row.quota, row.remaining, row.window_s, row.reset_s, row.scope, row.said)


VENDORS: dict[str, tuple[dict[str, str], list[Cells]]] = {
    "Azure AI as GitHub Models, recorded 2026: the window is told": (
        {
            "x-ratelimit-limit-requests": "20000",
            "x-ratelimit-remaining-requests": "19999",
            "x-ratelimit-limit-tokens": "2000000",
            "x-ratelimit-remaining-tokens": "1999962",
            "x-ratelimit-renewalperiod-requests": "60",
            "x-ratelimit-renewalperiod-tokens": "60",
            "x-ratelimit-reset-requests": "3",
            "x-ratelimit-reset-tokens": "1",
            "x-ratelimit-abusepenalty-active": "False",
            "x-ratelimit-key": "gpt-4.1-mini",
        },
        [
            ("requests", 20000, 19999, 60, 3, "requests", ""),
            ("tokens", 2000000, 1999962, 60, 1, "tokens", ""),
        ],
    ),
    "https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling": (
        {
            "x-ms-ratelimit-remaining-subscription-reads": "11999",
            "x-ms-ratelimit-remaining-resource": "Microsoft.Compute/DeleteVMScaleSet3Min;107",
        },
        [
            ("ms-subscription-reads", None, 11999, None, None, "subscription reads", ""),
            (
                "ms-resource",
                None,
                None,
                None,
                None,
                "resource",
                "remaining: Microsoft.Compute/DeleteVMScaleSet3Min;107",
            ),
        ],
    ),
    "Cohere, a trial key, 2026-06-05": (
        {
            "x-endpoint-monthly-call-limit": "1000",
            "x-trial-endpoint-call-limit": "20",
            "x-trial-endpoint-call-remaining": "19",
        },
        [
            ("endpoint-call-month", 1000, None, None, None, "requests", ""),
            ("trial-endpoint-call", 20, 19, None, None, "requests", ""),
        ],
    ),
    "https://docs.fireworks.ai/serverless/rate-limits, recorded 2026": (
        {
            "x-ratelimit-limit-tokens-prompt": "11250000",
            "x-ratelimit-remaining-tokens-prompt": "11249000",
            "x-ratelimit-limit-tokens-cache-adjusted-prompt": "5400000",
            "x-ratelimit-limit-tokens-generated": "216000",
            "x-ratelimit-over-limit": "no",
        },
        [
            ("tokens-prompt", 11250000, 11249000, None, None, "input tokens", ""),
            ("tokens-cache-adjusted-prompt", 5400000, None, None, None, "input tokens", ""),
            ("tokens-generated", 216000, None, None, None, "output tokens", ""),
        ],
    ),
    "Baidu Qianfan, documentation of its chat API: input and output apart": (
        {
            "X-Ratelimit-Limit-Requests": "60",
            "X-Ratelimit-Limit-Input-Tokens": "150000",
            "X-Ratelimit-Limit-Output-Tokens": "30000",
            "X-Ratelimit-Remaining-Requests": "59",
            "X-Ratelimit-Remaining-Input-Tokens": "149000",
        },
        [
            ("requests", 60, 59, None, None, "requests", ""),
            ("input-tokens", 150000, 149000, None, None, "input tokens", ""),
            ("output-tokens", 30000, None, None, None, "output tokens", ""),
        ],
    ),
    "https://console.groq.com/docs/rate-limits": (
        {
            "retry-after": "2",
            "x-ratelimit-limit-requests": "14400",
            "x-ratelimit-limit-tokens": "18000",
            "x-ratelimit-remaining-requests": "14370",
            "x-ratelimit-remaining-tokens": "17997",
            "x-ratelimit-reset-requests": "2m59.56s",
            "x-ratelimit-reset-tokens": "7.66s",
        },
        [
            ("requests", 14400, 14370, None, 179.56, "requests", ""),
            ("tokens", 18000, 17997, None, 7.66, "tokens", ""),
        ],
    ),
    "Venice, recorded 2026-06-04: milliseconds since 1970": (
        {
            **DATE,
            "x-ratelimit-limit-requests": "100",
            "x-ratelimit-remaining-requests": "50",
            "x-ratelimit-reset-requests": "1780580108941",
            "x-ratelimit-reset-tokens": "1780580108942",
        },
        [
            ("requests", 100, 50, None, 8.941, "requests", ""),
            ("tokens", None, None, None, 8.942, "tokens", ""),
        ],
    ),
    "https://docs.sambanova.ai: RPM by default, RPD by name": (
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-limit-requests-day": "12000",
            "x-ratelimit-remaining-requests-day": "11999",
        },
        [
            ("requests", 60, 59, None, None, "requests", ""),
            ("requests-day", 12000, 11999, 86400, None, "requests", ""),
        ],
    ),
    "https://developer.konghq.com/plugins/rate-limiting: windows in the names": (
        {
            **DATE,
            "ratelimit-limit": "6",
            "ratelimit-remaining": "4",
            "ratelimit-reset": "47",
            "x-ratelimit-limit-minute": "10",
            "x-ratelimit-remaining-minute": "9",
            "x-ratelimit-limit-hour": "100",
        },
        [
            ("default", 6, 4, None, 47, "", ""),
            ("minute", 10, 9, 60, None, "", ""),
            ("hour", 100, None, 3600, None, "", ""),
        ],
    ),
    "https://apisix.apache.org/docs/apisix/plugins/ai-rate-limiting: by instance": (
        {
            "X-AI-RateLimit-Limit-openai": "300",
            "X-AI-RateLimit-Remaining-openai": "299",
            "X-AI-RateLimit-Reset-openai": "30",
        },
        [("ai-openai", 300, 299, None, 30, "openai", "")],
    ),
    "https://docs.helicone.ai/features/advanced-usage/custom-rate-limits: cents": (
        {
            "Helicone-RateLimit-Limit": "10000",
            "Helicone-RateLimit-Remaining": "9999",
            "Helicone-RateLimit-Policy": "10000;w=3600;u=cents;s=user",
        },
        [("helicone", 10000, 9999, 3600, None, "US cents", "")],
    ),
    "https://docs.rapidapi.com/docs/response-headers: the part last": (
        {
            "x-ratelimit-requests-limit": "500",
            "x-ratelimit-requests-remaining": "499",
            "x-ratelimit-limit": "10",
            "x-ratelimit-remaining": "9",
        },
        [("default", 10, 9, None, None, "", ""), ("requests", 500, 499, None, None, "requests", "")],
    ),
    "https://developer.connecteam.com/docs/rate-limiting-1": (
        {
            **DATE,
            "x-ratelimit-minute-limit": "5",
            "x-ratelimit-minute-remaining": "4",
            "x-ratelimit-minute-reset": "1780580130",
            "x-ratelimit-day-limit": "100",
        },
        [("minute", 5, 4, 60, 30, "", ""), ("day", 100, None, 86400, None, "", "")],
    ),
    "https://docs.x.com/fundamentals/rate-limits: seconds since 1970": (
        {**DATE, "x-rate-limit-limit": "900", "x-rate-limit-remaining": "847", "x-rate-limit-reset": "1780580700"},
        [("default", 900, 847, None, 600, "", "")],
    ),
    "https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits: the IETF's name, since 1970": (
        {
            **DATE,
            "ratelimit-limit": "60",
            "ratelimit-name": "throttle_authenticated_web",
            "ratelimit-observed": "67",
            "ratelimit-remaining": "0",
            "ratelimit-reset": "1780580130",
            "ratelimit-resettime": "Thu, 04 Jun 2026 13:35:30 GMT",
        },
        [("default", 60, 0, None, 30, "", "")],
    ),
    "https://developer.prisjakt.nu/docs/sections/rate-limit: milliseconds, which the header does not tell": (
        {**DATE, "x-rate-limit-limit": "10000", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "600000"},
        [("default", 10000, 0, None, None, "", "reset: 600000")],
    ),
    "https://docs.agent.ai/ratelimits: the same moment twice": (
        {
            **DATE,
            "ratelimit-limit": "1000",
            "ratelimit-remaining": "999",
            "ratelimit-reset": "1780616100",
            "ratelimit-reset-date": "2026-06-04T23:35:00Z",
        },
        [("default", 1000, 999, None, 36000, "", "")],
    ),
    "https://discord.com/developers/docs/topics/rate-limits": (
        {
            **DATE,
            "x-ratelimit-limit": "5",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1780580101.25",
            "x-ratelimit-reset-after": "1.25",
            "x-ratelimit-bucket": "abcd1234",
        },
        [("default", 5, 0, None, 1.25, "", "")],
    ),
    "Mistral, recorded 2026-02 through Kong: a key without any allowance": (
        {
            "x-kong-request-id": "019c6f45",
            "x-ratelimit-limit-req-minute": "0",
            "x-ratelimit-remaining-req-minute": "0",
            "x-ratelimit-limit-tokens-month": "4000000",
            "x-ratelimit-remaining-tokens-month": "3950246",
        },
        [
            ("req-minute", 0, 0, 60, None, "requests", ""),
            ("tokens-month", 4000000, 3950246, None, None, "tokens", ""),
        ],
    ),
    "ModelScope, recorded 2026-03-14: of the account and of the model": (
        {
            "modelscope-ratelimit-model-requests-limit": "500",
            "modelscope-ratelimit-model-requests-remaining": "477",
            "modelscope-ratelimit-requests-limit": "2000",
            "modelscope-ratelimit-requests-remaining": "1895",
        },
        [
            ("modelscope-model-requests", 500, 477, None, None, "requests", ""),
            ("modelscope-requests", 2000, 1895, None, None, "requests", ""),
        ],
    ),
    "https://developer.konghq.com/plugins/ai-rate-limiting-advanced, recorded: the window before the provider": (
        {
            "x-ai-ratelimit-limit-minute-openai": "500",
            "x-ai-ratelimit-remaining-minute-openai": "499",
            "x-ratelimit-limit-daily-tokens": "9000",
            "x-ratelimit-limit-minute-30": "7",
        },
        [
            ("ai-minute-openai", 500, 499, 60, None, "openai", ""),
            ("daily-tokens", 9000, None, 86400, None, "tokens", ""),
            ("minute-30", 7, None, None, None, "minute 30", ""),
        ],
    ),
    "Higress, alibaba/higress plugins/wasm-go/extensions/ai-token-ratelimit": (
        {"X-TokenRateLimit-Limit": "200", "X-TokenRateLimit-Remaining": "0", "X-TokenRateLimit-Reset": "45"},
        [("tokens", 200, 0, None, 45, "tokens", "")],
    ),
    "gateways that write what is counted and the window in three letters": (
        {
            **DATE,
            "X-RateLimit-Limit-RPM": "60",
            "X-RateLimit-Remaining-RPM": "59",
            "X-RateLimit-Reset-RPM": "1780580130",
            "X-RateLimit-Limit-TPD": "unlimited",
        },
        [("rpm", 60, 59, 60, 30, "requests", ""), ("tpd", None, None, 86400, None, "tokens", "limit: unlimited")],
    ),
    "a limit of nothing that is known by name": (
        {"x-ratelimit-limit-images": "5", "x-ratelimit-remaining-audio-seconds-hour": "7200"},
        [
            ("images", 5, None, None, None, "images", ""),
            ("audio-seconds-hour", None, 7200, 3600, None, "audio seconds", ""),
        ],
    ),
    "names that are no limits": (
        {
            "x-ratelimit-limit-type": "user",
            "x-ratelimit-remaining-percent": "40",
            "x-ratelimit-resource": "core",
            "x-ratelimit-used": "4",
            "x-ratelimit-dynamic-period-remaining": "900s",
            "x-ratelimit-": "1",
            "ratelimit-limit-": "",
            "retry-after": "5",
            "x-rate": "1",
        },
        [],
    ),
}


@pytest.mark.parametrize("source", VENDORS)
def test_a_vendors_headers_are_limits_of_the_vendor(source: str) -> None:
    headers, expected = VENDORS[source]
    found = told(headers)
    assert [cells(row) for row in found] == [
        (*row[:4], row[4] if row[4] is None else pytest.approx(row[4]), *row[5:]) for row in expected
    ]
    assert {row.service for row in found} <= {HOST}


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("x-ratelimit-limit-requests", "x-ratelimit-*-requests"),
        ("x-ratelimit-requests-limit", "x-ratelimit-requests-*"),
        ("x-ratelimit-api_key-limit-tokens", "x-ratelimit-api_key-*-tokens"),
        ("x-ratelimit-limit", "x-ratelimit-*"),
        ("x-tokenlimit-remaining", "x-tokenlimit-*"),
        ("llm_provider-x-ratelimit-renewalperiod-tokens", "llm_provider-x-ratelimit-*-tokens"),
    ],
)
def test_a_source_names_the_header_with_a_star_in_place_of_the_part(header: str, source: str) -> None:
    assert [row.source for row in told({header: "1"})] == [source]


@pytest.mark.parametrize("source", VENDORS)
def test_names_are_read_in_any_case(source: str) -> None:
    headers, _ = VENDORS[source]
    for change in (str.upper, str.title, str.lower):
        assert told({change(name): text for name, text in headers.items()}) == told(headers)


LEAKS: dict[str, tuple[dict[str, str], set[tuple[str, str, float | None, float | None]]]] = {
    "LiteLLM before Azure (llm_provider-, recorded with gpt-5.4-nano)": (
        {
            "x-litellm-model-api-base": "https://example.openai.azure.com/openai",
            "x-litellm-key-rpm-limit": "100",
            "x-ratelimit-limit-requests": "112500",
            "llm_provider-x-ratelimit-limit-requests": "112500",
            "llm_provider-x-ratelimit-renewalperiod-requests": "60",
            "llm_provider-x-ratelimit-key": "gpt-5.4-nano",
        },
        {
            ("upstream:example.openai.azure.com", "requests", 112500, None),
            ("upstream:example.openai.azure.com", "requests", 112500, 60),
            (HOST, "key-requests", 100, 60),
        },
    ),
    "LiteLLM's own teams and keys (proxy/hooks/parallel_request_limiter_v3.py)": (
        {
            "x-ratelimit-api_key-limit-requests": "20",
            "x-ratelimit-team-remaining-tokens": "500",
            "x-ratelimit-model_per_key-limit-tokens": "9000",
        },
        {
            (HOST, "api_key-requests", 20, None),
            (HOST, "team-tokens", None, None),
            (HOST, "model_per_key-tokens", 9000, None),
        },
    ),
    "a proxy that names the upstream's headers so": (
        {"X-Upstream-RateLimit-Limit": "60", "X-Upstream-RateLimit-Remaining": "59"},
        {("upstream:unknown", "default", 60, None)},
    ),
    "a gateway's own prefix before them (shiftedx)": (
        {"x-shiftedx-upstream-Ratelimit-Remaining-Requests": "4", "x-inference-provider": "nebius"},
        {("upstream:nebius", "requests", None, None)},
    ),
    "the IETF's, passed on": (
        {"x-upstream-ratelimit": '"api";r=9;t=5', "ratelimit": '"api";r=1;t=5'},
        {("upstream:unknown", "api", None, None), (HOST, "api", None, None)},
    ),
    "Anthropic's, passed on": (
        {"llm_provider-anthropic-ratelimit-output-tokens-limit": "8000"},
        {("upstream:unknown", "output-tokens", 8000, None)},
    ),
}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("source", LEAKS)
def test_what_was_passed_on_is_the_upstreams(source: str, own: bool) -> None:  # noqa: FBT001 - drawn
    headers, expected = LEAKS[source]
    found = told(headers, own=own)
    services = {row.service for row in found}
    if not own:
        assert {(row.service, row.limit, row.quota, row.window_s) for row in found} == expected
    assert {service for service, *_ in expected if service.startswith("upstream:")} <= services
    assert not [row for row in found if row.service == HOST and row.source.startswith(("llm_provider-", "x-upstream-"))]


DOCUMENTED = {
    "groq": ({"x-ratelimit-limit-requests": "14400", "x-ratelimit-limit-tokens": "6000"}, [86400, 60]),
    "anthropic": (
        {"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-input-tokens-limit": "40000"},
        [60, 60],
    ),
    "cohere": ({"x-trial-endpoint-call-limit": "20", "x-endpoint-monthly-call-limit": "1000"}, [60, None]),
    "together": ({"x-ratelimit-limit": "10", "x-tokenlimit-limit": "2000"}, [1, 1]),
    "fireworks": ({"x-ratelimit-limit-tokens-generated": "36000", "x-ratelimit-limit-requests": "600"}, [60, None]),
    "sambanova": ({"x-ratelimit-limit-requests": "60", "x-ratelimit-limit-requests-day": "12000"}, [60, 86400]),
    "xai": ({"x-ratelimit-limit-tokens": "100", "x-ratelimit-limit-requests": "60"}, [60, None]),
    "openai": ({"x-ratelimit-limit-requests": "500", "x-ratelimit-limit-tokens": "200000"}, [None, None]),
}


@pytest.mark.parametrize("provider", DOCUMENTED)
def test_a_window_is_the_one_that_the_vendor_documents_or_missing(provider: str) -> None:
    headers, windows = DOCUMENTED[provider]
    rules = PROVIDERS[provider].limit_rules
    assert [row.window_s for row in told(headers, rules)] == windows
    assert {row.window_s for row in told({"x-ratelimit-limit-requests": "1"}, rules, own=False)} == {None}


def test_every_rule_has_its_source_and_the_day_it_was_read() -> None:
    for provider in PROVIDERS.values():
        if provider.limit_rules != LimitRules():
            assert len(provider.limit_rules.source) > 20
            assert provider.limit_rules.checked >= "2026-11-23"


def test_a_gateway_or_relay_passes_on_and_a_provider_counts_itself_unless_it_is_said() -> None:
    counts = {name for name, provider in PROVIDERS.items() if provider.counts_itself}
    assert {"openai", "groq", "openrouter"} <= counts
    assert not {"huggingface", "litellm", "one_api", "portkey", "vercel"} & counts


@pytest.mark.parametrize(
    ("reset", "expected"), [("1780580160000", 60), ("60", None), ("1780580160", None), ("1m0s", 60)]
)
def test_where_milliseconds_since_1970_are_documented_nothing_else_is_read(reset: str, expected: float | None) -> None:
    headers = {**DATE, "x-ratelimit-limit": "50", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    (row,) = told(headers, PROVIDERS["openrouter"].limit_rules)
    assert (row.reset_s, row.scope, row.said) == (expected, "requests", "" if expected else f"reset: {reset}")


@pytest.mark.parametrize(
    ("headers", "quota", "said"),
    [
        ({"x-ratelimit-limit": "60, 60", "X-RateLimit-Limit": "60"}, 60, ""),
        ({"x-ratelimit-limit": "60", "X-RateLimit-Limit": "61"}, None, "limit: 60, 61"),
        ({"X-Rate-Limit-Limit": "7"}, 7, ""),
    ],
)
def test_a_header_that_came_twice_is_read_where_both_agree(
    headers: dict[str, str], quota: float | None, said: str
) -> None:
    (row,) = told(headers)
    assert (row.quota, row.said) == (quota, said)


ROW = LimitRow("requests", HOST, 60.0, 59.0, 60.0, 1.0, "x-ratelimit-*-requests", "requests")


def test_of_each_question_the_last_answer_counts() -> None:
    later = replace(ROW, remaining=3.0, reset_s=50.0)
    assert latest([("/models", (ROW,)), ("/models", (later,)), ("/models", ())]) == (later,)
    other = replace(ROW, quota=10.0)
    assert latest([("/models", (ROW,)), ("/key", (other,))]) == (ROW, other), "another limit of the same name"
    assert latest([("/models", (ROW,)), ("/key", (later,))]) == (later,), "the same limit, told twice"
    assert latest([]) == ()


def test_what_the_key_is_told_of_a_limit_stands_before_what_anybody_is_told() -> None:
    anybody, limit = replace(ROW, quota=5.0, keyed=False), replace(ROW, limit="tokens", keyed=False)
    assert latest([("/public", (anybody, limit)), ("/models", (ROW,))]) == (limit, ROW)
    assert latest([("/public", (anybody,))]) == (anybody,)


NAMES = st.lists(
    st.sampled_from([
        "x", "ratelimit", "rate-limit", "tokenlimit", "limit", "remaining", "reset", "renewalperiod", "requests",
        "tokens", "input", "day", "minute", "60", "per", "policy", "anthropic", "unified", "5h", "priority", "upstream",
        "llm_provider", "api_key", "team", "helicone", "ms", "trial", "endpoint", "call", "", "²", "x-",
    ]),
    min_size=1,
    max_size=9,
).map("-".join)  # fmt: skip


@given(
    st.dictionaries(
        NAMES, st.text(max_size=30) | st.sampled_from(["1", "60", "1m", "1780580130", '"a";q=1']), max_size=8
    )
)
def test_whatever_a_header_is_called_a_limit_is_named_bounded_and_of_a_service(headers: dict[str, str]) -> None:
    for rules in (NONE, PROVIDERS["together"].limit_rules, PROVIDERS["openrouter"].limit_rules):
        for row in told(headers | DATE, rules):
            assert row.limit
            assert row.service in {HOST, "upstream:unknown"}
            assert max(len(row.limit), len(row.scope)) <= 60
            assert len(row.source) <= 200
            assert all(value is None or value >= 0 for value in (row.quota, row.remaining, row.window_s, row.reset_s))
            told_something = (row.quota, row.remaining, row.window_s, row.reset_s, row.said or None)
            assert any(value is not None for value in told_something)
