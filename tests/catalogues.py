"""Catalogues of any length for tests: planted models and prices in place of those of a persona's run."""

import random
from collections.abc import Iterable
from dataclasses import replace

from testkey_nb.judge import Policy, Readiness, judge_run
from testkey_nb.probe import Run
from testkey_nb.rows import ModelRow, PriceRow

MAKERS = ("acme", "borealis", "cumulus", "delta-lab", "e" * 30)
ROUTES = ("novita", "nscale", "together", "sambanova", "fireworks-ai", "hyperbolic", "cerebras", "groq")
LOAD = Policy(planned_requests_per_day=10_000, planned_input_tokens=1_500, planned_output_tokens=300)


def planted(run: Run, count: int, *, currencies: Iterable[str] = ("USD",), policy: Policy = LOAD) -> Readiness:
    """Return a run with `count` models, each with prices of two sources that may differ, some free, some unpriced."""
    dice, units = random.Random(count), tuple(currencies)  # noqa: S311 - the same catalogue every time
    models, prices = [], []
    for number in range(count):
        name = f"{MAKERS[number % len(MAKERS)]}/model-{number}-{dice.choice((1, 8, 70, 405))}B-instruct"
        route = ROUTES[number % len(ROUTES)]
        row = ModelRow(
            name, route, covered=False, listed=True, standing="listed", route_status=dice.choice(("live", "error")),
            context_tokens=dice.choice((None, 8_192, 32_768, 131_072, 1_048_576)),
            output_tokens=dice.choice((None, 4_096, 16_384)),
            input_modalities=dice.choice((None, "text", "image,text", "audio,image,text")), output_modalities="text",
            tools=dice.choice((None, True, False)), structured_output=dice.choice((None, True, False)),
            throughput_tokens_per_s=dice.choice((None, round(dice.lognormvariate(4.5, 0.9), 1))),
            first_token_latency_s=dice.choice((None, round(dice.lognormvariate(-0.5, 0.7), 3))),
        )  # fmt: skip
        models.append(row)
        price, free = round(dice.lognormvariate(-0.7, 1.3), 3), number % 17 == 3
        for source, factor in (("live", 1.0), ("catalogue", dice.choice((1.0, 1.0, 1.1, 1.6)))):
            if number % 11 != 5:
                amount = 0.0 if free else price * factor
                prices.append(
                    PriceRow(name, route, run.plan.region, source, amount, 3 * amount, free or None,
                             run.stamp.observed_at, currency=units[number % len(units)])
                )  # fmt: skip
    return judge_run(replace(run, models=tuple(models), prices=tuple(prices)), policy=policy)
