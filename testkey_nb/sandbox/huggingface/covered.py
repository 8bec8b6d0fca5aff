"""The model that is a candidate for commercial use, as it looks when everything is well.

That these three providers serve it is reported, the figures are made up.
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
            provider="novita",
            provider_id="meta-llama/llama-3.1-8b-instruct",
            usd_per_mtok=(0.02, 0.05),
            context_length=16384,
            tools=True,
            structured=False,
            first_token_ms=612.0,
            tokens_per_s=71.4,
        ),
        Route(
            provider="nscale",
            provider_id="meta-llama/Llama-3.1-8B-Instruct",
            usd_per_mtok=(0.06, 0.06),
            context_length=131072,
            tools=False,
            structured=True,
            first_token_ms=433.5,
            tokens_per_s=88.25,
        ),
        Route(provider="featherless-ai", provider_id="meta-llama/Llama-3.1-8B-Instruct"),
    ),
)
"""The model that every persona is asked about."""
