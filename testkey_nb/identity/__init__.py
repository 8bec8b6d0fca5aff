"""Who is this?  A key's shape names candidates; what an endpoint shows without a key decides who answers there."""

from .endpoint import Identification, identify_endpoint, join, look_around
from .shapes import Candidate, identify
from .verdict import FOREIGN, Identity, conclude, provider_at, takes_key, weigh

__all__ = [
    "FOREIGN",
    "Candidate",
    "Identification",
    "Identity",
    "conclude",
    "identify",
    "identify_endpoint",
    "join",
    "look_around",
    "provider_at",
    "takes_key",
    "weigh",
]
