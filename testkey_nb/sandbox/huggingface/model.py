"""One model and its routes, in the forms the router and the hub give them.

Router: https://huggingface.co/docs/inference-providers/hub-api. Hub: the same page for the
mapping, and huggingface_hub's `hf_api.py` for "a dict on model_info and a list on list_models".
"""

from __future__ import annotations

import hashlib
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime

from testkey_nb.sandbox.huggingface.account import iso

# "live" and "error" are all the router knows; "staging" is seen by the hub alone.
_ROUTED = frozenset({"live", "error"})


@dataclass(frozen=True)
class Route:
    """One provider that serves a model. What is None is absent from the answer, not null."""

    provider: str
    provider_id: str
    usd_per_mtok: tuple[float, float] | None = None  # input and output
    context_length: int | None = None
    _: KW_ONLY
    status: str = "live"
    is_free: bool | None = None
    tools: bool | None = None
    structured: bool | None = None
    speed: tuple[float | None, float | None] = (None, None)  # milliseconds to the first token, tokens per second
    is_author: bool = False

    def router(self) -> dict[str, object]:
        """Write one element of `providers[]`."""
        first_token_ms, tokens_per_s = self.speed
        optional = {
            "context_length": self.context_length,
            "pricing": self.usd_per_mtok and dict(zip(("input", "output"), self.usd_per_mtok, strict=True)),
            "is_free": self.is_free,
            "supports_tools": self.tools,
            "supports_structured_output": self.structured,
            "first_token_latency_ms": first_token_ms,
            "throughput": tokens_per_s,
        }
        given = {name: value for name, value in optional.items() if value is not None}
        named = {"provider": self.provider, "status": self.status}
        return {**named, **given, "is_model_author": self.is_author}

    def hub(self) -> dict[str, object]:
        """Write one value of `inferenceProviderMapping`."""
        return {
            "isModelAuthor": self.is_author,
            "providerId": self.provider_id,
            "status": self.status,
            "task": "conversational",
        }


@dataclass(frozen=True, kw_only=True)
class Model:
    """A repository of the hub; the router lists it when it has a route there."""

    id: str
    created: int
    routes: tuple[Route, ...]
    modalities: tuple[str, ...] = ("text",)
    gated: str | bool = False
    downloads: int
    likes: int

    @property
    def author(self) -> str:
        """The part of the id before the slash, which the router calls the owner."""
        return self.id.partition("/")[0]

    @property
    def routed(self) -> bool:
        """Whether the router lists the model at all."""
        return any(route.status in _ROUTED for route in self.routes)

    def served_by(self, slugs: frozenset[str]) -> bool:
        """Tell whether one of these providers serves the model now; `all` means any.

        A route whose last validation failed is "temporarily removed"
        (https://huggingface.co/docs/inference-providers/register-as-a-provider).
        """
        live = {route.provider for route in self.routes if route.status == "live"}
        return bool(live and ("all" in slugs or live & slugs))

    def router(self) -> dict[str, object]:
        """Write one element of the router's `data[]`."""
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": self.author,
            "architecture": {"input_modalities": list(self.modalities), "output_modalities": ["text"]},
            "providers": [route.router() for route in self.routes if route.status in _ROUTED],
        }

    def hub(self) -> dict[str, object]:
        """Write what the hub tells of a repository unless asked for particular fields."""
        digest = hashlib.sha256(self.id.encode()).hexdigest()
        seen = "image-text-to-text" if "image" in self.modalities else "text-generation"
        made = iso(datetime.fromtimestamp(self.created, UTC))
        return {
            "_id": digest[:24],
            "id": self.id,
            "modelId": self.id,
            "author": self.author,
            "sha": digest[:40],
            "createdAt": made,
            "lastModified": made,
            "private": False,
            "gated": self.gated,
            "disabled": False,
            "downloads": self.downloads,
            "likes": self.likes,
            "library_name": "transformers",
            "pipeline_tag": seen,
            "tags": ["transformers", "safetensors", seen, "conversational"],
        }

    def expanded(self, fields: frozenset[str], *, listed: bool) -> dict[str, object]:
        """Write only the fields asked for, and the two identifiers that always come along."""
        whole = {**self.hub(), "inferenceProviderMapping": self._mapping(listed=listed)}
        if self.served_by(frozenset({"all"})):
            whole["inference"] = "warm"
        return {name: whole[name] for name in whole if name in fields | {"_id", "id"}}

    def _mapping(self, *, listed: bool) -> object:
        if listed:
            return [{"provider": route.provider, **route.hub()} for route in self.routes]
        return {route.provider: route.hub() for route in self.routes}
