"""What the tables of the signals panel show of a line, column by column."""

from datetime import datetime
from functools import partial
from typing import Any

from testkey_nb.digits import percent
from testkey_nb.drawing import in_words
from testkey_nb.heatmap import LOOKS
from testkey_nb.judge import Readiness
from testkey_nb.key_lines import Line
from testkey_nb.limit_shares import LimitLine
from testkey_nb.locale import translate
from testkey_nb.rows import Why
from testkey_nb.stability import StabilityRow

from .row_columns import KEY_OF, milliseconds, of_row, share, text, told, why
from .sortable import Column
from .tables import NOTHING, badge, foreign, plain

_limit, _room = partial(of_row, part="limit"), partial(of_row, part="room")
_FITS = {True: "yes", False: "no", None: "unknown"}
_ORDER = tuple(_FITS.values())


def _word(heading: Why, width: int, field: str, part: str = "row") -> Column[Any]:
    """Return a column of words of our own, in the language that is chosen."""

    def found(line: object) -> str:
        return str(getattr(getattr(line, part), field))

    return Column(heading, width, lambda line, lang: plain(in_words(found(line), lang)) or NOTHING, found)


def _planned(value: float | None) -> str:
    return NOTHING if value is None else percent(value)


def _fits(line: LimitLine, lang: str) -> str:
    word = _FITS[line.room.carries]
    return badge(word, LOOKS[word], lang)


def _first(line: LimitLine, lang: str) -> str:
    return f"<strong>{plain(translate('reached first', lang))}</strong>" if line.room.binding else NOTHING


def _source(line: LimitLine, _lang: str) -> str:
    """Write where a limit was read, and the words that could not be read as a number."""
    said = f" <q>{foreign(line.limit.said)}</q>" if line.limit.said else ""
    return f"{text(line.limit.source)}{said}"


LIMITS: tuple[Column[LimitLine], ...] = (
    _limit(Why("Limit"), 210, "limit", text), KEY_OF, _limit(Why("Service"), 180, "service", text),
    _word(Why("Counts"), 110, "scope", "room"), _limit(Why("Quota"), 95, "quota"),
    _limit(Why("Remaining"), 105, "remaining"), _limit(Why("Window, s"), 95, "window_s"),
    _limit(Why("Resets in, s"), 125, "reset_s"), _room(Why("Planned a minute"), 145, "planned_per_min"),
    _room(Why("Allowed a minute"), 150, "allowed_per_min"),
    _room(Why("Planned of the limit"), 165, "used_share", _planned),
    Column(Why("Fits"), 155, _fits, lambda line: _ORDER.index(_FITS[line.room.carries])),
    Column(Why("First"), 110, _first, lambda line: not line.room.binding),
    why(620, part="room"),
    Column(Why("Source"), 230, _source, lambda line: line.limit.source),
)  # fmt: skip
STABILITY: tuple[Column[Line], ...] = (
    of_row(Why("Ask"), 150, "ask", text), KEY_OF, of_row(Why("Host"), 190, "host", text),
    of_row(Why("Samples"), 85, "n"), of_row(Why("Failed"), 75, "failed"),
    of_row(Why("Told to wait"), 105, "rate_limited"), of_row(Why("Share of errors"), 140, "error_share", share),
    of_row(Why("At least"), 80, "error_share_low", share), of_row(Why("At most"), 80, "error_share_high", share),
    of_row(Why("Median, ms"), 110, "p50_s", milliseconds),
    of_row(Why("95th percentile, ms"), 170, "p95_s", milliseconds),
    of_row(Why("Jitter, ms"), 95, "jitter_s", milliseconds), why(620),
)  # fmt: skip
_REUSED, _NEW = Why("reused"), Why("new")
LATENCY: tuple[Column[Line], ...] = (
    of_row(Why("Host"), 210, "host", text), KEY_OF,
    Column(Why("Connection"), 120,
           lambda line, lang: plain(translate(_REUSED if line.row.reused else _NEW, lang)),
           lambda line: line.row.reused),
    of_row(Why("Requests"), 105, "requests"), of_row(Why("Looking up, ms"), 135, "dns_s", milliseconds),
    of_row(Why("Connecting, ms"), 140, "connect_s", milliseconds), of_row(Why("TLS, ms"), 80, "tls_s", milliseconds),
    of_row(Why("First byte, ms"), 125, "first_byte_s", milliseconds),
    of_row(Why("Transfer, ms"), 120, "transfer_s", milliseconds), why(340),
)  # fmt: skip


def measured_s(one: Readiness) -> float | None:
    """Return the median of a key's samples at the host that serves its models: of a list, not of a token."""
    rows = (row for row in one.rows("stability") if isinstance(row, StabilityRow))
    return next((row.p50_s for row in rows if row.host == one.run.plan.service), None)


def _read_at(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


PUBLISHED: tuple[Column[Line], ...] = (
    _word(Why("About"), 130, "about"), KEY_OF, of_row(Why("Model"), 210, "model", text),
    of_row(Why("Route"), 115, "route", text), of_row(Why("Status, theirs"), 150, "status", text),
    of_row(Why("First token, theirs, s"), 180, "first_token_latency_s"),
    of_row(Why("Tokens/s, theirs"), 140, "throughput_tokens_per_s"),
    of_row(Why("Incidents, theirs"), 145, "open_incidents"),
    Column(Why("Measured here, ms"), 165, lambda line, _: milliseconds(measured_s(line.one)),
           lambda line: measured_s(line.one), number=True),
    of_row(Why("Published by"), 150, "published_by", text), of_row(Why("Read at"), 165, "seen_at", _read_at),
    why(620),
)  # fmt: skip
PLACES: tuple[Column[Line], ...] = (
    of_row(Why("Host"), 210, "host", text), KEY_OF, of_row(Why("Requests"), 105, "requests"),
    Column(Why("Address"), 80, lambda line, lang: plain(in_words(line.row.address_family, lang))
           if line.row.address_family else NOTHING, lambda line: line.row.address_family),
    of_row(Why("Edge"), 90, "edge", text), of_row(Why("City of the edge"), 145, "city", text),
    of_row(Why("Country of the edge"), 170, "country", text), of_row(Why("Server region"), 130, "server_region", text),
    of_row(Why("Told by header"), 145, "server_region_header", text),
    of_row(Why("TLS issuer"), 170, "tls_issuer", text), why(620),
)  # fmt: skip


def _opens(line: Line, lang: str) -> str:
    return told(line.one.passport[line.row.axis].opens, lang)


def _answer(line: Line, lang: str) -> str:
    return badge(line.row.answer, LOOKS[line.row.answer], lang)


REGION: tuple[Column[Line], ...] = (
    KEY_OF, Column(Why("Not refused from here"), 190, _answer, lambda line: list(LOOKS).index(line.row.answer)),
    why(620), Column(Why("What would open it"), 330, _opens, lambda _: None),
    Column(Why("Region"), 115, lambda line, _: text(line.one.run.plan.region),
           lambda line: line.one.run.plan.region),
    of_row(Why("Asks"), 180, "asks", text),
)  # fmt: skip
