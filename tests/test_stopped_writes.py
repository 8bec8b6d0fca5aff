"""A file is the old one or the new one, whatever stops the writer and wherever: killed, interrupted, refused."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import RunPersona
from stopped_writes import DONE, INTERRUPTED, REFUSED

from testkey_nb.actions import ARTEFACTS
from testkey_nb.actions.write import replace_file
from testkey_nb.judge import judge_run
from testkey_nb.outcome import Action

SCRIPT = Path(__file__).parent / "stopped_writes.py"
ENDS = {
    "killed": -signal.SIGKILL, "interrupted": INTERRUPTED, "disk full": REFUSED, "read-only": REFUSED,
    "too long": REFUSED,
}  # fmt: skip
LEAST_STEPS = {"killed": 20, "interrupted": 20, "disk full": 3, "read-only": 3, "too long": 2}


def stopped_everywhere(fault: str, folder: Path, files: dict[str, str], before: dict[str, str]) -> list[dict[str, Any]]:
    job = json.dumps({"fault": fault, "folder": str(folder), "files": files, "before": before})
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT)],
        input=job,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("fault", ENDS)
def test_every_file_is_the_old_one_or_the_new_one_at_whichever_step_the_writer_is_stopped(
    fault: str, run_persona: RunPersona, tmp_path: Path
) -> None:
    is_there = fault in {"killed", "interrupted", "too long"}
    action = Action.ADD_MONITORING if is_there else Action.FILL_PRICING  # three files over old ones, and a new one
    files = dict(ARTEFACTS[action](judge_run(run_persona("launch-ready")), {}))
    before = {name: f"{text}# the same a day ago\n" for name, text in files.items()} if is_there else {}
    *stopped, last = stopped_everywhere(fault, tmp_path / "launch", files, before)
    assert len(stopped) >= LEAST_STEPS[fault]
    for one in [*stopped, last]:
        place = f"step {one['step']}"
        shown = {name: text for name, text in one["left"].items() if not Path(name).name.startswith(".")}
        for name, text in shown.items():
            assert text in {files[name], before.get(name)}, place
        assert set(before) <= set(shown), place
        assert one["status"] in {ENDS[fault], DONE}, place
        if fault != "killed":  # nobody tidies up after that, and what is left is hidden and in nobody's way
            assert one["left"] == shown, place
        assert one["again"] == DONE, place
        assert files.items() <= one["then"].items(), place
    assert last["left"] == files


def test_what_a_killed_writer_left_is_cleared_away_by_a_later_one_and_nothing_else_is(tmp_path: Path) -> None:
    old = time.time() - 2 * 3600
    left, others = ".r.html.0a1b2c3d", [".r.html.swp", ".r.html.0a1b2c3d4", "r.html.0a1b2c3d", ".other.html.0a1b2c3d"]
    for name in (left, *others):
        (tmp_path / name).write_text("half a rep")
        os.utime(tmp_path / name, (old, old))
    (tmp_path / ".r.html.ffffffff").write_text("of one that still writes")
    replace_file(tmp_path / "r.html", "<p>a report</p>")
    assert {path.name for path in tmp_path.iterdir()} == {"r.html", ".r.html.ffffffff", *others}
    assert (tmp_path / "r.html").read_text() == "<p>a report</p>"
