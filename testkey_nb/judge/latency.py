"""Where the time of a host's answers went: looking up, connecting, securing, waiting, reading."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from testkey_nb.outcome import Outcome
from testkey_nb.rows import AnswerRow, Why

PARTS = ("dns_s", "connect_s", "tls_s", "first_byte_s", "transfer_s")
_NO_ANSWERS = (Outcome.UNAVAILABLE, Outcome.RATE_LIMITED)


@dataclass(frozen=True, slots=True)
class LatencyRow:
    """Run × host × whether a connection was used again: the median of each part of the time.

    Requests that failed or were told to wait are left out, since an error that comes at once would make a host look
    faster; so is what went over no socket or whose parts cannot be told.
    """

    host: str
    reused: bool  # the connection stood already, so that nothing was looked up or opened
    requests: int  # whose parts are known
    dns_s: float | None  # looking up the host's name; missing through a proxy, which does that
    connect_s: float | None  # from then until the connection stood, through a proxy until its tunnel did
    tls_s: float | None  # the handshake with the host
    first_byte_s: float | None  # from sending the request until the first byte came
    transfer_s: float | None  # from the first byte until the last
    why: Why


def latencies(answers: Iterable[AnswerRow]) -> tuple[LatencyRow, ...]:
    """Return the parts for each host in the order in which it was first asked, new connections before used ones."""
    sent = {row.request: row for row in answers if row.request}  # several asks share a request
    groups: defaultdict[tuple[str, bool], list[AnswerRow]] = defaultdict(list)
    for row in sent.values():
        if row.first_byte_s is not None and row.outcome not in _NO_ANSWERS:
            groups[row.host, row.connect_s is None].append(row)
    hosts = list(dict.fromkeys(host for host, _ in groups))
    return tuple(_row(host, reused, groups[host, reused]) for host in hosts for reused in (False, True)
                 if (host, reused) in groups)  # fmt: skip


def _row(host: str, reused: bool, rows: Sequence[AnswerRow]) -> LatencyRow:  # noqa: FBT001 - half of a group's key
    why = Why("medians of {n} requests that opened a connection", n=len(rows))
    if reused:
        why = Why("medians of {n} requests over a connection that stood", n=len(rows))
    dns, connect, tls, first_byte, transfer = (_median(rows, part) for part in PARTS)
    return LatencyRow(host, reused, len(rows), dns, connect, tls, first_byte, transfer, why)


def _median(rows: Iterable[AnswerRow], part: str) -> float | None:
    known = [value for row in rows if (value := getattr(row, part)) is not None]
    return median(known) if known else None
