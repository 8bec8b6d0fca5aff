"""Prices of tokens as lists say them: per token, per million, in dollars, cents or smaller parts; all read in decimals.

A price stays in the currency it is in.  A price of 0 says nothing of being free: only the provider's own word does.
"""

import re
from collections.abc import Callable, Mapping
from math import log10

from testkey_nb.rows import MOST_PER_MTOK, PriceRow

from .loose import amount

MILLION = 1_000_000
Unit = Callable[[object], float | None]
Said = tuple[object, object, object]  # of input, output and cached input, as the list has them
WITHOUT_FEE = ", without its fee per request"  # ends the source of a price to which a request adds its own
OTHERS_HOLD = ", base price: others hold at some hours or lengths"  # ends that of a price beside which some are unread


def per_million(*, tokens: int, parts: int = 1) -> Unit:
    """Return a reader of what a million tokens cost, where the price said is that of `tokens`, in 1/`parts` of money.

    Both are powers of ten.  Below zero, providers say that it depends: then there is no price to tell; nor is there
    where no price can be meant.
    """
    places = round(log10(MILLION / (tokens * parts)))

    def read(said: object) -> float | None:
        price = amount(said, places=places)
        return price if price is not None and 0 <= price < MOST_PER_MTOK else None

    return read


PER_TOKEN = per_million(tokens=1)
PER_MILLION = per_million(tokens=MILLION)


def currency_of(said: Mapping[str, object]) -> str:
    """Return the currency that prices are said to be in: dollars where none is named, empty where none can be read."""
    named = said.get("currency")
    if named is None:
        return "USD"
    return named.upper() if isinstance(named, str) and re.fullmatch(r"[A-Za-z]{3}", named) else ""


def beside_fee(source: str, fee: object) -> str:
    """Return what a price comes from, and that a request costs a fee beside its tokens, one that is unread included."""
    return source if fee is None or amount(fee) == 0 else f"{source}{WITHOUT_FEE}"


def priced(model: str, source: str, unit: Unit, said: Said, **more: object) -> tuple[PriceRow, ...]:
    """Return the row of a price, or none where neither input nor output has one; `more` are other fields of it."""
    inputs, outputs, cached = map(unit, said)
    if inputs is None and outputs is None:
        return ()
    known: dict[str, object] = {"cached_input_per_mtok": cached, **more}
    return (PriceRow(model, "", "", source, inputs, outputs, **known),)  # type: ignore[arg-type]  # fields of the row
