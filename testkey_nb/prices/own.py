"""A row of the analyst's own ``prices.csv``: in dollars per million tokens, or as the provider's page has it.

``input_usd_per_mtok`` and ``output_usd_per_mtok`` hold the first.  For the second there are ``currency`` (ISO 4217),
``per_tokens`` (1, 1000, 1000000), ``input_price``, ``output_price`` and ``cached_input_price``: they become a price per
million tokens of that currency, by exact decimals, and never one of another currency.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, DecimalException, localcontext

from testkey_nb.errors import LaunchFolderInvalid
from testkey_nb.rows import MOST_PER_MTOK, OWN_PRICES, PriceRow

_USD_COLUMNS = ("input_usd_per_mtok", "output_usd_per_mtok")
NEEDED_COLUMNS = ("provider", "region", "model", "route", *_USD_COLUMNS, "free", "source", "checked_at")
_PAGE_PRICES = ("input_price", "output_price", "cached_input_price")
PAGE_COLUMNS = ("currency", "per_tokens", *_PAGE_PRICES)
COLUMNS = (*NEEDED_COLUMNS, *PAGE_COLUMNS, "above_input_tokens", "hours")
MILLION = 1_000_000
_MOST_TOKENS = 1_000_000_000
_NO_CURRENCY = "no currency; write its three capital letters, like USD or CNY"
_NO_TOKENS = "no number of tokens; write for how many the price is: 1, 1000 or 1000000"


def read_own(path: object, number: int, line: Mapping[str, str]) -> PriceRow:
    """Return the price in a row; without a source, and without a price, where the row is to be filled.

    Parameters
    ----------
    path
        How an error calls the file.
    number
        The row's line in it.
    line
        Cells by column; `NEEDED_COLUMNS` must be there, the others may be.

    Raises
    ------
    LaunchFolderInvalid
        If a cell does not hold what it should, or dollars per million tokens stand beside a price as the page has it.

    """
    cells = _Cells(f"{path} line {number}", line)
    currency, inputs, outputs, cached = cells.paid()
    source, free = line["source"], cells.free()
    if free and (inputs or outputs or cached):
        raise cells.fault("free", "what no price can be that is not 0; empty the price, or write false")
    return PriceRow(
        line["model"],
        line["route"],
        line["region"],
        f"{OWN_PRICES} ({source})" if source else "",
        inputs,
        outputs,
        free,
        cells.day(),
        cached,
        currency,
        cells.above(),
        cells.hours(),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a row, and where it stands."""

    where: str
    line: Mapping[str, str]

    def fault(self, name: str, what: str) -> LaunchFolderInvalid:
        return LaunchFolderInvalid(f"{self.where}: {self.line.get(name, '')[:40]!r} is {what}")

    def paid(self) -> tuple[str, float | None, float | None, float | None]:
        """Return the currency, and what a million tokens of input, of output and of cached input cost in it."""
        currency, tokens = self.currency(), self.tokens()
        paged = [name for name in _PAGE_PRICES if self.line.get(name)]
        usual = [name for name in _USD_COLUMNS if self.line[name]]
        if paged and usual:
            raise LaunchFolderInvalid(
                f"{self.where} has prices of two kinds; keep either {' and '.join(_USD_COLUMNS)} (USD per million "
                f"tokens) or {', '.join(PAGE_COLUMNS)} (as the page has them), and empty the others"
            )
        if usual and (currency not in {"", "USD"} or tokens not in {None, MILLION}):
            raise LaunchFolderInvalid(
                f"{self.where}: {usual[0]} is in USD per million tokens; put a price in another currency or per "
                f"another number of tokens into {' and '.join(_PAGE_PRICES[:2])}"
            )
        if paged and not currency:
            raise self.fault("currency", _NO_CURRENCY)
        if paged and not tokens:
            raise self.fault("per_tokens", _NO_TOKENS)
        names = (*(_USD_COLUMNS if usual else _PAGE_PRICES[:2]), _PAGE_PRICES[2])
        inputs, outputs, cached = (self.price(name, currency or "USD", tokens or MILLION) for name in names)
        return currency or "USD", inputs, outputs, cached

    def free(self) -> bool | None:
        said: dict[str, bool | None] = {"": None, "true": True, "false": False}
        text = self.line["free"].lower()
        if text not in said:
            raise self.fault("free", "neither true nor false; write one of them, or nothing")
        return said[text]

    def currency(self) -> str:
        text = self.line.get("currency", "")
        if text and not re.fullmatch(r"[A-Z]{3}", text, re.ASCII):
            raise self.fault("currency", _NO_CURRENCY)
        return text

    def tokens(self) -> int | None:
        return self.whole("per_tokens", 1, _NO_TOKENS)

    def price(self, name: str, currency: str, tokens: int) -> float | None:
        """Return what a million tokens cost; the arithmetic is that of decimals, with room for any price."""
        if not (text := self.line.get(name, "")):
            return None
        amount = _decimal(text)
        if amount is not None and 0 <= amount < MOST_PER_MTOK:
            with localcontext(prec=60):
                price = float(amount * MILLION / tokens)
            if price < MOST_PER_MTOK and (price or not amount):  # what is too small for a number does not become 0
                return price
        per = {1: "token", MILLION: "million tokens"}.get(tokens, f"{tokens:,} tokens")
        raise self.fault(name, f"no price in {currency} per {per}; write a number like 0.004")

    def above(self) -> int | None:
        return self.whole("above_input_tokens", 0, "no number of input tokens; write a whole one, like 200000") or None

    def whole(self, name: str, least: int, fault: str) -> int | None:
        """Return a number of tokens; None where the cell is empty or not there."""
        if not (text := self.line.get(name, "")):
            return None
        number = _decimal(text)
        if number is None or not least <= number <= _MOST_TOKENS or number != int(number):
            raise self.fault(name, fault)
        return int(number)

    def hours(self) -> str:
        text = self.line.get("hours", "")
        if text and not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
            raise self.fault("hours", "no span of hours; write it in UTC, like 16:30-00:30")
        return text

    def day(self) -> datetime | None:
        """Return the day or moment that the price was checked, in UTC; one without an offset is meant so."""
        if not (text := self.line["checked_at"]):
            return None
        try:
            found = datetime.fromisoformat(text)
            return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError) as error:  # the latter for a moment before the first year or after the last
            raise self.fault("checked_at", "no date; write it as 2026-11-23") from error


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except DecimalException:
        return None
    return number if number.is_finite() else None
