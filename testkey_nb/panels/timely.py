"""Drawing beside retention, which clears a panel from a thread of its own, also in the middle of a drawing."""

from collections.abc import Callable

from testkey_nb.errors import DataExpired


def timely(
    draw: Callable[[], object], is_shown: Callable[[], object], clear: Callable[[], None]
) -> Callable[..., None]:
    """Return what draws when a widget changes, and leaves nothing drawn of what was cleared meanwhile.

    Parameters
    ----------
    draw
        Called where there is something to show.
    is_shown
        Whether there is; `clear` takes it away first and then what was drawn.
    clear
        Called again where it was called while something was drawn.

    """

    def changed(_change: object) -> None:
        if not is_shown():
            return
        try:
            draw()
        except DataExpired:
            return  # `clear` is about to be called, and says so
        finally:
            if not is_shown():
                clear()

    return changed
