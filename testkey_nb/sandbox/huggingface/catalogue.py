"""The models of the sandbox: the one that every persona is asked about, and the others, most popular first.

Model ids and provider slugs are real, one newcomer excepted; every figure is made up. Between them
the routes show what a reader of the real list has to cope with: prices missing, prices of zero
that are free and that are not, slugs nobody has heard of, fields left out, routes that are down.
"""

from __future__ import annotations

from testkey_nb.sandbox.huggingface.model import Model, Route

COVERED = Model(
    id="meta-llama/Llama-3.1-8B-Instruct",
    created=1721292887,
    gated="manual",
    downloads=7_412_000,
    likes=5_100,
    routes=(
        Route(
            "novita",
            "meta-llama/llama-3.1-8b-instruct",
            (0.02, 0.05),
            16384,
            tools=True,
            structured=False,
            speed=(612.0, 71.4),
        ),
        Route(
            "nscale",
            "meta-llama/Llama-3.1-8B-Instruct",
            (0.06, 0.06),
            131072,
            tools=False,
            structured=True,
            speed=(433.5, 88.25),
        ),
        Route("featherless-ai", "meta-llama/Llama-3.1-8B-Instruct"),
    ),
)
"""The candidate for commercial use, as it looks when all is well.  That these three serve it is reported."""

OTHERS = (
    Model(
        id="openai/gpt-oss-120b",
        created=1754329222,
        downloads=4_030_000,
        likes=4_300,
        routes=(
            Route("cerebras", "gpt-oss-120b", (0.3, 0.7), 131072, tools=True, structured=True, speed=(221.7, 1180.5)),
            Route(
                "groq", "openai/gpt-oss-120b", (0.15, 0.6), 131072, tools=True, structured=False, speed=(198.0, 402.9)
            ),
            Route(
                "fireworks-ai",
                "accounts/fireworks/models/gpt-oss-120b",
                context_length=131072,
                tools=True,
                structured=True,
                speed=(540.2, 133.8),
            ),
            Route("sandbox-newcomer", "gpt-oss-120b-turbo", (0.1, 0.45), 65536, tools=True),
        ),
    ),
    Model(
        id="openai/gpt-oss-20b",
        created=1754329202,
        downloads=6_550_000,
        likes=3_900,
        routes=(
            Route(
                "groq", "openai/gpt-oss-20b", (0.075, 0.3), 131072, tools=True, structured=True, speed=(175.3, 811.0)
            ),
            Route("novita", "openai/gpt-oss-20b", (0.04, 0.15), 131072, tools=False),
        ),
    ),
    Model(
        id="meta-llama/Llama-3.3-70B-Instruct",
        created=1732637674,
        gated="manual",
        downloads=1_120_000,
        likes=2_600,
        routes=(
            Route(
                "groq",
                "llama-3.3-70b-versatile",
                (0.59, 0.79),
                131072,
                tools=True,
                structured=False,
                speed=(240.1, 262.7),
            ),
            Route(
                "together",
                "meta-llama/Llama-3.3-70B-Instruct-Turbo",
                (0.88, 0.88),
                131072,
                tools=True,
                structured=True,
                speed=(702.6, 94.1),
            ),
            Route("sambanova", "Meta-Llama-3.3-70B-Instruct", (0.6, 1.2), 131072, status="error"),
        ),
    ),
    Model(
        id="deepseek-ai/DeepSeek-V3.1",
        created=1755774480,
        downloads=310_000,
        likes=840,
        routes=(
            Route(
                "novita",
                "deepseek/deepseek-v3.1",
                (0.27, 1.0),
                131072,
                tools=True,
                structured=True,
                speed=(1310.0, 31.6),
            ),
            Route(
                "fireworks-ai",
                "accounts/fireworks/models/deepseek-v3p1",
                context_length=163840,
                tools=True,
                structured=True,
                speed=(655.9, 58.3),
            ),
        ),
    ),
    Model(
        id="deepseek-ai/DeepSeek-R1",
        created=1737344767,
        downloads=505_000,
        likes=12_900,
        routes=(
            Route(
                "novita",
                "deepseek/deepseek-r1-turbo",
                (0.7, 2.5),
                64000,
                tools=True,
                structured=False,
                speed=(1502.4, None),
            ),
            Route("together", "deepseek-ai/DeepSeek-R1", (3.0, 7.0), 163840),
        ),
    ),
    Model(
        id="Qwen/Qwen3-32B",
        created=1745772359,
        downloads=1_980_000,
        likes=590,
        routes=(
            Route("groq", "qwen/qwen3-32b", (0.29, 0.59), 131072, tools=True, structured=False, speed=(261.2, 377.3)),
            Route("ovhcloud", "Qwen3-32B", (0.09, 0.25), 32768, tools=True, structured=True),
            Route("featherless-ai", "Qwen/Qwen3-32B"),
        ),
    ),
    Model(
        id="Qwen/Qwen2.5-VL-72B-Instruct",
        created=1737970280,
        modalities=("text", "image"),
        downloads=420_000,
        likes=560,
        routes=(
            Route("ovhcloud", "Qwen2.5-VL-72B-Instruct", (1.01, 1.01), 32768, structured=True, speed=(890.0, 35.75)),
            Route("featherless-ai", "Qwen/Qwen2.5-VL-72B-Instruct"),
        ),
    ),
    Model(
        id="zai-org/GLM-4.6",
        created=1759169310,
        downloads=96_000,
        likes=1_010,
        routes=(
            Route("zai-org", "glm-4.6", (0.6, 2.2), 204800, tools=True, speed=(1220.8, 62.0), is_author=True),
            Route("novita", "zai-org/glm-4.6", (0.55, 2.2), 204800, tools=True, structured=False, speed=(1388.1, 40.4)),
        ),
    ),
    Model(
        id="google/gemma-3-27b-it",
        created=1740856756,
        modalities=("text", "image"),
        gated="manual",
        downloads=880_000,
        likes=1_700,
        routes=(
            Route("scaleway", "gemma-3-27b-it", (0.25, 0.5), 40000, tools=False, structured=True, speed=(512.9, 45.2)),
            Route("featherless-ai", "google/gemma-3-27b-it"),
            Route("nscale", "google/gemma-3-27b-it", status="staging"),
        ),
    ),
    Model(
        id="swiss-ai/Apertus-8B-Instruct-2509",
        created=1755110000,
        gated="auto",
        downloads=140_000,
        likes=430,
        routes=(
            # A promotion: a price of zero that says it is free.
            Route(
                "publicai",
                "swiss-ai/apertus-8b-instruct",
                (0, 0),
                65536,
                is_free=True,
                tools=False,
                structured=False,
                speed=(980.5, 28.9),
            ),
        ),
    ),
    Model(
        id="HuggingFaceTB/SmolLM3-3B",
        created=1751976000,
        downloads=260_000,
        likes=760,
        routes=(
            # Zero and yet not said to be free: https://github.com/ianarawjo/ChainForge/issues/445.
            Route("hf-inference", "HuggingFaceTB/SmolLM3-3B", (0, 0), 65536, is_free=False, speed=(301.4, 90.2)),
        ),
    ),
    # Known to the hub and to no provider: the router does not list it.
    Model(
        id="openai-community/gpt2",
        created=1646263744,
        downloads=9_800_000,
        likes=2_900,
        routes=(),
    ),
)
"""What else is there, whatever happens to the covered model."""
