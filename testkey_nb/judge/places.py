"""Where a run's answers came through, as the answers themselves say it; nobody else is asked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from testkey_nb.places import place_of
from testkey_nb.rows import AnswerRow, Why


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Run × host × way in which its answers came; a host that is met at two edges has two rows."""

    host: str
    requests: int  # that came this way
    address_family: Annotated[str | None, "Family"]  # of the address that answered; missing through a proxy
    edge: str  # code of the CDN edge as the headers name it: near the caller, not the model
    city: str  # of the edge, so near the caller and not the model; of its airport, a suburb at times
    country: str  # of the edge, ISO 3166-1 alpha-2: near the caller, not the model
    server_region: str  # of the server that took the request, in the provider's words; not where the model runs
    server_region_header: str  # that names it
    tls_issuer: str  # of the host's certificate; another than the host's usual one may be a proxy that looks in
    why: Why


# What the answers of one row have in common, beside whether anything was answered.
_WAY = attrgetter("host", "address_family", "edge", "server_region", "server_region_header", "tls_issuer")


def places(answers: Iterable[AnswerRow]) -> tuple[PlaceRow, ...]:
    """Return where the answers of a run came through, in the order in which it was met."""
    sent = {row.request: row for row in answers if row.request}  # several asks share a request
    ways: defaultdict[tuple[object, ...], list[AnswerRow]] = defaultdict(list)
    for row in sent.values():
        ways[row.status is not None, *_WAY(row)].append(row)
    return tuple(_place(rows[0], len(rows)) for rows in ways.values())


def _place(way: AnswerRow, requests: int) -> PlaceRow:
    found = place_of(way.edge) if way.edge else None
    if way.status is None:
        why = Why("nothing was answered: {why}", why=way.why)
    elif found:
        why = Why("the edge is near the caller and says nothing of where the model runs")
    elif way.edge:
        why = Why("no airport that is known here has the code of this edge")
    else:
        why = Why("no header names an edge")
    return PlaceRow(
        host=way.host,
        requests=requests,
        address_family=way.address_family,
        edge=way.edge,
        city=found.city if found else "",
        country=found.country if found else "",
        server_region=way.server_region,
        server_region_header=way.server_region_header,
        tls_issuer=way.tls_issuer,
        why=why,
    )
