"""What the tables of the models panel show of a line, column by column."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from testkey_nb.digits import amount
from testkey_nb.drawing import in_words
from testkey_nb.heatmap import LOOKS, Look
from testkey_nb.key_lines import Line
from testkey_nb.locale import translate
from testkey_nb.offers import Offer, Range
from testkey_nb.outcome import PriceVerdict, Standing
from testkey_nb.rows import Why

from .row_columns import (
    KEY_OF,
    NUMBERS,
    age,
    by_key,
    day,
    key_of,
    of_row,
    share,
    speed,
    text,
    titled,
    told,
    truth,
    why,
)
from .sortable import Column
from .tables import NOTHING, badge, number, plain

_GOOD, _BAD, _UNSURE, _PLAIN = LOOKS["yes"], LOOKS["no"], LOOKS["unknown"], LOOKS["not_offered"]
_LOOK: Mapping[str, Look] = MappingProxyType(
    {
        Standing.CONFIRMED: _GOOD, Standing.LISTED: _PLAIN._replace(mark="·"), Standing.UNKNOWN: _UNSURE,
        Standing.MISSING: _BAD,
        PriceVerdict.AGREED: _GOOD, PriceVerdict.SINGLE_SOURCE: _PLAIN._replace(mark="1"), PriceVerdict.STALE: _UNSURE,
        PriceVerdict.DISPUTED: _BAD,
    }
)  # fmt: skip


def _state(state: str | None, lang: str) -> str:
    return badge(state, _LOOK.get(state, _BAD), lang) if state else NOTHING


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
    return Column(Why("Model"), width, lambda o, _: titled(o.row.model), lambda o: o.row.model.lower())


_KEY = Column[Offer](Why("Key"), 275, lambda o, _: key_of(o.one), lambda o: by_key(o.one))
_ROUTE = Column[Offer](Why("Route"), 120, lambda o, _: text(o.row.route), lambda o: o.row.route or None)
_INPUT = Column[Offer](
    Why("Input per million"),
    190,
    lambda o, lang: _money(o.input, o, lang),
    lambda o: _by_money(o.input, o),
    number=True,
)
_OUTPUT = Column[Offer](
    Why("Output per million"),
    190,
    lambda o, lang: _money(o.output, o, lang),
    lambda o: _by_money(o.output, o),
    number=True,
)
_MONTHLY = Column[Offer](
    Why("Cost a month"), 170, lambda o, lang: _money(o.monthly, o, lang), lambda o: _by_money(o.monthly, o), number=True
)
_VERDICTS, _STANDINGS = tuple(PriceVerdict), tuple(Standing)


def _ruled(heading: Why, width: int, field: str, cell: Callable[[Any], str] = number) -> Column[Offer]:
    """Return a column of what the price court says."""

    def found(offer: Offer) -> Any:  # noqa: ANN401 - whatever the field holds
        return getattr(offer.ruling, field, None)

    return Column(
        heading,
        width,
        lambda o, _: cell(found(o)),
        lambda o: None if found(o) in {None, ""} else found(o),
        number=cell in NUMBERS,
    )


def _listed(heading: Why, width: int, field: str, cell: Callable[[Any], str] = number) -> Column[Offer]:
    """Return a column of what the list of models says."""
    return Column(
        heading,
        width,
        lambda o, _: cell(getattr(o.row, field)),
        lambda o: getattr(o.row, field),
        number=cell in NUMBERS,
    )


def _flag(heading: Why, width: int, field: str) -> Column[Offer]:
    return Column(heading, width, lambda o, lang: truth(getattr(o.row, field), lang), lambda o: getattr(o.row, field))


_VERDICT = Column[Offer](
    Why("Price is"), 175, lambda o, lang: _state(o.ruling.verdict if o.ruling else None, lang),
    lambda o: _VERDICTS.index(PriceVerdict(o.ruling.verdict)) if o.ruling else None,
)  # fmt: skip
MODELS: tuple[Column[Offer], ...] = (
    _model(300), _KEY, _ROUTE,
    Column(Why("Standing"), 120, lambda o, lang: _state(o.row.standing, lang),
           lambda o: _STANDINGS.index(Standing(o.row.standing)) if o.row.standing else None),
    _INPUT, _OUTPUT, _VERDICT,
    _listed(Why("Context, tokens"), 130, "context_tokens"), _listed(Why("Output, tokens"), 125, "output_tokens"),
    _listed(Why("Takes"), 150, "input_modalities", text), _listed(Why("Gives"), 125, "output_modalities", text),
    _flag(Why("Tools"), 80, "tools"), _flag(Why("Structured"), 105, "structured_output"),
    _listed(Why("Status"), 95, "route_status", text),
    _listed(Why("Tokens/s"), 100, "throughput_tokens_per_s", speed),
    _listed(Why("First token, s"), 120, "first_token_latency_s", speed),
    _listed(Why("Shut down"), 115, "shutdown_at", day),
)  # fmt: skip
PRICES: tuple[Column[Offer], ...] = (
    _model(260), _KEY, _ROUTE, _INPUT, _OUTPUT, _VERDICT, _ruled(Why("Region"), 90, "region", text),
    _ruled(Why("Sources differ by"), 140, "source_spread", share),
    _ruled(Why("Above the cheapest route"), 190, "route_spread", share),
    _ruled(Why("Age, days"), 100, "age_days", age), _ruled(Why("Sources"), 230, "sources", text),
    Column(Why("Other prices"), 190, lambda o, lang: told(o.ruling.tiers if o.ruling else "", lang),
           lambda o: o.ruling.tiers or None if o.ruling else None),
    Column(Why("Why"), 420, lambda o, lang: told(o.ruling.why if o.ruling else "", lang), lambda _: None),
)  # fmt: skip
COSTS: tuple[Column[Offer], ...] = (
    _model(260), _KEY, _ROUTE, _MONTHLY, _INPUT, _OUTPUT, _VERDICT,
    Column(Why("Why"), 420, lambda o, lang: told(o.cost.why if o.cost else "", lang), lambda _: None),
)  # fmt: skip


_MODEL_OF = Column[Line](Why("Model"), 230, lambda one, _: titled(one.row.model), lambda one: one.row.model.lower())
ROUTES: tuple[Column[Line], ...] = (
    _MODEL_OF, KEY_OF, of_row(Why("Place"), 75, "place"), of_row(Why("Route"), 115, "route", text), why(430),
    of_row(Why("By price"), 90, "cheapest"), of_row(Why("By speed"), 105, "fastest"),
    of_row(Why("Tokens/s"), 95, "throughput_tokens_per_s", speed),
    Column(Why("Only route"), 130, lambda one, lang: truth(one.row.only_route, lang), lambda one: one.row.only_route),
)  # fmt: skip
HUB: tuple[Column[Line], ...] = (
    _MODEL_OF, KEY_OF, of_row(Why("Policy"), 110, "policy", text),
    of_row(Why("Takes the route"), 140, "picks", text), of_row(Why("Wanted"), 110, "wanted", text), why(430),
    Column(Why("The same"), 95, lambda one, lang: truth(one.row.same, lang), lambda one: one.row.same),
)  # fmt: skip
PHANTOMS: tuple[Column[Line], ...] = (
    _MODEL_OF, KEY_OF, of_row(Why("Route"), 115, "route", text),
    Column(Why("Reason"), 190, lambda one, lang: plain(in_words(one.row.reason, lang)), lambda one: one.row.reason),
    why(430),
)  # fmt: skip
