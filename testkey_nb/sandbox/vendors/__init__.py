"""The providers that are data: one file each, and one mapping of their personas."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from testkey_nb.sandbox.vendors import (
    anthropic,
    cerebras,
    cohere,
    dashscope,
    deepinfra,
    deepseek,
    fireworks,
    gemini,
    groq,
    litellm,
    lm_studio,
    minimax,
    mistral,
    moonshot,
    nebius,
    new_api,
    novita,
    nvidia,
    ollama,
    one_api,
    openai,
    openrouter,
    perplexity,
    portkey,
    replicate,
    sambanova,
    siliconflow,
    stepfun,
    together,
    vercel,
    vllm,
    xai,
    zhipu,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testkey_nb.sandbox.persona import Persona

PERSONAS: Mapping[str, Mapping[str, Persona]] = MappingProxyType(
    {
        "openai": openai.PERSONAS,
        "anthropic": anthropic.PERSONAS,
        "gemini": gemini.PERSONAS,
        "openrouter": openrouter.PERSONAS,
        "mistral": mistral.PERSONAS,
        "cohere": cohere.PERSONAS,
        "groq": groq.PERSONAS,
        "deepseek": deepseek.PERSONAS,
        "moonshot": moonshot.PERSONAS,
        "siliconflow": siliconflow.PERSONAS,
        "zhipu": zhipu.PERSONAS,
        "dashscope": dashscope.PERSONAS,
        "minimax": minimax.PERSONAS,
        "stepfun": stepfun.PERSONAS,
        "together": together.PERSONAS,
        "fireworks": fireworks.PERSONAS,
        "xai": xai.PERSONAS,
        "cerebras": cerebras.PERSONAS,
        "perplexity": perplexity.PERSONAS,
        "replicate": replicate.PERSONAS,
        "sambanova": sambanova.PERSONAS,
        "nebius": nebius.PERSONAS,
        "vercel": vercel.PERSONAS,
        "portkey": portkey.PERSONAS,
        "litellm": litellm.PERSONAS,
        "one_api": one_api.PERSONAS,
        "new_api": new_api.PERSONAS,
        "vllm": vllm.PERSONAS,
        "ollama": ollama.PERSONAS,
        "lm_studio": lm_studio.PERSONAS,
        "nvidia": nvidia.PERSONAS,
        "novita": novita.PERSONAS,
        "deepinfra": deepinfra.PERSONAS,
    }
)
