"""Ctrl-C in every command that sends or writes: one line, status 130, the old file whole, and nothing left open."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from testkey_nb.sandbox import PERSONAS

MAIN = "from testkey_nb.cli import main; print('begun', flush=True); main()"
COMMAND = [sys.executable, "-W", "error", "-c", MAIN]
SILENT = [sys.executable, "-W", "error", "-c", "from testkey_nb.cli import main; main()"]
LENIENT = [
    sys.executable,
    "-c",
    MAIN,
]  # a file of Python's own that was being imported is left open, which is a warning
STOPPED = 130
SAID = "testkey: stopped; nothing more is sent or written, and no file is half written\n"
OLD = "<p>yesterday's report</p>"


@contextmanager
def started(*words: object, command: Sequence[str] = COMMAND) -> Iterator["subprocess.Popen[str]"]:
    """Start the command line, and see to it that it is over at the end."""
    environ = {**os.environ, "MY_HF_TOKEN": PERSONAS["huggingface"]["launch-ready"].key}
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, *map(str, words)], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield process
        finally:
            process.kill()


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words",
    [
        ("probe", "--json"),
        ("report", "--out", "{folder}/r.html"),
        ("apply", "set_route", "--launch-dir", "{folder}", "--yes"),
    ],
    ids=lambda words: words[0],
)
def test_ctrl_c_while_an_answer_is_waited_for_leaves_everything_as_it_was(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "r.html").write_text(OLD)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        asked = ("--provider", "huggingface", "--key-env", "MY_HF_TOKEN", "--operator", "a test", "--trust-endpoint")
        where = ("--base-url", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with started(*(word.format(folder=tmp_path) for word in words), *asked, *where) as process:
            connection, _ = silent.accept()  # and nothing is answered
            with connection:
                assert connection.recv(4) == b"GET "
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (STOPPED, "")
    assert err == SAID
    assert files(tmp_path) == {"r.html": OLD}


def test_ctrl_c_ends_the_sandbox_and_that_is_how_it_ends() -> None:
    with started("sandbox") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("SANDBOX huggingface launch-ready")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("later_s", [0.05, 0.4, 0.8, 1.6])
def test_ctrl_c_at_any_moment_of_a_report_leaves_the_old_file_or_the_new_one(later_s: float, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text(OLD)
    with started("demo", "--out", tmp_path / "r.html", command=LENIENT) as process:
        try:
            _, err = process.communicate(timeout=later_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    found = files(tmp_path)
    assert set(found) == {"r.html"}
    assert found["r.html"] == OLD or found["r.html"].rstrip().endswith("</html>")
    assert (process.returncode, err) in {(STOPPED, SAID), (0, "")}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(  # noqa: S603 - our own interpreter
            [*SILENT, "providers", "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert ran.returncode == 2
    assert ran.stderr == ("testkey: what was found cannot be printed (No space left on device); send it elsewhere\n")
