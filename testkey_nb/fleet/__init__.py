"""Many credentials of an organisation, known by the names of their variables: probed together, judged together."""

from .fleet import CredentialRow, Fleet, probe_many
from .pace import Pace
from .reading import read_fleet

__all__ = ["CredentialRow", "Fleet", "Pace", "probe_many", "read_fleet"]
