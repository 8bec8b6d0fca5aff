"""``routes.yaml``: a LiteLLM proxy config that calls each covered model at its live routes, the key by reference.

https://docs.litellm.ai/docs/proxy/configs, read 2026-11-23.
"""

import yaml

from testkey_nb.judge import Readiness
from testkey_nb.launch import ROUTES_FILE

from .write import heading


def set_route(readiness: Readiness) -> dict[str, str]:
    """Return the file: routes whose price stands, cheapest output first; without such a price, every live route."""
    run = readiness.run
    payer = run.values().get("payer_organization")
    entries = []
    for model in run.plan.models:
        for route in _ranked(readiness, model):
            called = run.plan.provider.route_model.format(model=model, route=route)
            parameters: dict[str, object] = {
                "model": f"openai/{called}",
                "api_base": run.plan.api,
                "api_key": f"os.environ/{run.key_name}",
            }
            if payer:
                # The organisation that pays: https://huggingface.co/docs/inference-providers/pricing
                parameters["extra_headers"] = {"X-HF-Bill-To": str(payer[0])}
            entries.append({"model_name": model, "litellm_params": parameters})
    return {ROUTES_FILE: heading(readiness) + yaml.safe_dump({"model_list": entries}, sort_keys=False)}


def _ranked(readiness: Readiness, model: str) -> list[str]:
    prices = {row.route: row.output_usd_per_mtok for row in readiness.prices if row.model == model}

    def rank(route: str) -> tuple[float, str]:
        price = prices.get(route)
        return float("inf") if price is None else price, route

    standing = {route for (name, route), ruling in readiness.rulings.items() if name == model and ruling.stands}
    live = readiness.run.live(model)
    return sorted([route for route in live if route in standing] or live, key=rank)
