"""Relays: software and services that speak a provider's language without being it.

What they show without a key unmasks them; their own keys are probed where they are named as the provider, at the base
URL.  A relay can strip every mark, so a missing one proves nothing.
"""

from .gateways import GATEWAYS
from .litellm import LITELLM
from .one_api import NEW_API, ONE_API
from .servers import SERVERS

RELAYS = (LITELLM, ONE_API, NEW_API, *SERVERS, *GATEWAYS)
