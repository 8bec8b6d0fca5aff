"""Every provider and relay that is known, in one mapping; every other list is derived from it."""

from collections.abc import Mapping
from types import MappingProxyType

from testkey_nb.spec import Provider

from .anthropic import ANTHROPIC
from .cerebras import CEREBRAS
from .cohere import COHERE
from .dashscope import DASHSCOPE
from .deepinfra import DEEPINFRA
from .deepseek import DEEPSEEK
from .fireworks import FIREWORKS
from .gemini import GEMINI
from .groq import GROQ
from .huggingface import HUGGINGFACE
from .left_out import LEFT_OUT
from .minimax import MINIMAX
from .mistral import MISTRAL
from .moonshot import MOONSHOT
from .nebius import NEBIUS
from .novita import NOVITA
from .nvidia import NVIDIA
from .openai import OPENAI
from .openrouter import OPENROUTER
from .perplexity import PERPLEXITY
from .portkey import PORTKEY
from .relays import RELAYS
from .replicate import REPLICATE
from .sambanova import SAMBANOVA
from .siliconflow import SILICONFLOW
from .stepfun import STEPFUN
from .together import TOGETHER
from .vercel import VERCEL
from .xai import XAI
from .zhipu import ZHIPU

__all__ = ["LEFT_OUT", "PROVIDERS"]

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        provider.id: provider
        for provider in (
            HUGGINGFACE,
            OPENAI,
            ANTHROPIC,
            GEMINI,
            OPENROUTER,
            MISTRAL,
            COHERE,
            GROQ,
            DEEPSEEK,
            MOONSHOT,
            SILICONFLOW,
            ZHIPU,
            DASHSCOPE,
            MINIMAX,
            STEPFUN,
            TOGETHER,
            FIREWORKS,
            XAI,
            CEREBRAS,
            PERPLEXITY,
            REPLICATE,
            SAMBANOVA,
            NEBIUS,
            NVIDIA,
            NOVITA,
            DEEPINFRA,
            VERCEL,
            PORTKEY,
            *RELAYS,
        )
    }
)
