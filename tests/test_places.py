"""Which edge answered and where it is: real header values, and foreign text that names no place."""

import dataclasses
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.judge.places import places
from testkey_nb.places import EDGE_HEADERS, SERVER_REGION_HEADERS, Place, edge_of, place_of, server_region_of
from testkey_nb.rows import AnswerRow, Why

EDGES = {
    # developers.cloudflare.com/fundamentals/reference/http-headers
    "Cloudflare": ({"cf-ray": "230b030023ae2822-SJC"}, "SJC", "US"),
    "Cloudflare in Singapore": ({"cf-ray": "8f1e2d3c4b5a6978-SIN"}, "SIN", "SG"),
    # dev.classmethod.jp/articles/tsnote-how-can-i-check-the-edge-location-where-a-specific-request-was-processed-...
    "CloudFront": ({"x-amz-cf-pop": "NRT51-C2"}, "NRT51-C2", "JP"),
    # http.dev/x-amz-cf-pop
    "CloudFront in New York": ({"x-amz-cf-pop": "JFK52-P2"}, "JFK52-P2", "US"),
    # www.adyrcz.com/blog/cloudfront-edge-location-names
    "CloudFront in Dallas": ({"x-amz-cf-pop": "DFW55-C1"}, "DFW55-C1", "US"),
    # docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
    "CloudFront's older form": ({"x-amz-cf-pop": "DFW3"}, "DFW3", "US"),
    # seen at huggingface.co: a metropolitan area, not an airport
    "CloudFront in Toronto": ({"x-amz-cf-pop": "YTO50-P1"}, "YTO50-P1", "CA"),
    # http.dev/x-served-by
    "Fastly": ({"x-served-by": "cache-sjc1000133-SJC"}, "SJC", "US"),
    # docs.fastly.com/en/guides/understanding-cache-hit-and-miss-headers-with-shielded-services: IAD is the shield
    "Fastly with a shield": ({"x-served-by": "cache-iad2120-IAD, cache-sjc3120-SJC"}, "SJC", "US"),
    # github.com/vercel/community/discussions/4285: asked from San Francisco, executed in Frankfurt; a made-up number
    "Vercel": ({"x-vercel-id": "sfo1::fra1::t7q4c-1690000000000-0123456789ab"}, "sfo1", "US"),
    "Vercel, answered at the edge": ({"x-vercel-id": "sin1::t7q4c-1690000000000-0123456789ab"}, "sin1", "SG"),
}
NO_EDGES = {
    "nothing": {},
    "Google's front end": {"via": "1.1 google", "server": "Google Frontend"},
    "Groq's server": {"x-groq-region": "dls", "via": "1.1 google"},
    "Akamai's request number": {"akamai-grn": "0.8f5c1602.1690000000.1a2b3c4d"},
    "a ray without a place": {"cf-ray": "230b030023ae2822"},
    "a ray with more behind it": {"cf-ray": "230b030023ae2822-SJC-extra"},
    "an address": {"x-amz-cf-pop": "203.0.113.7"},
    "a name of someone else's cache": {"x-served-by": "web-07.internal.example"},
    "a local Vercel": {"x-vercel-id": "::1"},
    "nothing in it": {"x-amz-cf-pop": "", "cf-ray": " "},
}


@pytest.mark.parametrize("name", EDGES)
def test_an_edge_is_read_and_placed(name: str) -> None:
    headers, code, country = EDGES[name]
    assert edge_of(headers) == code
    found = place_of(code)
    assert found
    assert (found.code, found.country) == (code[:3].upper(), country)


@pytest.mark.parametrize("name", NO_EDGES)
def test_what_names_no_edge_is_none(name: str) -> None:
    assert edge_of(NO_EDGES[name]) == ""


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("SIN2-P1", Place("SIN", "Singapore", "SG")),
        ("FRA56-C2", Place("FRA", "Frankfurt am Main", "DE")),
        ("sin1", Place("SIN", "Singapore", "SG")),
        ("iad1", Place("IAD", "Washington", "US")),
        ("YTO50-P1", Place("YTO", "Toronto", "CA")),
        ("LON", Place("LON", "London", "GB")),
        ("CGK", Place("CGK", "Jakarta", "ID")),
    ],
)
def test_a_place_is_that_of_the_airport_or_the_metropolitan_area(code: str, place: Place) -> None:
    assert place_of(code) == place


@pytest.mark.parametrize(
    "code", ["", "QQQ", "SI", "SING", "SIN-", "SIN2-", "SIN 2", "SIN\n", "\u0663IN", "us-west-1", "East US"]
)
def test_a_code_of_no_known_airport_has_no_place(code: str) -> None:
    assert place_of(code) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-groq-region": "dls"}, ("x-groq-region", "dls")),
        ({"x-groq-region": "us-west-1"}, ("x-groq-region", "us-west-1")),
        ({"x-ms-region": "East US 2"}, ("x-ms-region", "East US 2")),
        ({"x-ms-region": "Sweden Central", "cf-ray": "230b030023ae2822-SJC"}, ("x-ms-region", "Sweden Central")),
        ({}, ("", "")),
        ({"x-groq-region": ""}, ("", "")),
        ({"x-ms-region": "x" * 41}, ("", "")),
        ({"x-ms-region": "someone@example.com"}, ("", "")),
        ({"cf-ray": "230b030023ae2822-SJC", "x-vercel-id": "sin1::iad1::x"}, ("", "")),
    ],
)
def test_a_servers_region_is_in_the_providers_words_and_no_edge(
    headers: dict[str, str], expected: tuple[str, str]
) -> None:
    assert server_region_of(headers) == expected


def test_every_header_has_a_source_and_stands_once() -> None:
    names = [header.name for header in (*EDGE_HEADERS, *SERVER_REGION_HEADERS)]
    assert len(set(names)) == len(names)
    assert all(header.name == header.name.lower() for header in (*EDGE_HEADERS, *SERVER_REGION_HEADERS))
    assert all(header.source and header.checked for header in (*EDGE_HEADERS, *SERVER_REGION_HEADERS))


NAMES = [header.name for header in (*EDGE_HEADERS, *SERVER_REGION_HEADERS)]
NEARLY = st.from_regex(r"(cache-)?[A-Za-z0-9]{1,12}[-:,]{1,2}[A-Z]{1,4}[0-9-]{0,3}\n?", fullmatch=True)


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | NEARLY))
def test_foreign_text_is_bounded_and_never_raises(headers: dict[str, str]) -> None:
    edge = edge_of(headers)
    assert len(edge) <= 12
    assert not edge or (edge.isascii() and edge.replace("-", "").isalnum())
    name, region = server_region_of(headers)
    assert bool(name) == bool(region)
    assert len(region) <= 40
    assert region.isprintable()


@given(st.text(max_size=20) | NEARLY | st.from_regex(r"[A-Za-z]{3}[0-9]{0,3}", fullmatch=True))
def test_any_text_is_a_place_or_none(edge: str) -> None:
    found = place_of(edge)
    assert found is None or (found.code == edge[:3].upper() and len(found.country) == 2)


@pytest.mark.parametrize(
    "value", ["cache-" * 20_000, "cache-a," * 20_000, "a" * 100_000, ", " * 50_000, "-SIN" * 30_000]
)
def test_a_header_of_any_length_is_read_at_once(value: str) -> None:
    assert edge_of(dict.fromkeys(NAMES, value)) == ""
    assert server_region_of(dict.fromkeys(NAMES, value)) == ("", "")


def test_the_list_of_airports_is_loaded_when_a_place_is_asked_for() -> None:
    code = (
        "import sys; from testkey_nb.places import edge_of, place_of; edge_of({'cf-ray': '230b030023ae2822-SJC'});"
        "early = 'airportsdata' in sys.modules; place_of('SJC'); print(early, 'airportsdata' in sys.modules)"
    )
    out = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.split() == ["False", "True"]


# Where a run's answers came through.


def answered(number: int, host: str = "api.example.com", **differs: Any) -> AnswerRow:  # noqa: ANN401 - fields of the row
    usual = AnswerRow(
        ask="model_catalog", sample=0, request=number, method="GET", host=host, path="/v1/models", keyed=True,
        status=200, outcome="ok", why=Why(""), source="", said="", latency_s=0.1, total_s=0.1, size_bytes=2, edge="SIN",
        retry_after="", address_family="ipv4", server_region="dls", server_region_header="x-groq-region",
        tls_issuer="WE1",
    )  # fmt: skip
    return dataclasses.replace(usual, **differs)


def test_a_host_is_one_place_however_many_requests_and_asks_it_answered() -> None:
    [place] = places([answered(1), answered(1), answered(2)])
    assert (place.host, place.requests, place.city, place.country) == ("api.example.com", 2, "Singapore", "SG")
    assert (place.address_family, place.tls_issuer) == ("ipv4", "WE1")
    assert (place.server_region_header, place.server_region) == ("x-groq-region", "dls")
    assert "near the caller" in place.why


def test_what_came_another_way_is_another_row() -> None:
    ways = [answered(1), answered(2, edge="HKG"), answered(3, address_family="ipv6"), answered(4, host="b.example.com")]
    found = places(ways)
    assert [(row.host, row.edge, row.address_family, row.requests) for row in found] == [
        ("api.example.com", "SIN", "ipv4", 1),
        ("api.example.com", "HKG", "ipv4", 1),
        ("api.example.com", "SIN", "ipv6", 1),
        ("b.example.com", "SIN", "ipv4", 1),
    ]


def test_what_is_not_known_of_a_place_is_empty_or_missing_and_said_so() -> None:
    silent: dict[str, Any] = {
        "status": None,
        "edge": "",
        "address_family": None,
        "server_region": "",
        "why": Why("timeout"),
    }
    rows = places([answered(1, edge=""), answered(2, edge="QQQ"), answered(3, **silent), answered(0)])
    assert [(row.edge, row.city, row.country) for row in rows] == [("", "", ""), ("QQQ", "", ""), ("", "", "")]
    assert [row.why for row in rows] == [
        "no header names an edge",
        "no airport that is known here has the code of this edge",
        "nothing was answered: timeout",
    ]
    assert rows[-1].address_family is None
