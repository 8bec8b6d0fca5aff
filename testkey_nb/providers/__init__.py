"""Every provider and relay that is known, in one mapping; every other list is derived from it."""

from collections.abc import Mapping
from types import MappingProxyType

from testkey_nb.spec import Provider

from .deepseek import DEEPSEEK
from .huggingface import HUGGINGFACE
from .moonshot import MOONSHOT
from .openai import OPENAI
from .relays import RELAYS

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        provider.id: provider
        for provider in (
            HUGGINGFACE,
            OPENAI,
            DEEPSEEK,
            MOONSHOT,
            *RELAYS,
        )
    }
)
