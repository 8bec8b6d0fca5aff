"""Write a launch folder again and again, each time stopped one step later; run as a script, by itself, so it may fork.

It reads a job from stdin and prints a line of JSON for every step: how the writer ended, what it left, and what the
same write makes of that afterwards.
"""

import json
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from testkey_nb.actions.write import present, write
from testkey_nb.errors import OutputRefused
from testkey_nb.launch import read_launch

_WRITING = ("write", "_replace_files", "_private")  # the others read and compare
DONE, REFUSED, INTERRUPTED = 0, 2, 130
Contents = dict[str, str]


def at_line(number: int, stop: Callable[[], object]) -> None:
    """Stop at the n-th line that writing comes to."""
    lines = count(1)

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - as `sys.settrace` has it
        if frame.f_code.co_filename != write.__code__.co_filename or frame.f_code.co_name not in _WRITING:
            return None
        if event == "line" and next(lines) == number:
            stop()
        return trace

    sys.settrace(trace)


def at_call(folder: Path, number: int, error: OSError) -> None:
    """Have the n-th call of the system that opens, makes, moves or changes something in `folder` refused."""
    calls = count(1)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        # To remove what was staged is the tidying up: a disk that refuses that as well leaves a hidden file.
        inside = any(isinstance(one, str | Path) and str(one).startswith(str(folder)) for one in arguments)
        if inside and event != "os.remove" and next(calls) == number:
            raise error

    sys.addaudithook(hook)


def arranged(fault: str, step: int, folder: Path) -> None:
    """Let the fault happen at a step."""
    if fault == "killed":
        at_line(step, lambda: os.kill(os.getpid(), signal.SIGKILL))
    elif fault == "interrupted":
        at_line(step, lambda: signal.raise_signal(signal.SIGINT))
    elif fault == "disk full":
        at_call(folder, step, OSError(28, "No space left on device"))
    elif fault == "read-only":
        at_call(folder, step, OSError(30, "Read-only file system"))
    else:  # too long a file: a full disk as the system itself tells it, in the middle of one
        size = (step - 1) * 300
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def attempt(folder: Path, files: Contents, before: Contents) -> int:
    """Write, and tell how it ended as an exit status does."""
    try:
        write(folder, files, before)
    except OutputRefused:
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return DONE


def contents(folder: Path) -> Contents:
    """Return every file below `folder`, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file()
    }


def results(job: dict[str, Any]) -> Iterator[dict[str, object]]:
    """Yield what every step led to, up to the first that comes after the end."""
    folder, files, before = Path(job["folder"]), job["files"], job["before"]
    for step in count(1):
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in before.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        child = os.fork()
        if not child:
            try:
                arranged(job["fault"], step, folder)
                os._exit(attempt(folder, files, before))
            except BaseException:  # noqa: BLE001 - a child never goes on as its parent
                os.write(2, traceback.format_exc().encode())
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        left = contents(folder)
        read_launch(folder)
        again = attempt(folder, files, dict(present(folder)))
        yield {"step": step, "status": status, "left": left, "again": again, "then": contents(folder)}
        if status in {DONE, 1}:
            return


if __name__ == "__main__":
    for found in results(json.load(sys.stdin)):
        print(json.dumps(found))  # noqa: T201 - what it is for
