"""What changed between two exported runs, told without a key and without asking anybody."""

from .change import Area, Change, Shift, drift_frame
from .compare import drift
from .export import read_export

__all__ = ["Area", "Change", "Shift", "drift", "drift_frame", "read_export"]
