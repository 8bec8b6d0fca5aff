"""Politeness to hosts: a few requests in flight, over all runs that share it, and none while a host asked to wait."""

import asyncio
import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

IN_FLIGHT_PER_HOST = 4
PAUSE_S = 1.0  # where a host asks to wait and does not say how long, and twice as long each time that it does again


class Politeness:
    """What several runs owe the hosts they ask, counted by the real host name.

    Parameters
    ----------
    clock
        Seconds that only go forward.

    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Owe nobody anything yet."""
        self._clock = clock
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(IN_FLIGHT_PER_HOST))
        self._waits: dict[str, tuple[str, float]] = {}
        self._unsaid: Counter[str] = Counter()  # how often a host did not say how long

    def slot(self, host: str) -> asyncio.Semaphore:
        """Return what is held while a request to `host` is in flight; who came first goes first."""
        return self._slots[host]

    def stop(self, host: str, retry_after: str) -> None:
        """Let nobody ask `host` before the time that it gave; where it gave none that can be read, for a pause."""
        wait_s = _seconds(retry_after)
        if wait_s is None:
            if self.stopped(host) is not None:
                return  # it was asked before that was known
            wait_s = PAUSE_S * 2 ** min(self._unsaid[host], 9)
            self._unsaid[host] += 1
        until = self._clock() + wait_s
        if until > self._waits.get(host, ("", -math.inf))[1]:  # who was asked before that was known shortens nothing
            self._waits[host] = retry_after, until

    def stopped(self, host: str) -> str | None:
        """Return the words by which `host` asked everybody to wait, None when it may be asked."""
        retry_after, until = self._waits.get(host, ("", -math.inf))
        return retry_after if self._clock() < until else None

    def wait_s(self, hosts: Iterable[str]) -> float:
        """Return in how many seconds all of `hosts` may be asked."""
        untils = (until for host, (_, until) in self._waits.items() if host in set(hosts))
        return max(0.0, max(untils, default=-math.inf) - self._clock())


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that `Retry-After` says, or its date means (RFC 9110 section 10.2.3); None for neither."""
    if re.fullmatch(r"[0-9]{1,99}", retry_after.strip()):
        return float(retry_after)
    try:
        return (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
