"""IPython's history file: nothing of a session that uses the package stays in it, and other sessions lose nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from jupyter_process import isolated

CALL = """
from testkey_nb.jupyter.history import keep_in_memory
kept = keep_in_memory(get_ipython())
"""
TYPED = "canary = 'typed-into-a-cell-51c9'"
LONG = f"{TYPED} + '{'long ' * 3000}'"  # longer than a page of the file


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(env=isolated(tmp_path))
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def run(kernel: BlockingKernelClient, code: str, expression: str = "None") -> str:
    reply = kernel.execute_interactive(
        code, timeout=60, store_history=True, user_expressions={"it": expression}, output_hook=lambda _message: None
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    return str(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (folder / "ipython").rglob("*") if path.is_file()}


def test_a_session_leaves_the_file_and_stays_out_of_it(kernel: BlockingKernelClient, tmp_path: Path) -> None:
    (file,) = (tmp_path / "ipython").rglob("history.sqlite")
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("INSERT INTO sessions VALUES (77, 'then', NULL, NULL, '')")
        other.execute("INSERT INTO history VALUES (77, 1, 'of another session', 'of another session')")
    for code in (TYPED, LONG, "1", LONG):
        run(kernel, code)
    run(kernel, "import time; time.sleep(0.5)")  # the thread that writes has written
    assert any(b"typed-into-a-cell" in content for content in files(tmp_path).values()), "IPython wrote nothing"
    assert run(kernel, CALL, "kept") == "True"
    run(kernel, f"{TYPED}  # and after")
    assert run(kernel, CALL, "kept") == "True"
    assert run(kernel, "", "get_ipython().history_manager.hist_file") == "':memory:'"
    names = "[thread.name for thread in __import__('threading').enumerate()]"
    assert "IPythonHistorySavingThread" not in run(kernel, "", names)
    kernel.shutdown()
    assert not [path for path, content in files(tmp_path).items() if b"typed-into-a-cell" in content]
    with closing(sqlite3.connect(file)) as left:
        assert left.execute("SELECT session, source_raw FROM history").fetchall() == [(77, "of another session")]


def test_earlier_input_can_still_be_recalled(kernel: BlockingKernelClient) -> None:
    run(kernel, TYPED)
    run(kernel, CALL)
    run(kernel, "later = 1")
    recalled = "[line[2] for line in get_ipython().history_manager.get_tail(9, include_latest=True)]"
    for line in (TYPED, "later = 1"):
        assert line in run(kernel, "", recalled)
        assert line in run(kernel, "", "_ih")


def test_a_file_that_cannot_be_rewritten_is_told(kernel: BlockingKernelClient, tmp_path: Path) -> None:
    run(kernel, TYPED)
    (file,) = (tmp_path / "ipython").rglob("history.sqlite")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert run(kernel, CALL, "kept") == "False"
        assert run(kernel, "1 + 1", "get_ipython().history_manager.hist_file") == "':memory:'"
