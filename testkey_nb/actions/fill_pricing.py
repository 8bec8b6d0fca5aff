"""``prices.csv``: for every covered model the prices of its live routes, each with source and date."""

from testkey_nb.judge import Readiness
from testkey_nb.launch import PRICE_COLUMNS, PRICES_FILE
from testkey_nb.rows import PriceRow

from .tables import table


def fill_pricing(readiness: Readiness) -> dict[str, str]:
    """Return the file; where no whole price stands, a person is left an empty row to fill."""
    run = readiness.run
    lines = []
    for model in run.plan.models:
        for route in run.live(model) or [""]:
            price = _price(readiness, model, route)
            line = {
                "provider": run.stamp.provider,
                "region": run.plan.region,
                "model": model,
                "route": route,
                "input_usd_per_mtok": price.input_usd_per_mtok if price else None,
                "output_usd_per_mtok": price.output_usd_per_mtok if price else None,
                "free": price.free if price else None,
                "source": f"{'SANDBOX ' if run.sandbox else ''}{price.source}" if price else None,
                "checked_at": price.checked_at.date().isoformat() if price and price.checked_at else None,
            }
            lines.append(line)
    return {PRICES_FILE: table(PRICE_COLUMNS, lines)}


def _price(readiness: Readiness, model: str, route: str) -> PriceRow | None:
    ruling = readiness.rulings.get((model, route))
    if not ruling or not ruling.stands:
        return None
    known = [row for row in readiness.prices if (row.model, row.route) == (model, route)]
    whole = [row for row in known if row.free or None not in {row.input_usd_per_mtok, row.output_usd_per_mtok}]
    # A price without a date is written without one: a person checks it and adds the day.
    return next((row for row in sorted(whole, key=lambda row: row.checked_at is None)), None)
