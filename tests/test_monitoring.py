"""What ``monitoring/`` asks: what was sampled, of each covered model, with the key where it can be read from a file."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import yaml
from conftest import KEY_NAME

from testkey_nb import sandbox
from testkey_nb.actions import ARTEFACTS, write
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.launch import MONITORING_FILES, read_launch
from testkey_nb.outcome import Action
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.providers import PROVIDERS

PROVIDED = tuple(sandbox.PERSONAS)
each = pytest.mark.parametrize("provider", PROVIDED)


@pytest.fixture(scope="module")
def sampled() -> dict[str, Run]:
    """Probe every provider's launch-ready key with two samples, all at once since samples are spaced."""

    async def run(provider: str) -> Run:
        persona = sandbox.PERSONAS[provider]["launch-ready"]
        models = (*(persona.models or PROVIDERS[provider].covered_models), "another/model")
        choices = plan(
            provider, models=models, base_url=sandbox.ORIGIN, trust_endpoint=True, samples=2, operator="the tests"
        )
        transport = sandbox.transport(provider, "launch-ready")
        return await probe_key(Key(KEY_NAME, persona.key), choices, transport=transport)

    async def runs() -> list[Run]:
        return await asyncio.gather(*map(run, PROVIDED))

    return dict(zip(PROVIDED, asyncio.run(runs()), strict=True))


class Monitoring(NamedTuple):
    modules: dict[str, dict[str, Any]]  # `http` by module name
    targets: dict[str, list[str]]  # paths by job name
    alerts: list[dict[str, Any]]
    notes: tuple[str, ...]

    @property
    def keyed(self) -> set[str]:
        return {name for name, http in self.modules.items() if "authorization" in http}


def monitoring(readiness: Readiness) -> Monitoring:
    files = ARTEFACTS[Action.ADD_MONITORING](readiness)
    blackbox, prometheus, alerts = (yaml.safe_load(files[name]) for name in MONITORING_FILES)
    modules = {name: module["http"] for name, module in blackbox["modules"].items()}
    targets = {
        job["job_name"]: [_path(url) for group in job["static_configs"] for url in group["targets"]]
        for job in prometheus["scrape_configs"]
    }
    return Monitoring(modules, targets, alerts["groups"][0]["rules"], files.notes)


def _path(url: str) -> str:
    return urlsplit(url)._replace(scheme="", netloc="").geturl()


def unsampled(run: Run) -> Run:
    return replace(run, answers=tuple(row for row in run.answers if not row.sample))


def takes_bearer(provider: str) -> bool:
    return PROVIDERS[provider].auth[0] == "authorization"


@each
def test_exactly_what_was_sampled_is_asked(provider: str, sampled: dict[str, Run]) -> None:
    samples = [row for row in sampled[provider].answers if row.sample >= 1]
    found = monitoring(judge_run(sampled[provider]))
    assert sorted(path for paths in found.targets.values() for path in paths) == sorted({row.path for row in samples})
    assert set(found.modules) == set(found.targets)
    keyed = {f"{provider}_{row.ask}" for row in samples if row.keyed}
    assert found.keyed == (keyed if takes_bearer(provider) else set())
    assert bool(found.keyed) != any("goes unnoticed" in note for note in found.notes)


@each
def test_without_samples_it_is_what_samples_would_ask_and_what_proves_the_key(
    provider: str, sampled: dict[str, Run]
) -> None:
    run = sampled[provider]
    found = monitoring(judge_run(unsampled(run)))
    paths = {path for asked in found.targets.values() for path in asked}
    proofs = [ask for ask in PROVIDERS[provider].asks if ask.proves_key and not ask.admin]
    assert paths == {row.path for row in run.answers if row.sample} | {ask.path for ask in proofs}
    assert bool(found.keyed) == (takes_bearer(provider) and any(ask.auth for ask in PROVIDERS[provider].asks))


@each
def test_every_question_has_its_alert_and_no_two_are_alike(provider: str, sampled: dict[str, Run]) -> None:
    found = monitoring(judge_run(unsampled(sampled[provider])))
    for name in found.modules:
        assert len([rule for rule in found.alerts if f'job="{name}"' in rule["expr"]]) == 1
    told = [(rule["alert"], *sorted(rule["labels"].items())) for rule in found.alerts]
    assert len(told) == len(set(told))


@each
def test_the_credential_is_watched_once_it_is_written(provider: str, sampled: dict[str, Run], tmp_path: Path) -> None:
    write(tmp_path, ARTEFACTS[Action.ADD_MONITORING](judge_run(sampled[provider])))
    assert read_launch(tmp_path).watched == {(provider, KEY_NAME)}


def test_a_question_about_a_model_is_asked_of_each_covered_one(sampled: dict[str, Run]) -> None:
    run = sampled["huggingface"]
    assert monitoring(judge_run(run)).targets == {
        "huggingface_model_catalog": [f"/v1/models/{model}" for model in run.plan.models]
    }


@pytest.mark.parametrize("provider", [provider for provider in PROVIDED if not takes_bearer(provider)])
def test_a_key_that_cannot_come_from_a_file_is_left_out_and_its_lack_expected(
    provider: str, sampled: dict[str, Run]
) -> None:
    found = monitoring(judge_run(sampled[provider]))
    assert all(http["valid_status_codes"] == [400, 401, 403] for http in found.modules.values())
    assert any(PROVIDERS[provider].auth[0] in note for note in found.notes)


@each
def test_headers_that_every_question_needs_are_sent(provider: str, sampled: dict[str, Run]) -> None:
    found = monitoring(judge_run(sampled[provider]))
    assert all(http.get("headers", {}) == dict(PROVIDERS[provider].headers) for http in found.modules.values())


def test_a_body_that_refuses_with_status_200_fails_the_probe(sampled: dict[str, Run]) -> None:
    [http] = monitoring(judge_run(sampled["xai"])).modules.values()
    assert http["fail_if_body_matches_regexp"] == [r'"api_key_blocked"\s*:\s*true', r'"api_key_disabled"\s*:\s*true']
