"""Live prices and counts of whole runs: what is free, what costs nothing, other currencies, tiers, long catalogues."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import httpx
import pytest
from real_bodies import reply

from testkey_nb import sandbox
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import PriceVerdict
from testkey_nb.probe import plan, probe_key
from testkey_nb.providers import PROVIDERS, huggingface_catalogue, model_lists, openrouter_prices
from testkey_nb.providers.together import _prices as together_prices
from testkey_nb.providers.token_prices import OTHERS_HOLD, WITHOUT_FEE, beside_fee
from testkey_nb.providers.vercel import _prices as vercel_prices
from testkey_nb.rows import PriceRow
from testkey_nb.sandbox.persona import Persona
from testkey_nb.spec import Reply


def judged(provider: str, persona: str, model: str) -> Readiness:
    return ask(provider, sandbox.PERSONAS[provider][persona], model)


def ask(provider: str, persona: Persona, model: str) -> Readiness:
    chosen = plan(
        provider, models=(model,), base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests, for made-up keys"
    )
    door = sandbox.transport(provider, persona)
    return judge_run(asyncio.run(probe_key(Key("THE_KEY", persona.key), chosen, transport=door)))


def prices(provider: str, model: str, persona: str = "launch-ready") -> tuple[PriceRow, ...]:
    live = [row for row in judged(provider, persona, model).run.prices if row.source.startswith(("api.", "openrouter"))]
    return tuple(row for row in live if row.model == model)


def ruling(provider: str, model: str, persona: str = "launch-ready") -> set[str]:
    return {ruled.verdict for (name, _), ruled in judged(provider, persona, model).rulings.items() if name == model}


@pytest.mark.parametrize(
    ("provider", "model", "says", "rules"),
    [
        ("openrouter", "meta-llama/llama-3.3-70b-instruct:free", "free", PriceVerdict.SINGLE_SOURCE),
        ("openrouter", "sandbox/priced-at-zero", "", PriceVerdict.DISPUTED),
        ("novita", "tencent/hy3", "", PriceVerdict.DISPUTED),
    ],
)
def test_a_price_of_zero_is_free_only_where_that_is_said(
    provider: str, model: str, says: str, rules: PriceVerdict
) -> None:
    (row,) = prices(provider, model)
    assert (row.input_per_mtok, row.output_per_mtok, row.free) == (0.0, 0.0, True if says == "free" else None)
    assert ruling(provider, model) == {rules}


def test_a_price_in_another_currency_is_kept_in_it_and_is_none_in_usd() -> None:
    (row,) = prices("novita", "deepseek/deepseek-v4-pro", "prices-in-yuan")
    assert (row.input_per_mtok, row.output_per_mtok, row.currency) == (1.6, 3.2, "CNY")
    assert (row.input_usd_per_mtok, row.output_usd_per_mtok) == (None, None)


def test_a_price_for_long_requests_stands_beside_the_base_price() -> None:
    rows = prices("openrouter", "google/gemini-2.5-pro")
    found = [
        (row.above_input_tokens, row.input_per_mtok, row.output_per_mtok, row.cached_input_per_mtok) for row in rows
    ]
    assert found == [(None, 1.25, 10.0, 0.125), (200_000, 2.5, 15.0, 0.125)]
    assert [row.base for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("provider", "lists"),
    [
        ("openrouter", {"models_public", "models_listed"}),
        ("cerebras", {"models_public", "models_listed"}),
        ("deepinfra", {"models_described", "models_listed"}),
        ("xai", {"models_described", "models_listed"}),
    ],
)
def test_each_of_two_lists_says_how_many_models_it_has(provider: str, lists: set[str]) -> None:
    model = sandbox.PERSONAS[provider]["launch-ready"].models or ("a/model",)
    metrics = judged(provider, "launch-ready", model[0]).run.metrics
    assert {row.metric for row in metrics if row.metric.startswith("models_")} == lists


@pytest.mark.parametrize(("persona", "count"), [("many-models", 400), ("with_models", 5_000)])
def test_a_long_catalogue_is_read_whole(persona: str, count: int) -> None:
    known = sandbox.PERSONAS["openrouter"].get(persona) or sandbox.with_models(count)
    run = ask("openrouter", known, "openai/gpt-4o-mini").run
    assert run.sandbox
    assert len(run.models) == len({row.model for row in run.models}) == count
    assert len({row.model for row in run.prices if row.source.startswith("openrouter")}) == count
    assert {row.value for row in run.metrics if row.unit == "models"} == {str(count)}


def test_a_catalogue_of_a_size_is_the_same_each_time_and_marked_as_the_sandbox() -> None:
    async def listed() -> httpx.Response:
        door = sandbox.transport("openrouter", sandbox.with_models(5_000))
        async with httpx.AsyncClient(transport=door, base_url=sandbox.ORIGIN) as client:
            return await client.get("/api/v1/models")

    once, again = asyncio.run(listed()), asyncio.run(listed())
    assert once.text == again.text
    assert once.headers["x-testkey-sandbox"]
    assert once.json()["total_count"] == len(once.json()["data"]) == 5_000


@pytest.mark.parametrize(
    ("model", "fee", "source", "free"),
    [
        ("a/b", "0.005", "openrouter.ai/api/v1/models, without its fee per request", None),
        ("a/b", "0", "openrouter.ai/api/v1/models", None),
        ("a/b:free", "0.005", "openrouter.ai/api/v1/models, without its fee per request", None),
        ("a/b:free", "0", "openrouter.ai/api/v1/models", True),
    ],
)
def test_a_fee_per_request_is_told_and_free_is_not_said_beside_it(
    model: str, fee: str, source: str, *, free: bool | None
) -> None:
    amount = "0" if model.endswith(":free") else "0.000001"
    [row] = openrouter_prices.prices(model, {"pricing": {"prompt": amount, "completion": amount, "request": fee}})
    assert (row.source, row.free) == (source, free)
    [row] = model_lists.per_token("a list")("a/b", {"pricing": {"prompt": "0.000001", "request": fee}})
    assert row.source == ("a list" if fee == "0" else "a list, without its fee per request")


def routed(**said: object) -> tuple[PriceRow, ...]:
    """Return what the router's list says of the price of one route."""
    route = {"provider": "novita", "status": "live", **said}
    found = huggingface_catalogue.parse_models(Reply(200, {}, {"data": [{"id": "a/b", "providers": [route]}]}))
    assert found
    return found.prices


def listed(read: Callable[[str, Mapping[str, object]], Iterable[PriceRow]], **pricing: object) -> tuple[PriceRow, ...]:
    return tuple(read("a/b", {"id": "a/b", "type": "chat", "pricing": pricing}))


SIDES: Mapping[str, Callable[..., tuple[PriceRow, ...]]] = {
    "huggingface": lambda **more: routed(pricing={"input": 1, "output": 2, **more}),
    "together": lambda **more: listed(together_prices, input=1, output=2, **more),
    "vercel": lambda **more: listed(vercel_prices, input="1e-6", output="2e-6", **more),
    "openrouter": lambda **more: listed(openrouter_prices.prices, prompt="1e-6", completion="2e-6", **more),
    "any": lambda **more: listed(model_lists.per_token("x"), prompt="1e-6", completion="2e-6", **more),
}


@pytest.mark.parametrize("whose", SIDES)
def test_an_amount_that_names_its_currency_is_in_no_other(whose: str) -> None:
    amounts = {(row.input_usd_per_mtok, row.output_usd_per_mtok) for row in SIDES[whose]()}
    assert amounts == {(1.0, 2.0)}
    assert SIDES[whose](currency="usd") == SIDES[whose](currency=None) == SIDES[whose]()
    for other in ("CNY", "eur", "credits", "$", 5, ["USD"], ""):
        assert {row.input_usd_per_mtok for row in SIDES[whose](currency=other)} <= {None}
        assert {row.currency for row in SIDES[whose](currency=other)} <= {str(other).upper()}


def test_what_has_a_price_is_not_free_whatever_else_is_said() -> None:
    (paid,) = routed(pricing={"input": 3, "output": 0}, is_free=True)
    assert (paid.free, paid.input_per_mtok) == (None, 3.0)
    (free,) = routed(pricing={"input": 0, "output": 0}, is_free=True)
    assert free.free is True


# Conditions as texts are the same ones; a condition that cannot be read is none that always holds.

BASE, LONG, NIGHT = (None, "", 1.0, 2.0), (200_000, "", 3.0, 4.0), (None, "16:30-00:30", 3.0, 4.0)
OTHER = {"prompt": "0.000003", "completion": "0.000004"}
OVERRIDES: tuple[tuple[dict[str, object], list[tuple[object, ...]]], ...] = (
    ({"min_prompt_tokens": 200_000}, [BASE, LONG]),
    ({"min_prompt_tokens": "200000"}, [BASE, LONG]),
    ({"min_prompt_tokens": "200k"}, [BASE]),
    ({"min_prompt_tokens": None}, [BASE]),
    ({"min_prompt_tokens": [200_000]}, [BASE]),
    ({"utc_start": 1630, "utc_end": 30}, [BASE, NIGHT]),
    ({"utc_start": "1630", "utc_end": "30"}, [BASE, NIGHT]),
    ({"utc_start": "16:30", "utc_end": "00:30"}, [BASE]),
    ({"utc_days": "monday"}, [BASE]),
)


@pytest.mark.parametrize(("condition", "rows"), OVERRIDES)
def test_a_condition_of_openrouter_that_cannot_be_read_leaves_the_base_price(
    condition: dict[str, object], rows: list[tuple[object, ...]]
) -> None:
    pricing = {"prompt": "0.000001", "completion": "0.000002", "overrides": [{**OTHER, **condition}]}
    found = list(openrouter_prices.prices("a/b", {"pricing": pricing}))
    told = [(row.above_input_tokens, row.hours, row.input_per_mtok, row.output_per_mtok) for row in found]
    assert told == rows
    assert ("others hold" in found[0].source) is (rows == [BASE])


TIERS: tuple[tuple[object, list[tuple[object, ...]]], ...] = (
    (32_001, [(None, 1.0), (32_000, 3.0)]),
    ("32001", [(None, 1.0), (32_000, 3.0)]),
    ("32k", [(None, 1.0)]),
    (None, [(None, 1.0)]),
)


def test_a_price_of_xai_for_longer_requests_that_is_not_told_is_not_that_of_shorter_ones() -> None:
    entry = {
        "id": "grok",
        "prompt_text_token_price": 20_000,
        "completion_text_token_price": 100_000,
        "long_context_threshold": 200_000,
        "completion_text_token_price_long_context": 200_000,
    }
    described = next(ask for ask in PROVIDERS["xai"].asks if "models_described" in ask.gives)
    found = described.parse(reply(200, {"models": [entry]}, host="api.x.ai"))
    assert found is not None
    assert [(row.above_input_tokens, row.input_per_mtok, row.output_per_mtok) for row in found.prices] == [
        (None, 2.0, 10.0),
        (199_999, None, 20.0),
    ]


@pytest.mark.parametrize("odd", ["long", -5, True, [200_000], {}])
def test_a_threshold_of_xai_that_cannot_be_read_is_told_of_beside_the_base_price(odd: object) -> None:
    sides = {"prompt_text_token_price": 20_000, "completion_text_token_price": 100_000}
    longer = {f"{side}_long_context": 2 * amount for side, amount in sides.items()}
    entry = {"id": "a-model", **sides, **longer, "long_context_threshold": odd}
    described = next(ask for ask in PROVIDERS["xai"].asks if "models_described" in ask.gives)
    found = described.parse(reply(200, {"models": [entry]}, host="api.x.ai"))
    assert found is not None
    [row] = found.prices
    assert (row.above_input_tokens, row.input_per_mtok) == (None, 2)
    assert row.source == f"api.x.ai/v1/language-models{OTHERS_HOLD}"


@pytest.mark.parametrize("odd", ["tiers", {"min": 32_001, "cost": "0.000003"}, 3, True])
def test_tiers_of_vercel_that_cannot_be_read_leave_the_base_price_for_short_requests_only(odd: object) -> None:
    dearer = [{"cost": "0.000002", "min": 0}, {"cost": "0.000006", "min": 32_001}]
    pricing = {"input": "0.000001", "input_tiers": odd, "output": "0.000002", "output_tiers": dearer}
    listed = next(ask for ask in PROVIDERS["vercel"].asks if "models_listed" in ask.gives)
    found = listed.parse(reply(200, {"data": [{"id": "a/b", "pricing": pricing}]}))
    assert found is not None
    [row] = found.prices
    assert (row.above_input_tokens, row.input_per_mtok, row.output_per_mtok) == (None, 1, 2)
    assert row.source == f"ai-gateway.vercel.sh/v1/models{OTHERS_HOLD}"


@pytest.mark.parametrize("odd", ["overrides", {"min_prompt_tokens": 200_000, "prompt": "0.000003"}, 3, True, ["x"]])
def test_overrides_of_openrouter_that_cannot_be_read_are_told_of_beside_the_base_price(odd: object) -> None:
    pricing = {"prompt": "0.000001", "completion": "0.000002", "overrides": odd}
    [row] = openrouter_prices.prices("a/b", {"id": "a/b", "pricing": pricing})
    assert (row.above_input_tokens, row.hours, row.input_per_mtok, row.output_per_mtok) == (None, "", 1, 2)
    assert row.source == f"openrouter.ai/api/v1/models{OTHERS_HOLD}"


@pytest.mark.parametrize(("fee", "told"), [(None, ""), (0, ""), ("0", ""), ("0.01", WITHOUT_FEE), ("much", WITHOUT_FEE),
                                           ({"usd": 1}, WITHOUT_FEE), (-1, WITHOUT_FEE)])  # fmt: skip
def test_a_fee_that_cannot_be_read_is_one(fee: object, told: str) -> None:
    assert beside_fee("a list", fee) == f"a list{told}"


@pytest.mark.parametrize(("provider", "body", "cost"), [
    ("deepinfra", {"months": [{"total_cost": 1.1}]}, 0.011), ("deepinfra", {"months": [{"total_cost": 0.07}]}, 0.0007),
    ("one_api", {"total_usage": 1.1}, 0.011), ("one_api", {"total_usage": 110.7}, 1.107),
])  # fmt: skip
def test_hundredths_are_told_digit_for_digit(provider: str, body: object, cost: float) -> None:
    asks = [ask for ask in PROVIDERS[provider].asks if ask.name == "usage_snapshot"]
    found = asks[0].parse(reply(200, body))
    assert found is not None
    assert [metric.value for metric in found.metrics] == [cost]


def test_what_is_left_of_a_relays_budget_is_told_digit_for_digit() -> None:
    ask = next(ask for ask in PROVIDERS["litellm"].asks if ask.path == "/key/info")
    found = ask.parse(reply(200, {"info": {"spend": 100.2, "max_budget": 100.0, "models": []}}))
    assert found is not None
    assert {metric.metric: metric.value for metric in found.metrics}["key_limit_remaining"] == -0.2


@pytest.mark.parametrize(("first", "rows"), TIERS)
def test_a_tier_of_vercel_whose_beginning_cannot_be_read_is_not_the_base_price(
    first: object, rows: list[tuple[object, ...]]
) -> None:
    tiers = [{"cost": "0.000001", "min": 0}, {"cost": "0.000003", "min": first}]
    dearer = [{"cost": "0.000002", "min": 0}, {"cost": "0.000006", "min": 32_001}]
    pricing = {"input": "0.000001", "input_tiers": tiers, "output": "0.000002", "output_tiers": dearer}
    entry = {"id": "a/b", "pricing": pricing}
    listed = next(ask for ask in PROVIDERS["vercel"].asks if "models_listed" in ask.gives)
    found = listed.parse(reply(200, {"data": [entry]}))
    assert found is not None
    assert [(row.above_input_tokens, row.input_per_mtok) for row in found.prices] == rows


@pytest.mark.parametrize(("threshold", "cached"), [(200_000, 0), ("200000", "0")])
def test_a_longer_request_of_xai_costs_as_before_where_it_says_0(threshold: object, cached: object) -> None:
    entry = {
        "id": "grok",
        "prompt_text_token_price": 20_000,
        "completion_text_token_price": 100_000,
        "cached_prompt_text_token_price": 5_000,
        "long_context_threshold": threshold,
        "prompt_text_token_price_long_context": 40_000,
        "completion_text_token_price_long_context": 0,
        "cached_prompt_text_token_price_long_context": cached,
    }
    described = next(ask for ask in PROVIDERS["xai"].asks if "models_described" in ask.gives)
    found = described.parse(reply(200, {"models": [entry]}, host="api.x.ai"))
    assert found is not None
    base, longer = found.prices
    assert (base.input_per_mtok, base.output_per_mtok, base.cached_input_per_mtok) == (2.0, 10.0, 0.5)
    assert (longer.above_input_tokens, longer.input_per_mtok) == (199_999, 4.0)
    assert (longer.output_per_mtok, longer.cached_input_per_mtok) == (10.0, 0.5)
