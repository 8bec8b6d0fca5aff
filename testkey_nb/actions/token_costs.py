"""What a route's tokens cost, in the words that LiteLLM's cost tracking knows: USD per token.

https://docs.litellm.ai/docs/proxy/custom_pricing and https://docs.litellm.ai/docs/proxy/custom_model_cost_map (for the
tiers: a longer request costs the tier's price as a whole), read 2026-11-25.
"""

from collections.abc import Iterator
from decimal import Decimal

from testkey_nb.judge import Readiness
from testkey_nb.prices import counting
from testkey_nb.rows import OWN_PRICES, PriceRow


def token_costs(readiness: Readiness, model: str, route: str) -> dict[str, float]:
    """Return the costs by LiteLLM's names; nothing where no price in USD stands.

    A person's own price comes before that of a source, a dated one before one without a date.  What other hours cost is
    left out: LiteLLM counts the price that holds where no other does.
    """
    here = (model, route, readiness.run.plan.region, "USD")
    if not any(row.stands for row in readiness.court if (row.model, row.route, row.region, row.currency) == here):
        return {}
    named = [row for row in readiness.prices if (row.model, row.route, row.region, row.currency) == here]
    known = counting(named, readiness.run.stamp.observed_at, max_age_days=readiness.policy.max_price_age_days)
    whole = [row for row in known if row.base and row.whole and not row.zero]
    chosen = min(whole, key=lambda row: (not row.source.startswith(OWN_PRICES), row.checked_at is None), default=None)
    if chosen is None:
        return {}
    tiers = [row for row in known if row.source == chosen.source and row.above_input_tokens and not row.hours]
    return dict(cost for price in (chosen, *tiers) for cost in _costs(price))


def _costs(price: PriceRow) -> Iterator[tuple[str, float]]:
    thousands, rest = divmod(price.above_input_tokens or 0, 1000)
    if rest:
        return  # LiteLLM names tiers by the thousand
    amounts = {
        "input_cost_per_token": 0.0 if price.free else price.input_per_mtok,
        "output_cost_per_token": 0.0 if price.free else price.output_per_mtok,
        "cache_read_input_token_cost": 0.0 if price.free else price.cached_input_per_mtok,
    }
    for name, amount in amounts.items():
        if amount is not None:
            yield f"{name}_above_{thousands}k_tokens" if thousands else name, float(Decimal(str(amount)).scaleb(-6))
