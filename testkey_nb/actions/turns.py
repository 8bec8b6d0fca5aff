"""One writer of a launch folder at a time: who read before another wrote would undo the other's work."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from testkey_nb.errors import OutputRefused

if sys.platform != "win32":
    import fcntl

_PATIENCE_S, _AGAIN_S = 10.0, 0.02  # a writer is done in a moment, unless somebody has suspended it


@contextlib.contextmanager
def turn(folder: Path, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Make `folder` if need be and wait until no other process writes into it; others wait meanwhile.

    Nobody waits where the folder cannot be read, or the system or the file system has no locks of folders.  The end of
    a process ends its turn.

    Raises
    ------
    OutputRefused
        If the folder cannot be made, or another process does not come to an end.

    """
    until, opened = time.monotonic() + patience_s, None
    with contextlib.ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if sys.platform != "win32" and os.access(folder, os.R_OK):
                opened = os.open(folder, os.O_RDONLY)
                held.callback(os.close, opened)
        except OSError as error:
            msg = f"{folder} cannot be written ({error.strerror or error}); choose another place"
            raise OutputRefused(msg) from error
        while opened is not None and not _is_ours(opened):
            if time.monotonic() > until:
                raise OutputRefused(
                    f"another process is writing into {folder} and does not end; end it and apply again"
                )
            time.sleep(_AGAIN_S)
        yield


def _is_ours(opened: int) -> bool:
    """Whether nobody else has locked an open folder, which we have then; where there are no locks it is everybody's."""
    if sys.platform != "win32":
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True
