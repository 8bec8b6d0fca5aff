"""When to start the next of many: at even distances, from start to start."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Beat:
    """Moments at even distances to start something at: a slow answer costs some of them and moves none."""

    every_s: float
    clock: Callable[[], float] = time.monotonic
    begun: float = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        """Begin now."""
        self.begun = self.clock()

    def wait_s(self) -> float:
        """Go on to the next moment that has not passed, and return how long it is until then."""
        passed = self.clock() - self.begun
        self.count = max(self.count + 1, math.ceil(passed / self.every_s))
        return self.count * self.every_s - passed
