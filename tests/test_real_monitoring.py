"""Prometheus' own tools take ``monitoring/`` as it is written, and its blackbox exporter asks with it."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from conftest import KEY_NAME
from loopback import free_port, serving_all
from test_hand_edited_folder import EDITED

from testkey_nb import sandbox
from testkey_nb.actions import ARTEFACTS, present, write
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.launch import MONITORING_FILES
from testkey_nb.outcome import Action
from testkey_nb.probe import Run, plan, probe_key

PROMTOOL, EXPORTER = shutil.which("promtool"), shutil.which("prometheus-blackbox-exporter")
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="there is no promtool (Debian package prometheus)")
needs_exporter = pytest.mark.skipif(
    not EXPORTER, reason="there is no prometheus-blackbox-exporter (Debian package of that name)"
)
PROVIDED = tuple(sandbox.PERSONAS)
BLACKBOX, PROMETHEUS, ALERTS = MONITORING_FILES
HAND_EDITED = "hand-edited"
STARTS_WITHIN_S = 20


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Serve both a good and a refused key of every provider."""
    with serving_all("launch-ready", "revoked") as at:
        yield at


@pytest.fixture(scope="module")
def folders(origin: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the files for a launch-ready key of every provider, and for one whose folder people had edited."""

    async def run(provider: str) -> Run:
        persona, at = sandbox.PERSONAS[provider]["launch-ready"], f"{origin}/{provider}/launch-ready"
        choices = plan(provider, models=persona.models, base_url=at, trust_endpoint=True, operator="the tests")
        return await probe_key(Key(KEY_NAME, persona.key), choices)

    found = {name: tmp_path_factory.mktemp(name) for name in (*PROVIDED, HAND_EDITED)}
    for name in MONITORING_FILES:
        (found[HAND_EDITED] / name).parent.mkdir(exist_ok=True)
        (found[HAND_EDITED] / name).write_text(EDITED[name], encoding="utf-8")
    for name, folder in found.items():
        readiness = judge_run(asyncio.run(run("huggingface" if name == HAND_EDITED else name)))
        write(folder, ARTEFACTS[Action.ADD_MONITORING](readiness, present(folder)), present(folder))
    return found


def told(*command: object) -> str:
    """Run a tool that has nothing to find fault with; return what it says."""
    ran = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@needs_promtool
def test_promtool_takes_every_configuration_and_its_rules(folders: dict[str, Path]) -> None:
    said = told(PROMTOOL, "check", "config", *(folder / PROMETHEUS for folder in folders.values()))
    assert said.count("is valid prometheus config file") == len(folders)
    said = told(PROMTOOL, "check", "rules", "--lint=all", "--lint-fatal", *(f / ALERTS for f in folders.values()))
    assert said.count("SUCCESS: ") == len(folders)


@needs_exporter
@pytest.mark.parametrize("name", [*PROVIDED, HAND_EDITED])
def test_the_exporter_takes_every_configuration(name: str, folders: dict[str, Path]) -> None:
    assert "ok" in told(EXPORTER, "--config.check", f"--config.file={folders[name] / BLACKBOX}")


@needs_promtool
@pytest.mark.parametrize(
    ("job", "every", "seen", "minutes", "fires"),
    [
        ("current_key", "15m", "1 1 0 0 0 0 0 0", 105, True),
        ("current_key", "15m", "1 1 0 1 0 0 1 1", 105, False),  # refused now and then
        ("model_catalog", "1m", "1x3 0x10", 12, True),
        ("model_catalog", "1m", "1x3 0x2 1x8", 12, False),
    ],
)
def test_an_alert_fires_once_several_probes_in_a_row_have_failed(
    folders: dict[str, Path], tmp_path: Path, job: str, every: str, seen: str, minutes: int, *, fires: bool
) -> None:
    name = f"huggingface_{job}"
    series = f'probe_success{{job="{name}", credential="{KEY_NAME}"}}'
    [rule] = [
        rule
        for group in yaml.safe_load((folders["huggingface"] / ALERTS).read_text())["groups"]
        for rule in group["rules"]
        if name in rule["expr"]
    ]
    labels = {**rule["labels"], "job": name, "credential": KEY_NAME}
    alert = {"exp_labels": labels, "exp_annotations": rule["annotations"]}
    expected = {"eval_time": f"{minutes}m", "alertname": rule["alert"], "exp_alerts": [alert] if fires else []}
    tests = [{"interval": every, "input_series": [{"series": series, "values": seen}], "alert_rule_test": [expected]}]
    test = {"rule_files": [str(folders["huggingface"] / ALERTS)], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test), encoding="utf-8")
    assert "SUCCESS" in told(PROMTOOL, "test", "rules", tmp_path / "test.yml")


@pytest.fixture(scope="module")
def exporter(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Run the exporter with the modules of all providers, the key in a file of these tests as a person would put it."""
    folder = tmp_path_factory.mktemp("exporter")
    modules: dict[str, Any] = {}
    for provider in PROVIDED:
        text = (folders[provider] / BLACKBOX).read_text().replace("/etc/blackbox_exporter/secrets/", f"{folder}/")
        modules |= yaml.safe_load(text)["modules"]
    (folder / "blackbox.yml").write_text(yaml.safe_dump({"modules": modules}), encoding="utf-8")
    (folder / KEY_NAME).write_text("a-made-up-key-of-the-exporter", encoding="utf-8")
    port = free_port()
    command = [str(EXPORTER), f"--config.file={folder / 'blackbox.yml'}", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:  # noqa: S603
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
                _wait(client, running)
                yield client
        finally:
            running.terminate()


def _wait(client: httpx.Client, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and running.poll() is None:
        try:
            client.get("/-/healthy").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the exporter did not start")


def probed(exporter: httpx.Client, folder: Path, persona: str) -> dict[str, set[str]]:
    """Return what `probe_success` is of each job's targets, where the persona answers in the place of a good key."""
    found: dict[str, set[str]] = {}
    for job in yaml.safe_load((folder / PROMETHEUS).read_text())["scrape_configs"]:
        [module] = job["params"]["module"]
        targets = [target for group in job["static_configs"] for target in group["targets"]]
        for target in targets:
            asked = {"module": module, "target": target.replace("/launch-ready/", f"/{persona}/")}
            lines = exporter.get("/probe", params=asked).text.splitlines()
            found.setdefault(module, set()).update(line for line in lines if line.startswith("probe_success "))
    return found


@needs_exporter
@pytest.mark.parametrize("provider", PROVIDED)
def test_a_probe_succeeds_with_a_good_key_and_fails_with_a_refused_one(
    provider: str, folders: dict[str, Path], exporter: httpx.Client
) -> None:
    modules = yaml.safe_load((folders[provider] / BLACKBOX).read_text())["modules"]
    good = probed(exporter, folders[provider], "launch-ready")
    assert good == {name: {"probe_success 1"} for name in modules}
    if "revoked" in sandbox.PERSONAS[provider]:
        keyed = {name for name, module in modules.items() if "authorization" in module["http"]}
        assert probed(exporter, folders[provider], "revoked") == {
            name: {"probe_success 0" if name in keyed else "probe_success 1"} for name in modules
        }
