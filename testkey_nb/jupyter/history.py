"""The input history of a kernel: IPython writes every cell to a file, ours only to memory."""

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

MEMORY = ":memory:"
TABLES = ("history", "output_history", "sessions")


def keep_in_memory(shell: "InteractiveShell") -> bool:
    """Take the history of this session off the disk and go on with it in memory; call it as often as you like.

    Cells that ran before the call are taken off, too. Other sessions in the same file stay. ``%history`` and the
    recall of earlier input go on working, for this session.

    Returns
    -------
    bool
        False where the file could not be rewritten, so that cells which ran before the call may still be in it.

    """
    history = shell.history_manager
    if history is None or not history.enabled or str(history.hist_file) == MEMORY:
        return True
    file, session = str(history.hist_file), history.session_number
    _stop_writing(history)
    try:
        lines = _lines(history, session)
    except sqlite3.Error:
        lines = []
    _go_on_in_memory(history, lines)
    try:
        _erase(file, session)
    except sqlite3.Error:
        return False
    return True


def _stop_writing(history: "HistoryManager") -> None:
    if history.save_thread is not None:
        history.save_thread.stop()
    history.save_thread = None
    history.using_thread = False  # or the next cell would start another thread


def _lines(history: "HistoryManager", session: int) -> list[tuple[int, str, str]]:
    written = history.db.execute("SELECT line, source, source_raw FROM history WHERE session = ?", (session,))
    return [*written, *history.db_input_cache]


def _go_on_in_memory(history: "HistoryManager", lines: list[tuple[int, str, str]]) -> None:
    history.db.close()
    history.hist_file = MEMORY
    history.init_db()
    history.new_session()
    with history.db_input_cache_lock:
        history.db_input_cache = lines


def _erase(file: str, session: int) -> None:
    """Delete a session so that no byte of it is left: not in the file, not in free pages, not in a write-ahead log."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        for table in TABLES:
            db.execute(f"DELETE FROM {table} WHERE session = ?", (session,))  # noqa: S608 - names of our own
        # Pages that grew keep copies of rows outside the rows: https://sqlite.org/pragma.html#pragma_secure_delete
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
