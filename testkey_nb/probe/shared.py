"""What the runs of a batch have in common while it goes on.

What is asked once for all, bodies that are read once, rows that are kept once, and who turned out to be somebody else.
Never connections: what a broken server sends late over one would be read as the answer to the next question, which
would be about another key.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from testkey_nb.expiry import lifetime_s, now
from testkey_nb.http import Bodies
from testkey_nb.politeness import Politeness

if TYPE_CHECKING:
    from testkey_nb.identity import Seen

    Unmasked = defaultdict[Hashable, dict[tuple[str, ...], Seen]]  # by where, and by marks

Made = TypeVar("Made")
Row = TypeVar("Row")
_MOST = 256  # results that are kept; the oldest goes first


class Shared:
    """Answers and rows that several runs use.

    Every one of them is gone five minutes after this was begun, and so is what was made of them.  Who turned out to be
    somebody else is known for as long as runs go on: the keys that come later must not go there.

    Parameters
    ----------
    politeness
        Of the whole batch; None for a run that is alone.
    unmasked
        The same.

    """

    def __init__(self, politeness: Politeness | None = None, unmasked: "Unmasked | None" = None) -> None:
        """Share nothing yet."""
        self.politeness = politeness or Politeness()
        self.bodies = Bodies()
        self.until = now() + lifetime_s()
        self.unmasked = defaultdict(dict) if unmasked is None else unmasked
        self._once: dict[Hashable, asyncio.Future[Any]] = {}
        self._rows: dict[Any, Any] = {}
        self._kept: dict[Hashable, Any] = {}

    def there(self, what: Hashable) -> Any | None:  # noqa: ANN401 - whatever `once` made
        """Return what `once` has made and keeps, without waiting; None where there is none yet."""
        coming = self._once.get(what)
        return coming.result() if coming is not None and coming.done() else None

    async def once(
        self, what: Hashable, make: Callable[[], Awaitable[Made]], lasts: Callable[[Made], bool], left_s: float
    ) -> tuple[Made, bool]:
        """Return what is there or on its way, else make it; and whether it was made now.

        Those who wait for it get it in any case, those who come later only if it `lasts`.  Who has waited for `left_s`
        seconds, or for one that was cancelled or failed, makes it for itself.
        """
        if what in self._once:
            awaited = self._once[what]
            if not awaited.done():
                await asyncio.wait((awaited,), timeout=left_s)  # whoever waits and is cancelled cancels no other
            if awaited.done() and not awaited.cancelled():
                return awaited.result(), False
            return await make(), True
        coming = self._once[what] = asyncio.get_running_loop().create_future()
        try:
            made = await make()
        except BaseException:
            self._once.pop(what, None)
            coming.cancel()
            raise
        if not lasts(made):
            self._once.pop(what, None)
        coming.set_result(made)
        return made, True

    def same(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Return rows that equal these; whenever rows are equal, they are the same objects."""
        return self.keep(rows, lambda: tuple(self._rows.setdefault(row, row) for row in rows))

    def of(self, sources: Sequence[object], how: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of the same objects before, else make it."""
        # The sources are kept beside what was made of them, so that nothing else gets their identity.
        return self.keep((tuple(map(id, sources)), how), lambda: (make(), sources))[0]

    def keep(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made before, else make it."""
        made: Made = self._kept[what] if what in self._kept else make()
        self._kept[what] = made
        if len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)), None)
        return made

    def forget(self) -> None:
        """Drop every answer, and what was made of them."""
        self._once.clear()
        self._rows.clear()
        self._kept.clear()
        self.bodies.forget()
