"""Which models stand confirmed for a key: those it was answered about, and never more than was said of the key."""

import asyncio
from collections import Counter

import httpx
import pytest
from endpoints import CONTROL, Between

from testkey_nb import sandbox
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Axis
from testkey_nb.probe import plan, probe_key
from testkey_nb.probe.planning import MAX_SAMPLES
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider, Repeat

PER_MODEL = [p for p in PROVIDERS.values() if any(ask.per_model and ask.auth for ask in p.asks)]
CONFIRMS = [p for p in PER_MODEL if p.id != "fireworks"]  # which describes any model to any key
OWN_LIST = ["openrouter", "xai"]
MANY = tuple(f"a/model-{n}" for n in range(25))


def names(provider: Provider) -> str:
    return provider.id


def asked(
    provider: str, transport: httpx.AsyncBaseTransport, persona: str = "launch-ready", **more: object
) -> Readiness:
    known = sandbox.PERSONAS[provider][persona]
    choices = {"models": known.models, "base_url": sandbox.ORIGIN, "trust_endpoint": True, "operator": "the tests"}
    chosen = plan(provider, **{**choices, **more})  # type: ignore[arg-type]  # as `plan` takes them
    return judge_run(asyncio.run(probe_key(Key("THE_KEY", known.key), chosen, transport=transport)))


def standing(provider: str, persona: str = "launch-ready") -> set[str | None]:
    found = asked(provider, sandbox.transport(provider, persona), persona)
    return {row.standing for row in found.run.models if row.covered}


def about_models(provider: Provider, transport: Between) -> list[httpx.Request]:
    begins = tuple(ask.path.partition("{model")[0] for ask in provider.asks if ask.per_model and ask.auth)
    lists = {ask.path.partition("?")[0] for ask in provider.asks if not ask.per_model}
    keyed = [request for request in transport.requests if provider.auth[0] in request.headers]
    return [asked for asked in keyed if asked.url.path.startswith(begins) and asked.url.path not in lists]


@pytest.mark.parametrize("provider", CONFIRMS, ids=names)
def test_a_model_that_the_key_was_answered_about_is_confirmed(provider: Provider) -> None:
    assert standing(provider.id) == {"confirmed"}


@pytest.mark.parametrize("provider", OWN_LIST)
def test_a_list_of_what_the_key_may_use_confirms_the_models_on_it(provider: str) -> None:
    assert standing(provider) == {"confirmed"}


def test_a_model_that_the_keys_own_list_leaves_out_is_missing_whatever_the_public_one_has() -> None:
    assert standing("openrouter", "guardrail") == {"missing"}


@pytest.mark.parametrize("provider", sorted(set(sandbox.PERSONAS) - {p.id for p in CONFIRMS} - set(OWN_LIST)))
def test_lists_and_answers_to_anybody_confirm_nothing(provider: str) -> None:
    assert "confirmed" not in standing(provider)


def test_a_listed_model_that_this_key_is_told_there_is_none_of_is_no_more_than_listed() -> None:
    assert standing("openai", "listed-only") == {"listed"}


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("provider", CONFIRMS, ids=names)
def test_a_refusal_of_one_model_says_nothing_of_the_key(provider: Provider, status: int) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        body = {"error": {"message": "The model does not exist or you do not have access to it."}}
        return httpx.Response(status, json=body) if request in about_models(provider, transport) else None

    ready = asked(provider.id, Between(provider=provider.id))
    transport = Between(instead=refuse, provider=provider.id)
    found = asked(provider.id, transport)
    assert about_models(provider, transport)
    assert {row.standing for row in found.run.models if row.covered} == {"listed"}
    assert found.passport[Axis.AUTH].answer is ready.passport[Axis.AUTH].answer


@pytest.mark.parametrize("provider", PER_MODEL, ids=names)
def test_a_key_that_was_refused_is_not_sent_again_for_each_model(provider: Provider) -> None:
    transport = Between("revoked", provider=provider.id)
    asked(provider.id, transport, "revoked")
    assert about_models(provider, transport) == []


@pytest.mark.parametrize("provider", PER_MODEL, ids=names)
def test_each_covered_model_is_asked_about_once_with_the_key_and_never_with_the_control(provider: Provider) -> None:
    transport = Between(provider=provider.id)
    asked(provider.id, transport, models=MANY, samples=1)
    found = about_models(provider, transport)
    assert set(Counter(str(request.url) for request in found).values()) == {1}
    assert len(found) == len(MANY)
    assert not any(CONTROL in str(request.headers.multi_items()) for request in found)


def test_the_slash_of_a_model_is_escaped_where_it_is_one_segment_of_the_path() -> None:
    transport = Between(provider="groq")
    asked("groq", transport)
    assert b"/openai/v1/models/openai%2Fgpt-oss-20b" in {request.url.raw_path for request in transport.requests}


@pytest.mark.parametrize("provider", [p for p in PROVIDERS.values() if p.asks], ids=names)
def test_the_budget_of_a_run_is_enough_for_many_models_and_samples(provider: Provider) -> None:
    found = asked(provider.id, sandbox.transport(provider.id, "launch-ready"), models=MANY)
    repeats = [ask for ask in provider.asks if ask.repeat is Repeat.PER_SAMPLE]
    assert not any("budget" in str(row.why) for row in found.run.answers)
    assert sum(len(MANY) if ask.per_model else 1 for ask in repeats) * MAX_SAMPLES <= (1 + len(MANY)) * MAX_SAMPLES


@pytest.mark.parametrize("provider", [p for p in PROVIDERS.values() if p.asks], ids=names)
def test_a_list_of_models_is_fetched_once_in_a_run_and_once_with_the_control(provider: Provider) -> None:
    transport = Between(provider=provider.id)
    asked(provider.id, transport)
    lists = {ask.path for ask in provider.asks if ask.name == "model_catalog" and not ask.per_model}
    header = provider.auth[0]
    fetched = Counter(
        (request.url, request.headers.get(header))  # without a key, with it, and with the control
        for request in transport.requests
        if request.url.raw_path.decode() in lists
    )
    assert set(fetched.values()) <= {1}
