"""Rate limits stand in headers and hold for the service that sent them."""

import time

import pytest
import real_bodies as real
from hypothesis import given
from hypothesis import strategies as st
from real_bodies import reply

from testkey_nb.providers.rate_limit_headers import parse_limits
from testkey_nb.rows import LimitRow
from testkey_nb.spec import Metric, Rows

HUB = "huggingface.co"
IETF = "RateLimit, RateLimit-Policy"


def parsed(headers: dict[str, str]) -> Rows:
    return parse_limits(HUB)(reply(200, {}, headers))


def test_the_hubs_headers_are_a_limit_of_the_hub() -> None:
    found = parsed(real.RATE_LIMIT)
    assert found.limits == (LimitRow("api", HUB, 1000.0, 999.0, 300.0, 286.0, IETF),)
    assert found.metrics == (
        Metric("rate_limit_quota", 1000, "requests"),
        Metric("rate_limit_remaining", 999, "requests"),
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, ()),
        ({"ratelimit": '"api";r=0;t=120'}, (("api", None, 0.0, None, 120.0),)),
        ({"ratelimit-policy": '"fixed window";"api";q=1000;w=300'}, (("api", 1000.0, None, 300.0, None),)),
        ({"ratelimit-policy": '"api";q=50'}, (("api", 50.0, None, None, None),)),
        ({"ratelimit": '"api" ; r = 7 ; t = 1', "ratelimit-policy": '"api" ; q = 9 ; w = 2'},
         (("api", 9.0, 7.0, 2.0, 1.0),)),
        ({"ratelimit": '"api";r=5;t=3, "pages";r=6;t=4',
          "ratelimit-policy": '"fixed window";"api";q=1000;w=300, "fixed window";"pages";q=200;w=300'},
         (("api", 1000.0, 5.0, 300.0, 3.0), ("pages", 200.0, 6.0, 300.0, 4.0))),
        ({"ratelimit-policy": '"api";q=1000, "pages";q=200;w=300'},
         (("api", 1000.0, None, None, None), ("pages", 200.0, None, 300.0, None))),
        ({"ratelimit": "999", "ratelimit-policy": "1000;w=300"}, ()),
        ({"ratelimit": '"api";r=-1;t=x', "ratelimit-policy": '"api";q=many;w=300'},
         (("api", None, None, 300.0, None),)),
    ],
)  # fmt: skip
def test_what_a_header_lacks_is_missing_and_never_zero(
    headers: dict[str, str], expected: tuple[tuple[object, ...], ...]
) -> None:
    rows = [(row.limit, row.quota, row.remaining, row.window_s, row.reset_s) for row in parsed(headers).limits]
    assert rows == list(expected)


def test_upstream_headers_are_a_limit_of_the_route_and_say_nothing_of_the_service() -> None:
    # The names nebius lets through the router: maruel/genai providers/huggingface/testdata.
    found = parsed(
        {
            "x-inference-provider": "nebius",
            "x-ratelimit-limit-requests": "600",
            "x-ratelimit-remaining-requests": "599",
            "x-ratelimit-limit-tokens": "400000",
            "x-ratelimit-reset-tokens": "1s",
            "x-ratelimit-over-limit": "no",
            "retry-after": "0",
        }
    )
    assert found.limits == (
        LimitRow("requests", "upstream:nebius", 600.0, 599.0, None, None, "x-ratelimit-*"),
        LimitRow("tokens", "upstream:nebius", 400000.0, None, None, None, "x-ratelimit-*"),
    )
    assert not found.metrics


def test_upstream_headers_without_a_route_are_somebodys_and_not_the_services() -> None:
    found = parsed({"x-ratelimit-limit-requests": "60"})
    assert [row.service for row in found.limits] == ["upstream:unknown"]


HEADERS = (
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-tokens",
    "x-inference-provider",
)
WORDS = st.text(max_size=80) | st.from_regex(r'("[a-z]*";?)*[qrtw]?=?[0-9²]{0,30}', fullmatch=True)


@given(st.dictionaries(st.sampled_from(HEADERS), WORDS))
def test_no_header_makes_the_reader_raise_or_invent(headers: dict[str, str]) -> None:
    found = parsed(headers)
    for row in found.limits:
        for value in (row.quota, row.remaining, row.window_s, row.reset_s):
            assert value is None or 0 <= value < 1e31


def test_a_hostile_header_is_read_in_no_time() -> None:
    start = time.perf_counter()
    parsed({"ratelimit-policy": '"a";q=1,' * 4000, "ratelimit": '"a";r=1;t' * 4000})
    assert time.perf_counter() - start < 0.3
