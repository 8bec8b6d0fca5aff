"""The other models of the sandbox, most popular first, as the router orders them.

Model ids and provider slugs are real, one newcomer excepted; every figure is made up. Between them
the routes show what a reader of the real list has to cope with: prices missing, prices of zero
that are free and that are not, slugs nobody has heard of, fields left out, routes that are down.
"""

from __future__ import annotations

from testkey_nb.sandbox.huggingface.model import Model, Route

_GPT_OSS_120B = Model(
    id="openai/gpt-oss-120b",
    created=1754329222,
    downloads=4_030_000,
    likes=4_300,
    routes=(
        Route(
            provider="cerebras",
            provider_id="gpt-oss-120b",
            usd_per_mtok=(0.3, 0.7),
            context_length=131072,
            tools=True,
            structured=True,
            first_token_ms=221.7,
            tokens_per_s=1180.5,
        ),
        Route(
            provider="groq",
            provider_id="openai/gpt-oss-120b",
            usd_per_mtok=(0.15, 0.6),
            context_length=131072,
            tools=True,
            structured=False,
            first_token_ms=198.0,
            tokens_per_s=402.9,
        ),
        Route(
            provider="fireworks-ai",
            provider_id="accounts/fireworks/models/gpt-oss-120b",
            context_length=131072,
            tools=True,
            structured=True,
            first_token_ms=540.2,
            tokens_per_s=133.8,
        ),
        Route(
            provider="sandbox-newcomer",
            provider_id="gpt-oss-120b-turbo",
            usd_per_mtok=(0.1, 0.45),
            context_length=65536,
            tools=True,
        ),
    ),
)

_GPT_OSS_20B = Model(
    id="openai/gpt-oss-20b",
    created=1754329202,
    downloads=6_550_000,
    likes=3_900,
    routes=(
        Route(
            provider="groq",
            provider_id="openai/gpt-oss-20b",
            usd_per_mtok=(0.075, 0.3),
            context_length=131072,
            tools=True,
            structured=True,
            first_token_ms=175.3,
            tokens_per_s=811.0,
        ),
        Route(
            provider="novita",
            provider_id="openai/gpt-oss-20b",
            usd_per_mtok=(0.04, 0.15),
            context_length=131072,
            tools=False,
        ),
    ),
)

_LLAMA_70B = Model(
    id="meta-llama/Llama-3.3-70B-Instruct",
    created=1732637674,
    gated="manual",
    downloads=1_120_000,
    likes=2_600,
    routes=(
        Route(
            provider="groq",
            provider_id="llama-3.3-70b-versatile",
            usd_per_mtok=(0.59, 0.79),
            context_length=131072,
            tools=True,
            structured=False,
            first_token_ms=240.1,
            tokens_per_s=262.7,
        ),
        Route(
            provider="together",
            provider_id="meta-llama/Llama-3.3-70B-Instruct-Turbo",
            usd_per_mtok=(0.88, 0.88),
            context_length=131072,
            tools=True,
            structured=True,
            first_token_ms=702.6,
            tokens_per_s=94.1,
        ),
        Route(
            provider="sambanova",
            provider_id="Meta-Llama-3.3-70B-Instruct",
            status="error",
            usd_per_mtok=(0.6, 1.2),
            context_length=131072,
        ),
    ),
)

_DEEPSEEK_V31 = Model(
    id="deepseek-ai/DeepSeek-V3.1",
    created=1755774480,
    downloads=310_000,
    likes=840,
    routes=(
        Route(
            provider="novita",
            provider_id="deepseek/deepseek-v3.1",
            usd_per_mtok=(0.27, 1.0),
            context_length=131072,
            tools=True,
            structured=True,
            first_token_ms=1310.0,
            tokens_per_s=31.6,
        ),
        Route(
            provider="fireworks-ai",
            provider_id="accounts/fireworks/models/deepseek-v3p1",
            context_length=163840,
            tools=True,
            structured=True,
            first_token_ms=655.9,
            tokens_per_s=58.3,
        ),
    ),
)

_DEEPSEEK_R1 = Model(
    id="deepseek-ai/DeepSeek-R1",
    created=1737344767,
    downloads=505_000,
    likes=12_900,
    routes=(
        Route(
            provider="novita",
            provider_id="deepseek/deepseek-r1-turbo",
            usd_per_mtok=(0.7, 2.5),
            context_length=64000,
            tools=True,
            structured=False,
            first_token_ms=1502.4,
        ),
        Route(
            provider="together", provider_id="deepseek-ai/DeepSeek-R1", usd_per_mtok=(3.0, 7.0), context_length=163840
        ),
    ),
)

_QWEN_32B = Model(
    id="Qwen/Qwen3-32B",
    created=1745772359,
    downloads=1_980_000,
    likes=590,
    routes=(
        Route(
            provider="groq",
            provider_id="qwen/qwen3-32b",
            usd_per_mtok=(0.29, 0.59),
            context_length=131072,
            tools=True,
            structured=False,
            first_token_ms=261.2,
            tokens_per_s=377.3,
        ),
        Route(
            provider="ovhcloud",
            provider_id="Qwen3-32B",
            usd_per_mtok=(0.09, 0.25),
            context_length=32768,
            tools=True,
            structured=True,
        ),
        Route(provider="featherless-ai", provider_id="Qwen/Qwen3-32B"),
    ),
)

_QWEN_VL = Model(
    id="Qwen/Qwen2.5-VL-72B-Instruct",
    created=1737970280,
    modalities=("text", "image"),
    downloads=420_000,
    likes=560,
    routes=(
        Route(
            provider="ovhcloud",
            provider_id="Qwen2.5-VL-72B-Instruct",
            usd_per_mtok=(1.01, 1.01),
            context_length=32768,
            structured=True,
            first_token_ms=890.0,
            tokens_per_s=35.75,
        ),
        Route(provider="featherless-ai", provider_id="Qwen/Qwen2.5-VL-72B-Instruct"),
    ),
)

_GLM = Model(
    id="zai-org/GLM-4.6",
    created=1759169310,
    downloads=96_000,
    likes=1_010,
    routes=(
        Route(
            provider="zai-org",
            provider_id="glm-4.6",
            usd_per_mtok=(0.6, 2.2),
            context_length=204800,
            tools=True,
            first_token_ms=1220.8,
            tokens_per_s=62.0,
            is_author=True,
        ),
        Route(
            provider="novita",
            provider_id="zai-org/glm-4.6",
            usd_per_mtok=(0.55, 2.2),
            context_length=204800,
            tools=True,
            structured=False,
            first_token_ms=1388.1,
            tokens_per_s=40.4,
        ),
    ),
)

_GEMMA = Model(
    id="google/gemma-3-27b-it",
    created=1740856756,
    modalities=("text", "image"),
    gated="manual",
    downloads=880_000,
    likes=1_700,
    routes=(
        Route(
            provider="scaleway",
            provider_id="gemma-3-27b-it",
            usd_per_mtok=(0.25, 0.5),
            context_length=40000,
            tools=False,
            structured=True,
            first_token_ms=512.9,
            tokens_per_s=45.2,
        ),
        Route(provider="featherless-ai", provider_id="google/gemma-3-27b-it"),
        Route(provider="nscale", provider_id="google/gemma-3-27b-it", status="staging"),
    ),
)

_APERTUS = Model(
    id="swiss-ai/Apertus-8B-Instruct-2509",
    created=1755110000,
    gated="auto",
    downloads=140_000,
    likes=430,
    routes=(
        # A promotion: a price of zero that says it is free.
        Route(
            provider="publicai",
            provider_id="swiss-ai/apertus-8b-instruct",
            usd_per_mtok=(0, 0),
            is_free=True,
            context_length=65536,
            tools=False,
            structured=False,
            first_token_ms=980.5,
            tokens_per_s=28.9,
        ),
    ),
)

_SMOLLM = Model(
    id="HuggingFaceTB/SmolLM3-3B",
    created=1751976000,
    downloads=260_000,
    likes=760,
    routes=(
        # Zero and yet not said to be free: https://github.com/ianarawjo/ChainForge/issues/445.
        Route(
            provider="hf-inference",
            provider_id="HuggingFaceTB/SmolLM3-3B",
            usd_per_mtok=(0, 0),
            is_free=False,
            context_length=65536,
            first_token_ms=301.4,
            tokens_per_s=90.2,
        ),
    ),
)

# Known to the hub and to no provider: the router does not list it.
_GPT2 = Model(id="openai-community/gpt2", created=1646263744, downloads=9_800_000, likes=2_900, routes=())

OTHERS = (
    _GPT_OSS_120B,
    _GPT_OSS_20B,
    _LLAMA_70B,
    _DEEPSEEK_V31,
    _DEEPSEEK_R1,
    _QWEN_32B,
    _QWEN_VL,
    _GLM,
    _GEMMA,
    _APERTUS,
    _SMOLLM,
    _GPT2,
)
"""What else is there, whatever happens to the covered model."""
