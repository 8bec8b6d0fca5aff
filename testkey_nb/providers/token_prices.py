"""Prices of tokens as lists say them: per token, per million, in dollars, cents or smaller parts; all read in decimals.

A price stays in the currency it is in.  A price of 0 says nothing of being free: only the provider's own word does.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from testkey_nb.rows import MOST_PER_MTOK, PriceRow

from .loose import decimal

MILLION = 1_000_000
Unit = Callable[[object], float | None]
Said = tuple[object, object, object]  # of input, output and cached input, as the list has them
WITHOUT_FEE = ", without its fee per request"  # ends the source of a price to which a request adds its own


def per_million(*, tokens: int, parts: int = 1) -> Unit:
    """Return a reader of what a million tokens cost, where the price said is that of `tokens`, in 1/`parts` of money.

    Below zero, providers say that it depends: then there is no price to tell; nor is there where no price can be meant.
    """
    times = Decimal(MILLION) / (tokens * parts)

    def read(said: object) -> float | None:
        exact = decimal(said)
        if exact is None:
            return None
        price = float(exact * times)
        return price if 0 <= price < MOST_PER_MTOK else None

    return read


PER_TOKEN = per_million(tokens=1)
PER_MILLION = per_million(tokens=MILLION)


def beside_fee(source: str, fee: object) -> str:
    """Return what a price comes from, and that a request costs a fee beside its tokens if so."""
    return f"{source}{WITHOUT_FEE}" if decimal(fee) else source


def priced(model: str, source: str, unit: Unit, said: Said, **more: object) -> Iterator[PriceRow]:
    """Yield the row of a price, or nothing where neither input nor output has one; `more` are other fields of it."""
    inputs, outputs, cached = map(unit, said)
    if inputs is not None or outputs is not None:
        known: dict[str, object] = {"cached_input_per_mtok": cached, **more}
        yield PriceRow(model, "", "", source, inputs, outputs, **known)  # type: ignore[arg-type]  # fields of the row
