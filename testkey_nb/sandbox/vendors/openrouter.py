"""OpenRouter.  Bodies: https://openrouter.ai/docs/api, https://github.com/maruel/genai (recorded), issues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from testkey_nb.sandbox.persona import hex_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, persona_of, personas

if TYPE_CHECKING:
    from testkey_nb.sandbox.persona import Persona


def _model(name: str, prompt: str, completion: str, **more: object) -> dict[str, object]:
    slug = name.partition(":")[0]
    return {
        "id": name,
        "canonical_slug": slug,
        "name": f"Example: {slug}",
        "created": 1721260800,
        "context_length": 128000,
        "architecture": {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {"prompt": prompt, "completion": completion},
        "top_provider": {"context_length": 128000, "max_completion_tokens": 16384, "is_moderated": True},
        "supported_parameters": ["max_tokens", "structured_outputs", "tools"],
        "expiration_date": None,
        "links": {"details": f"/api/v1/models/{slug}/endpoints"},
        **more,
    }


def _list(*models: dict[str, object]) -> Said:
    return Said(200, json.dumps({"data": models, "total_count": len(models), "links": {"next": None}}))


def _key(**more: object) -> Said:
    """Answer as https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key shows, but for `more`."""
    data = {
        "label": "sk-or-v1-abc...xyz",
        "limit": 100,
        "limit_remaining": 74.5,
        "limit_reset": "monthly",
        "usage": 25.5,
        "usage_daily": 1.5,
        "usage_weekly": 12.5,
        "usage_monthly": 25.5,
        "is_free_tier": False,
        "is_management_key": False,
        "is_provisioning_key": False,
        "creator_user_id": "user_2dHFtVWx2n56w6HkM0000000000",
        "organization_id": None,
        "expires_at": "2027-12-31T23:59:59Z",
        "allowed_data_regions": ["global", "europe"],
        "budgets": [],
        "effective_budget": None,
        "free_model_daily_requests": {"limit": 1000, "remaining": 996, "used": 4},
        "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
        **more,
    }
    return Said(200, json.dumps({"data": data}))


def _error(status: int, message: str) -> Said:
    return Said(status, json.dumps({"error": {"message": message, "code": status}}))


_MINI = _model("openai/gpt-4o-mini", "0.00000015", "0.0000006")
_FREE = _model("meta-llama/llama-3.3-70b-instruct:free", "0", "0")
_ZERO = _model("sandbox/priced-at-zero", "0", "0")  # and nothing says that it is free
_TIERED = _model(
    "google/gemini-2.5-pro",
    "0.00000125",
    "0.00001",
    pricing={
        "prompt": "0.00000125",
        "completion": "0.00001",
        "input_cache_read": "0.000000125",
        "overrides": [{"min_prompt_tokens": 200000, "prompt": "0.0000025", "completion": "0.000015"}],
    },
    expiration_date="2027-06-17",
)
_ALL = (_MINI, _FREE, _ZERO, _TIERED)
_CAPPED = {"scope": "workspace", "limit_usd": 50, "spend_usd": 50, "remaining_usd": 0, "reset_interval": "monthly"}
_VENDOR = Vendor(
    key=lambda name: "sk-or-v1-" + hex_key(name, 64),
    refused=_error(401, "User not found."),
    no_key=_error(401, "No auth credentials found"),
    keyed={"/api/v1/key": _key(), "/api/v1/models/user": _list(*_ALL)},
    public={"/api/v1/models": _list(*_ALL)},
    headers={"server": "cloudflare"},
)


def _many(count: int) -> Situation:
    made_up = (
        _model(f"sandbox/model-{n:05}", f"0.{n % 997 + 1:08}", f"0.{n % 997 * 3 + 3:08}")
        for n in range(count - len(_ALL))
    )
    listed = _list(*_ALL, *made_up)
    return Situation(
        name="many-models",
        says=f"a catalogue of {count} models",
        keyed={"/api/v1/models/user": listed},
        public={"/api/v1/models": listed},
    )


def many_models(count: int) -> Persona:
    """Return a persona whose two lists hold `count` models with prices, at least as many as the others have."""
    return persona_of(_VENDOR, _many(count))


PERSONAS = personas(
    _VENDOR,
    "74.50 of 100 USD left under its limit; the account's credits are not told",
    Situation(name="limit-reached", says="nothing left", keyed={"/api/v1/key": _key(limit_remaining=0, usage=100)}),
    Situation(
        name="budget-spent",
        says="no limit of its own, and the workspace's budget is spent",
        keyed={"/api/v1/key": _key(limit=None, limit_remaining=None, budgets=[_CAPPED], effective_budget=_CAPPED)},
    ),
    Situation(
        name="unlimited",
        says="neither limit nor budget",
        keyed={"/api/v1/key": _key(limit=None, limit_remaining=None, limit_reset=None)},
    ),
    Situation(
        name="free-tier",
        says="an account that never bought credits",
        keyed={"/api/v1/key": _key(limit=None, limit_remaining=None, is_free_tier=True)},
    ),
    Situation(
        name="management-key",
        says="a key that manages keys and calls no model",
        keyed={"/api/v1/key": _key(is_management_key=True, is_provisioning_key=True, limit=None, limit_remaining=None)},
    ),
    Situation(
        name="no-region",
        says="the key's guardrails permit no data region",
        keyed={"/api/v1/key": _key(allowed_data_regions=[])},
    ),
    Situation(
        name="guardrail",
        says="the covered model is not among those that the key's guardrail allows",
        keyed={"/api/v1/models/user": _list(_FREE)},
    ),
    _many(400),
)
