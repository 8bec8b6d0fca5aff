"""Ctrl-C in every command that sends or writes: one line, status 130, the old file whole, and nothing left open."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from loopback import serving

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


ASKED = ("--provider", "huggingface", "--key-env", "MY_HF_TOKEN", "--operator", "a test", "--trust-endpoint")
APPLYING = ("apply", "set_route", "--launch-dir", "{folder}", "--yes")
COMMANDS = [("probe", "--json"), ("report", "--out", "{folder}/r.html"), APPLYING]
ASKING = """
import signal, sys, threading
pressed = threading.Semaphore(0)
signal.signal(signal.SIGINT, lambda *_: pressed.release())
print("up", flush=True)
pressed.acquire()
print("Shut down this server (y/[n])?", flush=True)
pressed.acquire()
print("kernels are shut down", flush=True)
"""


@contextmanager
def started(
    *words: object,
    command: Sequence[str] = COMMAND,
    stdin: int | None = None,
    own_group: bool = False,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator["subprocess.Popen[str]"]:
    """Start the command line, and see to it that it is over at the end."""
    key = {"MY_HF_TOKEN": PERSONAS["huggingface"]["launch-ready"].key}
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, *map(str, words)],
        env={**os.environ, **key, **variables},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=own_group,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield process
        finally:
            process.kill()


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


@contextmanager
def waiting(words: tuple[str, ...], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a command, and go on when it waits for an answer that does not come."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        where = ("--base-url", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with started(*(word.format(folder=folder) for word in words), *ASKED, *where) as process:
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(4) == b"GET "
                yield process


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_ctrl_c_while_an_answer_is_waited_for_leaves_everything_as_it_was(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "r.html").write_text(OLD)
    with waiting(words, tmp_path) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (STOPPED, "", SAID)
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


def stop_again_and_again(process: "subprocess.Popen[str]", every_s: float) -> tuple[str, str]:
    """Press Ctrl-C until the process has ended; return what it said."""
    end = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < end:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(every_s)
    return process.communicate(timeout=1)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_further_ctrl_cs_do_not_disturb_the_end_that_the_first_began(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text(OLD)
    with waiting(words, tmp_path) as process:
        out, err = stop_again_and_again(process, 0.002)
    assert (process.returncode, out, err) == (STOPPED, "", SAID)
    assert files(tmp_path) == {"r.html": OLD}


@pytest.mark.parametrize("later_s", [0.05, 0.4, 0.8])
def test_ctrl_c_pressed_on_and_on_from_any_moment_of_a_report_leaves_the_old_file_or_the_new_one(
    later_s: float, tmp_path: Path
) -> None:
    (tmp_path / "r.html").write_text(OLD)
    with started("demo", "--out", tmp_path / "r.html", command=LENIENT) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(later_s)
        _, err = stop_again_and_again(process, 0.002)
    found = files(tmp_path)
    assert set(found) == {"r.html"}
    assert found["r.html"] == OLD or found["r.html"].rstrip().endswith("</html>")
    assert (process.returncode, err) in {(STOPPED, SAID), (0, "")}


def test_ctrl_c_pressed_on_and_on_ends_the_sandbox() -> None:
    with started("sandbox") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("SANDBOX huggingface launch-ready")
        _, err = stop_again_and_again(process, 0.002)
    assert (process.returncode, err) == (0, "")


def test_ctrl_c_at_the_question_whether_to_write_writes_nothing(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="this system has no terminals that a program can open")
    ours, theirs = pty.openpty()
    with serving("huggingface", "launch-ready") as origin:
        words = (*APPLYING[:-1], *ASKED, "--base-url", origin)
        with started(*(word.format(folder=tmp_path / "launch") for word in words), stdin=theirs) as process:
            assert process.stderr is not None
            said = iter(lambda: process.stderr.read(1), "")  # type: ignore[union-attr]  # a pipe was asked for
            read = ""
            while not read.endswith("[y/N]:"):
                read += next(said)
            _, err = stop_again_and_again(process, 0.05)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == STOPPED
    assert err.strip() == SAID.strip()
    assert not (tmp_path / "launch").exists()


def test_ctrl_c_in_lab_is_left_to_jupyterlab_which_asks_before_it_ends(tmp_path: Path) -> None:
    (tmp_path / "jupyterlab.py").write_text(ASKING)
    environ = {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    with started("lab", own_group=True, variables=environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "Shut down this server (y/[n])?\n"
        time.sleep(0.3)  # subprocess.run kills whom it waits for a quarter of a second after an interrupt
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "kernels are shut down\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(  # noqa: S603 - our own interpreter
            [*SILENT, "providers", "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert ran.returncode == 2
    assert ran.stderr == ("testkey: what was found cannot be printed (No space left on device); send it elsewhere\n")


IN_A_CALLBACK = """
import signal, threading, time, weakref
from testkey_nb.cli.stopping import heed_first

class Thing:
    pass

{a_loaded_machine}
heed_first()
thing = Thing()
gone = weakref.ref(thing, lambda _gone: signal.raise_signal(signal.SIGINT))
del thing  # what its callback raises is raised nowhere
try:
    time.sleep(30)
except KeyboardInterrupt:
    print("raised again")
"""


SLOW_TO_START_A_THREAD = """
at_once = threading.Thread.start
threading.Thread.start = lambda thread: (at_once(thread), time.sleep(0.2))
"""


@pytest.mark.parametrize("a_loaded_machine", ["", SLOW_TO_START_A_THREAD], ids=["idle", "loaded"])
def test_ctrl_c_in_a_place_from_which_nothing_is_raised_interrupts_a_moment_later(a_loaded_machine: str) -> None:
    words = [sys.executable, "-c", IN_A_CALLBACK.format(a_loaded_machine=a_loaded_machine)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - our own words
    assert (done.stdout, done.stderr) == ("raised again\n", "")


WHILE_C_CODE_IS_IMPORTED = """
import signal
from testkey_nb.cli import commands, main

def imported():
    try:
        {interrupted}
    except KeyboardInterrupt:
        pass
    raise ImportError("initialization failed")

commands.answer = imported
main()
"""


@pytest.mark.parametrize(("interrupted", "status"), [("signal.raise_signal(signal.SIGINT)", STOPPED), ("pass", 1)])
def test_ctrl_c_that_became_another_error_on_its_way_stops_and_says_so(interrupted: str, status: int) -> None:
    words = [sys.executable, "-c", WHILE_C_CODE_IS_IMPORTED.format(interrupted=interrupted)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - our own words
    assert done.returncode == status
    assert done.stderr == SAID if status == STOPPED else done.stderr.endswith("ImportError: initialization failed\n")
