"""Every persona of every provider: what is known, and above all what is never said of a key that nothing proves."""

import asyncio

import pytest

from testkey_nb import sandbox
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Capability, CapabilityState, Verdict
from testkey_nb.probe import plan, probe_key
from testkey_nb.providers import PROVIDERS

PERSONAS = [(provider, name) for provider, known in sandbox.PERSONAS.items() for name in known]
AGAIN = "probe again once the provider answers: nothing was granted, and no refusal that is known here was told"
_FOUND: dict[tuple[str, str], Readiness] = {}


def judged(provider: str, name: str) -> Readiness:
    if (provider, name) not in _FOUND or _FOUND[provider, name].run.gone:
        persona = sandbox.PERSONAS[provider][name]
        choices = plan(
            provider, models=persona.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests"
        )
        key = Key("THE_KEY", persona.key)
        run = asyncio.run(probe_key(key, choices, transport=sandbox.transport(provider, name)))
        _FOUND[provider, name] = judge_run(run)
    return _FOUND[provider, name]


def axes(provider: str, name: str) -> dict[Axis, Answer]:
    return {axis: found.answer for axis, found in judged(provider, name).passport.items()}


def named(name: str) -> list[str]:
    return [provider for provider, known in sandbox.PERSONAS.items() if name in known]


def test_every_provider_that_can_be_asked_is_in_the_sandbox() -> None:
    assert set(sandbox.PERSONAS) == {provider.id for provider in PROVIDERS.values() if provider.asks}


@pytest.mark.parametrize(("provider", "name"), PERSONAS)
def test_it_says_sandbox_and_ends_in_one_action(provider: str, name: str) -> None:
    found = judged(provider, name)
    assert found.run.sandbox
    marked = {row.observed for row in found.run.identity.evidence if row.mark == "x-testkey-sandbox"}
    assert marked == {Key("THE_KEY", sandbox.PERSONAS[provider][name].key).blank(f"persona {name}")}
    assert found.run.identity.verdict is not Verdict.GENUINE
    assert found.to_json()["sandbox"] is True
    assert found.action.id is not None
    assert found.action.why
    assert found.ready is not True


def test_only_hugging_face_tells_a_key_enough_to_launch_as_the_page_on_verdicts_says() -> None:
    passing = [
        one for one in named("launch-ready") if {gate.may for gate in judged(one, "launch-ready").gates} == {Answer.YES}
    ]
    assert passing == ["huggingface"]


@pytest.mark.parametrize("provider", named("launch-ready"))
def test_launch_ready_is_proved_where_a_question_can_prove_it(provider: str) -> None:
    found, proves = axes(provider, "launch-ready"), [ask for ask in PROVIDERS[provider].asks if ask.proves_key]
    open_to_all = PROVIDERS[provider].kind == "relay" and "open-door" not in sandbox.PERSONAS[provider]
    if proves and (found[Axis.AUTH] is Answer.YES or not open_to_all):
        assert found[Axis.AUTH] is Answer.YES
        assert found[Axis.REGION] is Answer.YES
    else:
        assert found[Axis.AUTH] is Answer.UNKNOWN
    assert Answer.NO not in found.values()


@pytest.mark.parametrize("provider", named("revoked"))
def test_revoked_is_never_accepted(provider: str) -> None:
    found = axes(provider, "revoked")
    assert found[Axis.AUTH] is not Answer.YES
    assert Answer.YES not in {found[axis] for axis in (Axis.FUNDS, Axis.QUOTA, Axis.SCOPE, Axis.REGION)}
    told = [clause for clause in PROVIDERS[provider].outcomes if clause.outcome == "denied"]
    if found[Axis.AUTH] is Answer.UNKNOWN:
        assert not told or provider in {"mistral", "new_api"}, "a refusal is known and was not recognised"


@pytest.mark.parametrize("provider", named("throttled"))
def test_throttled_says_nothing_of_the_key(provider: str) -> None:
    found = axes(provider, "throttled")
    assert {answer for axis, answer in found.items() if axis is not Axis.MODELS} == {Answer.UNKNOWN}


@pytest.mark.parametrize("provider", named("broke"))
def test_broke_is_never_able_to_pay(provider: str) -> None:
    assert axes(provider, "broke")[Axis.FUNDS] is not Answer.YES
    assert judged(provider, "broke").ready is not True


def test_nobody_is_told_to_ask_again_where_the_provider_has_said_what_is_in_the_way() -> None:
    for provider, name in PERSONAS:
        readiness = judged(provider, name)
        auth, refused = readiness.passport[Axis.AUTH], [f for f in readiness.run.findings if f.answer is Answer.NO]
        if auth.answer is Answer.UNKNOWN and refused:
            assert str(auth.opens) != AGAIN, (provider, name)
    said = {
        (
            "openai",
            "region-blocked",
        ): "probe from, and route through, a region the provider serves and an IP address the account admits",
        ("anthropic", "broke"): "add credits or a payment method on the provider's billing page",
        ("openai", "restricted"): "have a person confirm the key on the provider's page",
        ("mistral", "revoked"): "have a person confirm the key on the provider's page",
        ("openai", "throttled"): AGAIN,
        ("groq", "firewall"): AGAIN,
    }
    for (provider, name), opens in said.items():
        assert str(judged(provider, name).action.opens) == opens, (provider, name)


@pytest.mark.parametrize(("provider", "name"), PERSONAS)
def test_an_amount_has_one_currency_and_is_never_invented(provider: str, name: str) -> None:
    run = judged(provider, name).run
    for row in run.metrics:
        if row.metric.startswith(("balance_", "key_limit")) and row.number is not None and row.unit != "boolean":
            # What a relay counts in is its operator's own.
            assert row.unit in {"USD", "CNY"} or (row.unit == "relay unit" and PROVIDERS[provider].kind == "relay"), row
    keys = [
        (row.metric, row.unit) for row in run.metrics if row.metric.startswith("balance_") and row.number is not None
    ]
    assert len(keys) == len(set(keys)), "one amount of each name in each currency"


@pytest.mark.parametrize(("provider", "name"), PERSONAS)
def test_what_is_not_offered_is_said_to_be_so(provider: str, name: str) -> None:
    found = {row.capability: row.state for row in judged(provider, name).capabilities}
    assert set(found) == set(Capability)
    for capability in Capability:
        if capability not in PROVIDERS[provider].offers:
            assert found[capability] is CapabilityState.NOT_OFFERED
