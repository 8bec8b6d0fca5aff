"""The command line: ``testkey``."""

import contextlib
import os
import sys

from .stopping import asked_to_stop, heed_first, heed_no_more

__all__ = ["main"]

STOPPED = 130  # by Ctrl-C, as shells and typer count it: 128 and the number of the signal


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        heed_first()
        from .commands import answer

        status = answer()
        heed_no_more()
    except BaseException as ended:
        # What an interrupt becomes depends on where it came: an ImportError where C code was being imported.
        if not isinstance(ended, KeyboardInterrupt) and not asked_to_stop():
            raise
        heed_no_more()
        status = STOPPED
    if status == STOPPED:
        with contextlib.suppress(OSError):  # a full disk behind stderr
            sys.stderr.write("testkey: stopped; nothing more is sent or written, and no file is half written\n")
    _flush()
    sys.exit(status)


def _flush() -> None:
    """Write out what is printed; where there is no room for it, keep Python from saying so once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
