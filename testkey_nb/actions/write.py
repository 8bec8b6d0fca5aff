"""Put artefacts into the launch folder: shown first, written whole or not at all, never over somebody's work."""

import contextlib
import difflib
import io
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from testkey_nb.errors import LaunchFolderInvalid, OutputRefused
from testkey_nb.judge import Readiness
from testkey_nb.keys import stands_in
from testkey_nb.launch import FILES
from testkey_nb.redaction import holds_key, masked

from .turns import turn

NOTHING: Mapping[str, str] = MappingProxyType({})
_SANDBOX = "SANDBOX: made-up answers, not a provider's. Do not put into use."
_STALE_S = 3600.0  # no writer takes that long from staging a text to putting it in its place


class Files(dict[str, str]):
    """Text by path inside the launch folder, merged with what stood there, and what a person should look at."""

    def __init__(self, texts: Mapping[str, str], notes: Iterable[str] = ()) -> None:
        """Keep the notes printable: they may repeat what stands in the folder."""
        super().__init__(texts)
        self.notes = tuple(_printable(masked(note)) for note in notes)


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
        lines.insert(0, _SANDBOX)
    return "".join(f"{mark} {line}\n" for line in lines)


def headed(text: str, readiness: Readiness) -> str:
    """Return `text` under the heading of this run, in the place of the one that an earlier run of it left."""
    run = readiness.run
    whose = re.escape(f"{run.plan.provider.name}, credential {run.key_name}, observed ")
    earlier = rf"^(?:# {re.escape(_SANDBOX)}\n)?# {whose}\d{{4}}-\d\d-\d\d \d\d:\d\d UTC\.\n(?:# Identity: .*\n)?"
    changed, times = re.subn(earlier, lambda _match: heading(readiness), text, count=1, flags=re.MULTILINE)
    return changed if times else heading(readiness) + text


def made_up(text: str) -> bool:
    """Whether the sandbox wrote some of `text`, as its heading says."""
    return _SANDBOX in text


def line_ending(name: str, text: str) -> str:
    """Return how the lines of `text` end.

    Raises
    ------
    LaunchFolderInvalid
        If some end one way and some another.

    """
    if "\r" not in text:
        return "\n"
    odd = re.search(r"\r(?!\n)|(?<!\r)\n", text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise LaunchFolderInvalid(f"{name} line {line} ends unlike the first; give all lines one kind of ending")
    return "\r\n"


def present(folder: Path) -> Mapping[str, str]:
    """Return what stands in `folder` now, as text by the path inside it.

    Raises
    ------
    OutputRefused
        If a file cannot be read.

    """
    found = {name: _read(folder, name) for name in FILES}
    return {name: text for name, text in found.items() if text is not None}


def preview(folder: Path, files: Mapping[str, str]) -> str:
    """Return the difference that writing `files` would make, as a unified diff; empty when there is none.

    Raises
    ------
    OutputRefused
        If a file cannot be read, or holds what looks like a key.

    """
    now = {name: _read(folder, name) or "" for name in files}
    check_no_key(folder, now)
    pieces = [piece for name, text in files.items() for piece in difference(str(folder / name), now[name], text)]
    return "".join(f"{piece}\n" for piece in pieces)


def difference(name: str, now: str, text: str, around: int = 3) -> list[str]:
    """Return the lines of a unified diff, with so many `around` what changes; none where nothing does."""
    pieces = difflib.unified_diff(_lines(now), _lines(text), f"{name} (now)", name, n=around)
    return [_printable(piece.removesuffix("\n")) for piece in pieces]


def write(folder: Path, files: Mapping[str, str], before: Mapping[str, str] = NOTHING) -> Written:
    """Write `files` into `folder`, each by one rename, and none before all of them are on the disk.

    Parameters
    ----------
    folder
        The launch folder, which need not exist yet.
    files
        Text by path inside it.
    before
        What `files` were merged with: a file with other contents has been changed since.

    Raises
    ------
    OutputRefused
        If the folder is not writable, or a file is there with other contents or with what looks like a key: nothing
        is written then.

    """
    with turn(folder):
        now = {name: _read(folder, name) for name in files}
        check_no_key(folder, {name: text or "" for name, text in now.items()})
        for name, text in now.items():
            if text not in {None, files[name], before.get(name)}:
                raise OutputRefused(
                    f"{folder / name} exists and differs from what was read; apply again, or merge it by hand"
                )
        changed = {folder / name: text for name, text in files.items() if now[name] != text}
        _replace_files(changed)
    return Written.WRITTEN if changed else Written.NOTHING_TO_DO


def check_folder(folder: Path) -> None:
    """Make sure, before anything is sent, that files can be written below `folder`, which need not exist yet.

    Raises
    ------
    OutputRefused
        If they cannot.

    """
    try:
        places = (folder.absolute(), *folder.absolute().parents)
        there = next((place for place in places if _is_there(place)), folder)
    except OSError as error:  # too long a name, a folder that nobody may look into, or that we are in and is gone
        raise OutputRefused(f"{folder} cannot be written ({error.strerror or error}); choose another place") from error
    check_writable(there / "new", folder)


def check_writable(path: Path, named: Path | None = None) -> None:
    """Make sure, before anything is sent, that a file can be written at `path`, which the caller knows as `named`.

    Raises
    ------
    OutputRefused
        If it cannot.

    """
    try:
        suits = (path.is_file() or not _is_there(path)) and path.parent.is_dir()
        if suits:
            tempfile.TemporaryFile(dir=path.resolve().parent).close()
    except OSError as error:
        raise OutputRefused(f"{named or path} cannot be written ({error.strerror}); choose another place") from error
    if not suits:
        raise OutputRefused(f"{named or path} cannot be written: give a file in a folder that exists")


def _is_there(path: Path) -> bool:
    """Whether something is at `path`: unlike for Python 3.14's own, who may not look or goes in a circle cannot tell.

    Raises
    ------
    OSError
        If that cannot be told.

    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def replace_file(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never half of one.

    Raises
    ------
    OutputRefused
        If it cannot be written there.

    """
    _replace_files({path: text})


def _replace_files(texts: Mapping[Path, str]) -> None:
    """Put every text on the disk beside its file, and only then in its place."""
    staged: dict[Path, Path] = {}
    path = Path()
    try:
        for path, text in texts.items():
            target = path.resolve()  # a link stays one: what it leads to is replaced
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
            # Known before it is there: whatever stops this leaves nothing beside the file.
            staged[target] = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            with open(staged[target], "xb", opener=_private) as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            staged[target].chmod(mode)
        for path, temporary in staged.items():
            temporary.replace(path)
        for target in staged:
            _clear_away(target)
    except BaseException as stopped:  # an interrupt, too
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        if isinstance(stopped, OSError):
            msg = f"{path} cannot be written ({stopped.strerror or stopped}); choose another place"
            raise OutputRefused(msg) from stopped
        raise


def _clear_away(target: Path) -> None:
    """Remove what a writer of ours that was killed has left beside its file; who cannot does without."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}")
    with contextlib.suppress(OSError):
        for path in target.parent.iterdir():
            if ours.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _STALE_S:
                path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    """Open a file that nobody else reads until it has the mode of the one that it replaces."""
    return os.open(path, flags, 0o600)


def _read(folder: Path, name: str) -> str | None:
    path = folder / name
    try:
        there = _is_there(path)
        inside = path.resolve().is_relative_to(folder.resolve())  # a checkout can have a link to any file of ours
        text = path.read_bytes().decode() if inside and path.is_file() else None  # with line endings, byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise OutputRefused(f"{path} cannot be read ({type(error).__name__}); move it away and apply again") from error
    if not inside:
        raise OutputRefused(f"{path} leads out of the launch folder; put the file itself there and apply again")
    if there and text is None:  # also where a link leads to a device: it would be replaced
        raise OutputRefused(f"{path} is not a file; move it away and apply again")
    return text


def _lines(text: str) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in io.StringIO(text)]


def _printable(line: str) -> str:
    """Return a line of somebody's file so that a terminal shows it and obeys nothing of it."""
    return "".join(char if char.isprintable() or char == "\t" else f"\\x{ord(char):02x}" for char in line)


def check_no_key(folder: Path, files: Mapping[str, str]) -> None:
    """Make sure that no text of `files` holds what looks like a key, whoever put it there.

    Raises
    ------
    OutputRefused
        If one does; it names the line.

    """
    for name, text in files.items():
        in_use = stands_in(text)
        for number, line in enumerate(_lines(text), start=1):
            if holds_key(line) or (in_use and stands_in(line)):
                raise OutputRefused(
                    f"{folder / name} line {number} holds what looks like a key; put the name of its variable "
                    "there instead, and have a key that stood in a file replaced"
                )
