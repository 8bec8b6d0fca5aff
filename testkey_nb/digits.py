"""Numbers as people read them: as many digits as say something, nothing small that reads as 0, no power of ten."""

from decimal import Decimal


def amount(value: float) -> str:
    """Write an amount of money with as many digits as tell it apart, so that a small one does not read as 0."""
    if value >= 1000:  # noqa: PLR2004 - from there on nobody reads a fraction
        return f"{value:,.0f}"
    return f"{value:.2f}" if value and (value >= 1 or round(value, 2) == value) else _digits(value, 3)


def to_the_cent(value: float) -> str:
    """Write an amount of money with its cents, and a small one with what it has."""
    return f"{value:,.2f}" if not value or value >= 1 else _digits(value, 3)


def percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:,.0f} %" if share >= 0.1 or not share else f"{_digits(100 * share, 2)} %"  # noqa: PLR2004 - 10 %


def three_digits(value: float, sign: str = "") -> str:
    """Write what was reckoned here with three digits; with ``+`` it has a sign."""
    return _digits(value, 3, f"{sign},")


def measured(value: float) -> str:
    """Write a time or a speed with four digits: whoever publishes seventeen has not measured them."""
    return _digits(value, 4)


def in_full(value: float, form: str = ",") -> str:
    """Write what somebody else said with all the digits that it has, ten at the most; without a comma at ``""``."""
    return _digits(value, 10, form)


def _digits(value: float, digits: int, form: str = ",") -> str:
    """Write a number with so many digits; a float's own format goes over to powers of ten."""
    return f"{Decimal(f'{value:.{digits}g}'):{form}f}"
