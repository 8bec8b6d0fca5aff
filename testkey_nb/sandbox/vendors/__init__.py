"""The providers that are data: one file each, and one mapping of their personas."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from testkey_nb.sandbox.vendors import deepseek, moonshot, openai

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testkey_nb.sandbox.persona import Persona

PERSONAS: Mapping[str, Mapping[str, Persona]] = MappingProxyType(
    {
        "openai": openai.PERSONAS,
        "deepseek": deepseek.PERSONAS,
        "moonshot": moonshot.PERSONAS,
    }
)
