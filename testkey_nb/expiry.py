"""Five minutes: a clock that goes on while the machine sleeps, and the list of what is held until when.

Whatever is held is known here by a weak reference, so that holding keeps nothing alive, and by the function that makes
it forget.  A daemon thread calls that function when the time is over, so a kernel that is busy or blocked forgets, too.
"""

import contextlib
import logging
import math
import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Thing = TypeVar("Thing")

LONGEST_S = 300.0
_LOOK_S = 1.0  # a waiting thread does not notice that the machine slept, so it looks at the clock this often


def now() -> float:
    """Return seconds that only go forward and count suspend; wall-clock time where the system has no such clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time()


def lifetime_s() -> float:
    """Return how long anything is kept: five minutes, or less where ``TESTKEY_TTL_S`` says so; never more."""
    try:
        wanted = float(os.environ.get("TESTKEY_TTL_S", ""))
    except ValueError:
        return LONGEST_S
    return LONGEST_S if math.isnan(wanted) else min(LONGEST_S, max(0.0, wanted))


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that will be made to forget."""

    kind: str
    until: float
    thing: "weakref.ref[Any]"
    forget: Callable[[Any], None]


class Keeper:
    """What is held, and the thread that ends it.

    Parameters
    ----------
    clock
        Seconds; for tests to move.

    """

    def __init__(self, clock: Callable[[], float] = now) -> None:
        """Hold nothing yet."""
        self.clock = clock
        self._held: dict[int, Held] = {}
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self.on_forgotten: list[Callable[[Mapping[str, int]], None]] = []

    def hold(self, thing: Thing, kind: str, forget: Callable[[Thing], None], until: float) -> None:
        """Make `thing` forget at `until`, or at once if that has passed; nothing extends the time."""
        number = id(thing)
        with self._changed:
            reference = weakref.ref(thing, lambda _gone: self._held.pop(number, None))
            self._held[number] = Held(kind, until, reference, forget)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="testkey_nb expiry", daemon=True)
                self._thread.start()
            if until <= self.clock() + _LOOK_S:  # else the thread looks again before
                self._changed.notify()

    def there(self, kind: str) -> list[Any]:
        """Return what is held of one kind."""
        with self._lock:
            held = [one.thing() for one in list(self._held.values()) if one.kind == kind]
        return [thing for thing in held if thing is not None]

    def earliest(self, *kinds: str) -> float | None:
        """Return when the first of some kinds will be gone; None when nothing of them is held."""
        with self._lock:
            return min((held.until for held in list(self._held.values()) if held.kind in kinds), default=None)

    def forget(self, *, everything: bool = False) -> Mapping[str, int]:
        """Make what is due forget, or everything; return how many of each kind did."""
        gone: Counter[str] = Counter()
        with contextlib.ExitStack() as rest:
            rest.callback(self._tell, gone)
            if everything:  # once more: what goes on is ended by now, but may just have brought something
                rest.callback(self._forget, gone, everything=True)
            self._forget(gone, everything=everything)
        return gone

    def _forget(self, gone: Counter[str], *, everything: bool) -> None:
        with self._lock:
            moment = self.clock()
            due = {number: held for number, held in list(self._held.items()) if everything or held.until <= moment}
            for number in due:
                self._held.pop(number, None)
        with contextlib.ExitStack() as rest:  # one that fails does not keep the others from forgetting
            for held in due.values():
                thing = held.thing()
                if thing is not None:
                    rest.callback(held.forget, thing)
                    gone[held.kind] += 1

    def _tell(self, gone: Mapping[str, int]) -> None:
        if gone:
            for tell in self.on_forgotten:
                tell(gone)

    def _watch(self) -> None:
        """Wait until something is due, as long as anything is held."""
        while True:
            with self._changed:
                if not self._held:
                    self._thread = None
                    return
                wait = min((held.until for held in list(self._held.values())), default=0.0) - self.clock()
                if wait > 0:
                    self._changed.wait(min(wait, _LOOK_S))
                    continue
            try:
                self.forget()
            except Exception:
                logging.getLogger(__name__).exception("something could not be made to forget")


KEEPER = Keeper()
