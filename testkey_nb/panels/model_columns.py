"""What the tables of the models panel show of a line, column by column."""

import html
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from testkey_nb.drawing import STAND_IN, amount, in_words, measured
from testkey_nb.heatmap import LOOKS, Look, plain_name
from testkey_nb.judge import Readiness
from testkey_nb.locale import translate
from testkey_nb.offers import Offer, Range
from testkey_nb.outcome import PriceVerdict, Standing
from testkey_nb.rows import Why

from .sortable import Column
from .tables import NOTHING, badge, one_line, plain

_GOOD, _BAD, _UNSURE, _PLAIN = LOOKS["yes"], LOOKS["no"], LOOKS["unknown"], LOOKS["not_offered"]
_LOOK: Mapping[str, Look] = MappingProxyType(
    {
        Standing.CONFIRMED: _GOOD, Standing.LISTED: _PLAIN._replace(mark="·"), Standing.UNKNOWN: _UNSURE,
        Standing.MISSING: _BAD,
        PriceVerdict.AGREED: _GOOD, PriceVerdict.SINGLE_SOURCE: _PLAIN._replace(mark="1"), PriceVerdict.STALE: _UNSURE,
        PriceVerdict.DISPUTED: _BAD,
    }
)  # fmt: skip


class Line(NamedTuple):
    """A row of a view, and the key it is about."""

    one: Readiness
    row: Any


def key_of(one: Readiness) -> str:
    """Return a key in one line; what is made up says so."""
    made_up = f'<strong class="tk-made-up">{STAND_IN}</strong> ' if one.run.sandbox else ""
    return f"{made_up}{_titled(f'{one.run.stamp.provider} · {plain_name(one)}')}"


def _name_of(one: Readiness) -> tuple[str, str]:
    return one.run.stamp.provider, plain_name(one)


def _titled(text: str) -> str:
    """Return foreign text that may be cut off, with all of it where the pointer rests."""
    return f'<span title="{plain(text)}">{plain(text)}</span>'


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.10g}"


def _speed(value: float | None) -> str:
    return NOTHING if value is None else measured(value)


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0%}"


def _truth(value: bool | None, lang: str) -> str:  # noqa: FBT001 - the one thing that is written
    return NOTHING if value is None else plain(in_words("yes" if value else "no", lang))


_NUMBERS = (_number, _speed)


def _day(moment: datetime | None) -> str:
    return NOTHING if moment is None else f"{moment:%Y-%m-%d}"


def _state(state: str | None, lang: str) -> str:
    return badge(state, _LOOK.get(state, _BAD), lang) if state else NOTHING


def _told(why: str, lang: str) -> str:
    return html.escape(one_line(translate(why, lang), 600)) or NOTHING


def _money(found: Range | None, offer: Offer, lang: str) -> str:
    """Write a range in its currency; free, missing and a 0 that nobody calls free are words."""
    if found is not None and offer.free:
        return plain(translate("free", lang))
    if found is None or not found.high:
        words = translate("no price", lang) if found is None else translate("0, not said to be free", lang)
        return f'<span class="tk-sub">{plain(words)}</span>'
    said = amount(found.low) if found.low == found.high else f"{amount(found.low)} – {amount(found.high)}"  # noqa: RUF001
    return f"{said} {plain(offer.currency)}"


def _by_money(found: Range | None, offer: Offer) -> tuple[str, float, float] | None:
    """Sort by currency first: amounts of two of them have no order; nor has a 0 that nobody calls free."""
    counts = found is not None and (offer.free or found.high)
    return (offer.currency, found.high, found.low) if found and counts else None


def _model(width: int) -> Column[Offer]:
    return Column(Why("Model"), width, lambda o, _: _titled(o.row.model), lambda o: o.row.model.lower())


_KEY = Column[Offer](Why("Key"), 275, lambda o, _: key_of(o.one), lambda o: _name_of(o.one))
_ROUTE = Column[Offer](Why("Route"), 120, lambda o, _: _text(o.row.route), lambda o: o.row.route or None)
_INPUT = Column[Offer](
    Why("Input per million"),
    150,
    lambda o, lang: _money(o.input, o, lang),
    lambda o: _by_money(o.input, o),
    number=True,
)
_OUTPUT = Column[Offer](
    Why("Output per million"),
    150,
    lambda o, lang: _money(o.output, o, lang),
    lambda o: _by_money(o.output, o),
    number=True,
)
_MONTHLY = Column[Offer](
    Why("Cost a month"), 170, lambda o, lang: _money(o.monthly, o, lang), lambda o: _by_money(o.monthly, o), number=True
)
_VERDICTS, _STANDINGS = tuple(PriceVerdict), tuple(Standing)


def _ruled(heading: Why, width: int, field: str, cell: Callable[[Any], str] = _number) -> Column[Offer]:
    """Return a column of what the price court says."""

    def found(offer: Offer) -> Any:  # noqa: ANN401 - whatever the field holds
        return getattr(offer.ruling, field, None)

    return Column(
        heading,
        width,
        lambda o, _: cell(found(o)),
        lambda o: None if found(o) in {None, ""} else found(o),
        number=cell in _NUMBERS,
    )


def _listed(heading: Why, width: int, field: str, cell: Callable[[Any], str] = _number) -> Column[Offer]:
    """Return a column of what the list of models says."""
    return Column(
        heading,
        width,
        lambda o, _: cell(getattr(o.row, field)),
        lambda o: getattr(o.row, field),
        number=cell in _NUMBERS,
    )


def _flag(heading: Why, width: int, field: str) -> Column[Offer]:
    return Column(heading, width, lambda o, lang: _truth(getattr(o.row, field), lang), lambda o: getattr(o.row, field))


def _text(value: str | None) -> str:
    return _titled(value) if value else NOTHING


_VERDICT = Column[Offer](
    Why("Price is"), 155, lambda o, lang: _state(o.ruling.verdict if o.ruling else None, lang),
    lambda o: _VERDICTS.index(PriceVerdict(o.ruling.verdict)) if o.ruling else None,
)  # fmt: skip
MODELS: tuple[Column[Offer], ...] = (
    _model(300), _KEY, _ROUTE,
    Column(Why("Standing"), 120, lambda o, lang: _state(o.row.standing, lang),
           lambda o: _STANDINGS.index(Standing(o.row.standing)) if o.row.standing else None),
    _INPUT, _OUTPUT, _VERDICT,
    _listed(Why("Context, tokens"), 130, "context_tokens"), _listed(Why("Output, tokens"), 125, "output_tokens"),
    _listed(Why("Takes"), 150, "input_modalities", _text), _listed(Why("Gives"), 110, "output_modalities", _text),
    _flag(Why("Tools"), 80, "tools"), _flag(Why("Structured"), 105, "structured_output"),
    _listed(Why("Status"), 95, "route_status", _text),
    _listed(Why("Tokens/s"), 100, "throughput_tokens_per_s", _speed),
    _listed(Why("First token, s"), 120, "first_token_latency_s", _speed),
    _listed(Why("Shut down"), 115, "shutdown_at", _day),
)  # fmt: skip
PRICES: tuple[Column[Offer], ...] = (
    _model(260), _KEY, _ROUTE, _INPUT, _OUTPUT, _VERDICT, _ruled(Why("Region"), 90, "region", _text),
    _ruled(Why("Sources differ by"), 140, "source_spread", _share),
    _ruled(Why("Above the cheapest route"), 190, "route_spread", _share),
    _ruled(Why("Age, days"), 100, "age_days"), _ruled(Why("Sources"), 230, "sources", _text),
    Column(Why("Other prices"), 190, lambda o, lang: _told(o.ruling.tiers if o.ruling else "", lang),
           lambda o: o.ruling.tiers or None if o.ruling else None),
    Column(Why("Why"), 420, lambda o, lang: _told(o.ruling.why if o.ruling else "", lang), lambda _: None),
)  # fmt: skip
COSTS: tuple[Column[Offer], ...] = (
    _model(260), _KEY, _ROUTE, _MONTHLY, _INPUT, _OUTPUT, _VERDICT,
    Column(Why("Why"), 420, lambda o, lang: _told(o.cost.why if o.cost else "", lang), lambda _: None),
)  # fmt: skip


def _of_row(heading: Why, width: int, field: str, cell: Callable[[Any], str] = _number) -> Column[Line]:
    """Return a column of a view's row."""
    return Column(
        heading, width, lambda one, _: cell(getattr(one.row, field)), lambda one: getattr(one.row, field),
        number=cell in _NUMBERS,
    )  # fmt: skip


def _why(width: int, field: str = "why") -> Column[Line]:
    return Column(Why("Why"), width, lambda one, lang: _told(getattr(one.row, field), lang), lambda _: None)


_MODEL_OF = Column[Line](Why("Model"), 230, lambda one, _: _titled(one.row.model), lambda one: one.row.model.lower())
_KEY_OF = Column[Line](Why("Key"), 190, lambda one, _: key_of(one.one), lambda one: _name_of(one.one))
ROUTES: tuple[Column[Line], ...] = (
    _MODEL_OF, _KEY_OF, _of_row(Why("Place"), 75, "place"), _of_row(Why("Route"), 115, "route", _text), _why(430),
    _of_row(Why("By price"), 90, "cheapest"), _of_row(Why("By speed"), 90, "fastest"),
    _of_row(Why("Tokens/s"), 95, "throughput_tokens_per_s", _speed),
    Column(Why("Only route"), 100, lambda one, lang: _truth(one.row.only_route, lang), lambda one: one.row.only_route),
)  # fmt: skip
HUB: tuple[Column[Line], ...] = (
    _MODEL_OF, _KEY_OF, _of_row(Why("Policy"), 110, "policy", _text),
    _of_row(Why("Takes the route"), 140, "picks", _text), _of_row(Why("Wanted"), 110, "wanted", _text), _why(430),
    Column(Why("The same"), 95, lambda one, lang: _truth(one.row.same, lang), lambda one: one.row.same),
)  # fmt: skip
PHANTOMS: tuple[Column[Line], ...] = (
    _MODEL_OF, _KEY_OF, _of_row(Why("Route"), 115, "route", _text),
    Column(Why("Reason"), 190, lambda one, lang: plain(in_words(one.row.reason, lang)), lambda one: one.row.reason),
    _why(430),
)  # fmt: skip
