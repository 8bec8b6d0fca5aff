"""How far a fleet is, how fast it goes, and how long the rest will take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """A moment of a fleet; as text it is a line of progress."""

    done: int
    total: int
    took_s: float
    what: str  # which key was asked what

    @property
    def rate_per_s(self) -> float | None:
        """Runs per second so far; None before the first has ended."""
        return self.done / self.took_s if self.done and self.took_s > 0 else None

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest takes at this rate; None before the first run has ended."""
        return (self.total - self.done) / self.rate_per_s if self.rate_per_s else None

    def __str__(self) -> str:
        rate = f", {self.rate_per_s:.1f} per s, about {self.left_s:.0f} s left" if self.rate_per_s else ""
        return f"{self.done} of {self.total} keys probed{rate}: {self.what}"
