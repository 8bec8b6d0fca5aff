"""The shell scripts of the documentation do what the text around them says, run by a shell."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from loopback import serving

from testkey_nb.sandbox import PERSONAS

ROOT = Path(__file__).parents[1]
CI, README = ROOT / "docs/ci.md", ROOT / "README.md"
OPERATOR = "the tests, in the sandbox"


def block(page: Path, language: str, about: str) -> str:
    """Return the one block of `page` in which `about` stands."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    [found] = [str(text) for of, text in blocks if of == language and about in text]
    return found


def shell(folder: Path, script: str, *words: str, also: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder), "TESTKEY_OPERATOR": OPERATOR, **also}
    command = ["/bin/sh", "-c", script, "sh", *words]
    return subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True)  # noqa: S603 - ours


def walked(folder: Path, origin: str) -> subprocess.CompletedProcess[str]:
    """Walk from one action to ready as the README does."""
    key = PERSONAS["huggingface"]["launch-ready"].key
    script = block(README, "", "for action in").replace("…", key).replace("http://127.0.0.1:PORT", origin)
    return shell(folder, f"set -e\n{script}", also={})


def morning(folder: Path, origin: str, persona: str = "launch-ready") -> subprocess.CompletedProcess[str]:
    """Run the job of docs/ci.md, at the sandbox in place of the provider."""
    script = block(CI, "sh", "readiness.sh").replace("--key-env", f"--base-url {origin} --trust-endpoint --key-env")
    own = {"SANDBOX_KEY": PERSONAS["huggingface"][persona].key}
    return shell(folder, script, "SANDBOX_KEY", "huggingface", also=own)


def test_the_walk_of_the_readme_ends_ready(tmp_path: Path) -> None:
    with serving("huggingface", "launch-ready") as origin:
        done = walked(tmp_path, origin)
    assert done.returncode == 0  # that of the last command: ready
    assert (tmp_path / "launch/monitoring/alerts.yml").is_file()


def test_the_job_fails_until_the_key_is_ready_and_tells_what_has_changed(tmp_path: Path) -> None:
    (tmp_path / "launch").mkdir()
    with serving("huggingface", "launch-ready") as origin:
        first = morning(tmp_path, origin)
        assert walked(tmp_path, origin).returncode == 0
        second = morning(tmp_path, origin)
    assert (first.returncode, first.stdout, second.returncode) == (3, "", 0)
    assert "5 gates flipped" in second.stdout
    assert (tmp_path / "readiness.html").read_text(encoding="utf-8").count("SANDBOX")
    with serving("huggingface", "broke") as origin:
        third = morning(tmp_path, origin, "broke")
    assert third.returncode == 3
    assert "funds" in third.stdout


def test_an_outage_is_no_state_to_compare_with(tmp_path: Path) -> None:
    with serving("huggingface", "launch-ready") as origin:
        assert morning(tmp_path, origin).returncode == 3
    last = (tmp_path / "last.json").read_bytes()
    assert morning(tmp_path, origin).returncode == 4  # nobody is there any more
    assert (tmp_path / "last.json").read_bytes() == last


def test_a_mistake_of_the_caller_ends_the_job_with_what_to_do(tmp_path: Path) -> None:
    done = shell(tmp_path, block(CI, "sh", "readiness.sh"), "HF_TOKEN", "huggingface", also={})
    assert done.returncode == 2
    assert "HF_TOKEN" in done.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "now.json"]


@pytest.mark.parametrize("step", ["sh readiness.sh HF_TOKEN huggingface", "python -m pip install ./testkey_nb"])
def test_the_workflow_is_yaml_that_runs_the_script(step: str) -> None:
    workflow = yaml.safe_load(block(CI, "yaml", "workflow_dispatch"))
    [job] = workflow["jobs"].values()
    assert step in [one.get("run") for one in job["steps"]]
