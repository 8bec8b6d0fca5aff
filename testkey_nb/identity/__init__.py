"""Who is this?  A key's shape names candidates; what an endpoint shows without a key decides who answers there."""

from .endpoint import Identification, around, identify_endpoint, join
from .shapes import Candidate, has_a_keys_shape, identify
from .verdict import FOREIGN, Identity, Seen, conclude, look, provider_at, takes_key, weigh

__all__ = [
    "FOREIGN",
    "Candidate",
    "Identification",
    "Identity",
    "Seen",
    "around",
    "conclude",
    "has_a_keys_shape",
    "identify",
    "identify_endpoint",
    "join",
    "look",
    "provider_at",
    "takes_key",
    "weigh",
]
