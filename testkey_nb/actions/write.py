"""Put artefacts into the launch folder: shown first, written whole or not at all, never over somebody's work."""

import difflib
import os
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from testkey_nb.errors import OutputRefused
from testkey_nb.judge import Readiness


class Written(StrEnum):
    """What writing came to."""

    WRITTEN = "written"
    NOTHING_TO_DO = "nothing to do"


def heading(readiness: Readiness, mark: str = "#") -> str:
    """Return the comment lines every artefact starts with: where it comes from, and that it is the sandbox's if so."""
    run = readiness.run
    lines = [
        f"{run.plan.provider.name}, credential {run.key_name}, observed {run.stamp.observed_at:%Y-%m-%d %H:%M} UTC.",
        f"Identity: {run.identity.verdict}. Operator: {run.plan.operator}.",
    ]
    if run.sandbox:
        lines.insert(0, "SANDBOX: made-up answers, not a provider's. Do not put into use.")
    return "".join(f"{mark} {line}\n" for line in lines)


def preview(folder: Path, files: Mapping[str, str]) -> str:
    """Return the difference that writing `files` would make, as a unified diff; empty when there is none."""
    pieces: list[str] = []
    for name, text in files.items():
        before = _read(folder / name) or ""
        lines = (before.splitlines(keepends=True), text.splitlines(keepends=True))
        pieces += difflib.unified_diff(*lines, f"{folder / name} (now)", f"{folder / name}")
    return "".join(pieces)


def write(folder: Path, files: Mapping[str, str]) -> Written:
    """Write `files` into `folder`, each by one rename.

    Raises
    ------
    OutputRefused
        If the folder is not writable, or a file is there with other contents: nothing is written then.

    """
    differing = [name for name, text in files.items() if _read(folder / name) not in {None, text}]
    if differing:
        raise OutputRefused(
            f"{folder / differing[0]} exists and differs; move it away or merge it by hand, then apply again"
        )
    missing = [name for name in files if _read(folder / name) is None]
    for name in missing:
        replace_file(folder / name, files[name])
    return Written.WRITTEN if missing else Written.NOTHING_TO_DO


def check_folder(folder: Path) -> None:
    """Make sure, before anything is sent, that files can be written below `folder`, which need not exist yet.

    Raises
    ------
    OutputRefused
        If they cannot.

    """
    there = next((parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists()), folder)
    check_writable(there / "new")


def check_writable(path: Path) -> None:
    """Make sure, before anything is sent, that a file can be written at `path`.

    Raises
    ------
    OutputRefused
        If it cannot.

    """
    try:
        if (path.exists() and not path.is_file()) or not path.parent.is_dir():
            raise OutputRefused(f"{path} cannot be written: give a file in a folder that exists")
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
    except OSError as error:
        if isinstance(error, OutputRefused):
            raise
        raise OutputRefused(f"{path} cannot be written ({error.strerror or error}); choose another place") from error


def replace_file(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never half of one.

    Raises
    ------
    OutputRefused
        If it cannot be written there.

    """
    temporary, path = "", path.resolve()  # a link stays one: what it leads to is replaced
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise OutputRefused(f"{path} cannot be written ({error.strerror or error}); choose another place") from error


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise OutputRefused(f"{path} cannot be read ({type(error).__name__}); move it away and apply again") from error
