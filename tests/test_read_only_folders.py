"""A folder in which nobody may write: said in one line before anything is sent, and everything stays as it was."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from loopback import serving

from testkey_nb.sandbox import PERSONAS

# A system's own root may write anywhere, by a capability: without it, it is refused as everybody else is.
# prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE), then CAP_DAC_READ_SEARCH, holds from the next exec on (capabilities(7)).
AS_ANYBODY = (
    "import ctypes, os, sys; drop = ctypes.CDLL(None).prctl; drop(24, 1, 0, 0, 0); drop(24, 2, 0, 0, 0); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
MAIN = (sys.executable, "-c", "from testkey_nb.cli import main; main()")
ASKED = ("--provider", "huggingface", "--key-env", "MY_HF_TOKEN", "--operator", "a test", "--trust-endpoint")
CALLER = 2
OLD = "<p>yesterday's report</p>"


def as_anybody(command: Sequence[object], cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    words = [str(word) for word in ((sys.executable, "-c", AS_ANYBODY, *command) if root else command)]
    environ = {**os.environ, "MY_HF_TOKEN": PERSONAS["huggingface"]["launch-ready"].key}
    return subprocess.run(words, env=environ, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own interpreter


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that holds an old report and an old inventory, and in which nothing can be made or replaced."""
    made = tmp_path / "closed"
    made.mkdir()
    (made / "r.html").write_text(OLD)
    (made / "routes.yaml").write_text("model_list: []\n")
    made.chmod(0o555)
    tried = as_anybody([sys.executable, "-c", "import sys; open(sys.argv[1], 'x')", made / "new"])
    if "PermissionError" not in tried.stderr:
        pytest.skip("this system lets whoever runs the tests write into a folder that is read-only")
    yield made
    made.chmod(0o755)


@pytest.mark.parametrize(
    "words",
    [
        ("report", "--out", "{folder}/r.html"),
        ("report", "--out", "{folder}/new.html"),
        ("apply", "set_route", "--launch-dir", "{folder}", "--yes"),
        ("apply", "add_monitoring", "--launch-dir", "{folder}/below", "--yes"),
    ],
    ids=lambda words: " ".join(words[:3:2]),
)
def test_a_read_only_folder_is_the_callers_mistake_and_nothing_is_sent(words: tuple[str, ...], folder: Path) -> None:
    asked: list[object] = []
    with serving("huggingface", "launch-ready", asked) as origin:
        ran = as_anybody([*MAIN, *(word.format(folder=folder) for word in words), *ASKED, "--base-url", origin])
    assert (ran.returncode, ran.stdout) == (CALLER, "")
    assert ran.stderr.startswith(f"testkey: {folder}")
    assert ran.stderr.endswith("cannot be written (Permission denied); choose another place\n")
    assert ran.stderr.count("\n") == 1
    assert asked == []
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "r.html": OLD, "routes.yaml": "model_list: []\n"
    }  # fmt: skip


def test_a_file_that_alone_is_read_only_is_replaced_in_a_folder_that_is_not_and_stays_read_only(tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    file.write_text(OLD)
    file.chmod(0o444)
    ran = as_anybody([*MAIN, "demo", "--out", file])
    assert ran.returncode == 0, ran.stderr
    assert file.read_text("utf-8").rstrip().endswith("</html>")
    assert file.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize(
    "words",
    [
        *(("probe", "--launch-dir", place) for place in ("circle", "a" * 300, "file/below", "locked/launch")),
        ("apply", "human_review", "--launch-dir", "locked/launch", "--yes"),
        ("report", "--out", "circle"),
        ("report", "--out", "locked/r.html"),
    ],
    ids=lambda words: f"{words[0]} {words[-1 if words[0] != 'apply' else 3][:20]}",
)
def test_a_place_that_nobody_can_look_into_is_the_callers_mistake(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "file").write_text("a file")
    locked = tmp_path / "locked"
    (locked / "launch").mkdir(parents=True)
    locked.chmod(0o000)
    asked: list[object] = []
    with serving("huggingface", "launch-ready", asked) as origin:
        ran = as_anybody([*MAIN, *words, *ASKED, "--base-url", origin], cwd=tmp_path)
    locked.chmod(0o755)
    assert (ran.returncode, ran.stdout, asked) == (CALLER, "", [])
    assert ran.stderr.startswith("testkey: ")
    assert ran.stderr.count("\n") == 1


def test_a_file_of_the_launch_folder_that_leads_in_a_circle_is_not_taken_for_missing(tmp_path: Path) -> None:
    (tmp_path / "providers.toml").symlink_to("providers.toml")
    asked: list[object] = []
    with serving("huggingface", "launch-ready", asked) as origin:
        words = ("apply", "add_provider_config", "--launch-dir", tmp_path, "--yes", *ASKED, "--base-url", origin)
        ran = as_anybody([*MAIN, *words])
    assert (ran.returncode, ran.stdout, asked) == (CALLER, "", [])
    assert (tmp_path / "providers.toml").is_symlink()


def test_a_launch_folder_that_cannot_be_made_is_named_as_the_caller_named_it(folder: Path) -> None:
    ran = as_anybody([*MAIN, "apply", "set_route", *ASKED, "--yes", "--launch-dir", folder / "below"])
    assert ran.returncode == CALLER
    assert ran.stderr == f"testkey: {folder / 'below'} cannot be written (Permission denied); choose another place\n"


@pytest.mark.parametrize("words", [("report", "--out", "r.html"), ("apply", "set_route", "--yes", "--launch-dir", "l")])
def test_a_working_folder_that_is_gone_is_the_callers_mistake(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    leaving = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.argv[1], sys.argv[1:])"
    asked: list[object] = []
    with serving("huggingface", "launch-ready", asked) as origin:
        command = [sys.executable, "-c", leaving, *MAIN, *words, *ASKED, "--base-url", origin]
        ran = as_anybody(command, cwd=tmp_path / "gone")
    assert (ran.returncode, ran.stdout, asked) == (CALLER, "", [])
    said = f"testkey: {words[-1]} cannot be written (No such file or directory); choose another place\n"
    assert ran.stderr == said
