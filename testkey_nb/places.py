"""Where an answer came through, as its headers name it: the edge near the caller, and the region of a server.

An edge is near the caller, not the model.  Google's front end and Akamai name no place in what they answer unasked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .redaction import redact

_CHECKED = "2026-11-24"
_CODE_CHARS, _REGION_CHARS = 12, 40
_CODE = re.compile(r"([A-Za-z]{3})(?:[0-9]{1,3}(?:-[A-Za-z][0-9]{1,2})?)?")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,39}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the airport is that an edge is named after."""

    code: str  # IATA's, of an airport or of a metropolitan area
    city: str  # of the airport: a suburb at times, empty where the list has none
    country: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class EdgeHeader:
    """A header in which a CDN names the edge that answered; the first group of `shape` is its code."""

    name: str
    shape: re.Pattern[str]
    source: str
    checked: str = _CHECKED


@dataclass(frozen=True, slots=True)
class RegionHeader:
    """A header in which a provider names the region of the server that answered."""

    name: str
    source: str
    checked: str = _CHECKED


EDGE_HEADERS = (
    EdgeHeader(
        "x-amz-cf-pop",
        re.compile(r"\A([A-Z]{3}[0-9]{1,3}(?:-[A-Z][0-9]{1,2})?)\Z"),
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html"
        " (x-edge-location)",
    ),
    EdgeHeader(
        "cf-ray",
        re.compile(r"\A[0-9a-f]{8,32}-([A-Z]{3})\Z"),
        "https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-ray",
    ),
    EdgeHeader(
        "x-vercel-id",  # the regions a request went through, the first of them near the caller
        re.compile(r"\A([a-z]{3}[0-9]):"),
        "https://vercel.com/docs/headers/request-headers",
    ),
    EdgeHeader(
        "x-served-by",  # a shield near the origin comes first, what delivers to the caller last
        re.compile(r"(?:\A|,) ?cache-[a-z0-9-]{3,40}-([A-Z]{3})\Z"),
        "https://docs.fastly.com/en/guides/understanding-cache-hit-and-miss-headers-with-shielded-services",
    ),
)
SERVER_REGION_HEADERS = (
    RegionHeader("x-groq-region", "maruel/genai@66b63e62 providers/groq/testdata/TestClient/Warmup.yaml"),
    RegionHeader("x-ms-region", "Azure-Samples/AI-Gateway@99b5b4b6 labs/backend-pool-load-balancing/*.ipynb"),
)


def edge_of(headers: Mapping[str, str]) -> str:
    """Return the code of the CDN edge that answered, empty where no header of a known shape names one.

    The edge is near the caller and says nothing of where the model runs.  Where several CDNs stand in a row nobody can
    tell which of them is nearer; the first of `EDGE_HEADERS` is returned.

    Parameters
    ----------
    headers
        Of the answer, with lower-case names; foreign text, of any length.

    """
    for header in EDGE_HEADERS:
        found = header.shape.search(headers.get(header.name, "").strip())
        if found:
            return redact(found[1], _CODE_CHARS)
    return ""


def server_region_of(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the header that names the server's region, and its words; two empty texts where none does.

    It is the region of the server that took the request, in the provider's own words: not an edge, and no airport's
    code even where it looks like one.  Whether the model runs there too is the provider's to say.
    """
    for header in SERVER_REGION_HEADERS:
        said = headers.get(header.name, "").strip()
        if _REGION.fullmatch(said):
            return header.name, redact(said, _REGION_CHARS)
    return "", ""


def place_of(edge: str) -> Place | None:
    """Return where the edge of a code is: near the caller, not the model.

    `edge` is what `edge_of` returns: ``SIN``, ``SIN2-P1``, ``sin1``.  CDNs name an edge after an airport nearby, or
    after the metropolitan area (``YTO50-P1``); None where the code is of no known airport.
    """
    found = _CODE.fullmatch(edge)
    if not found:
        return None
    code = found[1].upper()
    return _airports().get(code) or _metropolitan_areas().get(code)


# Read when they are first asked for: it takes a tenth of a second each, and importing the package must not.
@cache
def _airports() -> Mapping[str, Place]:
    import airportsdata  # noqa: PLC0415 - see above

    return {code: Place(code, one["city"], one["country"]) for code, one in airportsdata.load("IATA").items()}


@cache
def _metropolitan_areas() -> Mapping[str, Place]:
    import airportsdata  # noqa: PLC0415 - see above

    return {code: Place(code, one["name"], one["country"]) for code, one in airportsdata.load_iata_macs().items()}
