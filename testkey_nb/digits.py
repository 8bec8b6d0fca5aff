"""Numbers as people read them: as many digits as say something, and nothing small that reads as 0."""


def amount(value: float) -> str:
    """Write an amount of money with as many digits as tell it apart, so that a small one does not read as 0."""
    if value >= 1000:  # noqa: PLR2004 - from there on nobody reads a fraction
        return f"{value:,.0f}"
    return f"{value:.2f}" if value and (value >= 1 or round(value, 2) == value) else f"{value:.3g}"


def to_the_cent(value: float) -> str:
    """Write an amount of money with its cents, and a small one with what it has."""
    return f"{value:,.2f}" if not value or value >= 1 else f"{value:.3g}"


def percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:,.0f} %" if share >= 0.1 or not share else f"{100 * share:.2g} %"  # noqa: PLR2004 - 10 %


def three_digits(value: float, sign: str = "") -> str:
    """Write what was reckoned here with three digits, and never as a power of ten; with ``+`` it has a sign."""
    return f"{float(f'{value:.3g}'):{sign},.10g}"


def measured(value: float) -> str:
    """Write a time or a speed with four digits: whoever publishes seventeen has not measured them."""
    return f"{float(f'{value:.4g}'):,.10g}"
