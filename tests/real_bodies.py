"""Answers as they were recorded or published, identifiers replaced; where each is from stands beside it."""

from __future__ import annotations

import json
from typing import Any

from testkey_nb.spec import Reply

JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html; charset=utf-8"}
COVERED = "meta-llama/Llama-3.1-8B-Instruct"


def reply(status: int, body: object, headers: dict[str, str] | None = None, **more: Any) -> Reply:  # noqa: ANN401 - fields of Reply
    """Make what the sender would hand to a parser."""
    text = body if isinstance(body, str) else json.dumps(body)
    try:
        parsed: object = json.loads(text)
    except ValueError:
        parsed = None
    return Reply(status, JSON if headers is None else headers, parsed, text[:4096], **more)


# https://huggingface.co/.well-known/openapi.json, path /api/whoami-v2; a fine-grained token's payload of 2026-07-23.
FINE_GRAINED = {
    "type": "user",
    "id": "aaaaaaaaaaaaaaaaaaaaaaaa",
    "name": "example-user",
    "fullname": "Example User",
    "canPay": False,
    "billingMode": "prepaid",
    "periodEnd": 1785542400,
    "isPro": False,
    "avatarUrl": "/avatars/x.svg",
    "orgs": [],
    "auth": {
        "type": "access_token",
        "accessToken": {
            "displayName": "deploy",
            "role": "fineGrained",
            "createdAt": "2026-07-23T10:27:03.276Z",
            "fineGrained": {
                "canReadGatedRepos": True,
                "global": ["discussion.write", "post.write"],
                "scoped": [
                    {
                        "entity": {"_id": "aaaaaaaaaaaaaaaaaaaaaaaa", "type": "user", "name": "example-user"},
                        "permissions": [
                            "repo.content.read",
                            "repo.access.read",
                            "repo.write",
                            "inference.serverless.write",
                            "inference.endpoints.infer.write",
                            "inference.endpoints.write",
                            "user.webhooks.read",
                            "user.webhooks.write",
                            "collection.read",
                            "collection.write",
                            "discussion.write",
                            "user.billing.read",
                            "job.write",
                            "user.notifications.read",
                            "user.notifications.write",
                        ],
                    }
                ],
            },
        },
    },
}

# huggingface/huggingface.js packages/hub/src/lib/who-am-i.spec.ts.
CLASSIC_WRITE = {
    "type": "user",
    "id": "62f264b9f3c90f4b6514a269",
    "name": "hub.js",
    "fullname": "@huggingface/hub CI bot",
    "email": "x@example.com",
    "emailVerified": True,
    "canPay": False,
    "isPro": False,
    "periodEnd": None,
    "avatarUrl": "/avatars/x.svg",
    "billingMode": "postpaid",
    "orgs": [],
    "auth": {
        "type": "access_token",
        "accessToken": {"createdAt": "2022-08-09T13:38:49.000Z", "displayName": "ci-hub.js", "role": "write"},
    },
}

# huggingface/hf-mcp-server packages/app/test/server/utils/hf-whoami.test.ts.
ORGANISATION = {
    "id": "org-id",
    "type": "org",
    "name": "example-org",
    "fullname": "Example Org",
    "email": None,
    "canPay": True,
    "avatarUrl": "/avatars/o.svg",
    "periodEnd": None,
    "plan": "team",
    "roleInOrg": "no_access",
    "securityRestrictions": ["sso"],
    "resourceGroups": [{"id": "group-id", "name": "Research", "role": "custom-research-role"}],
}

# huggingface_hub tests/test_auth.py: an OAuth token's whoami has no access token.
OAUTH_WHOAMI = {"name": "testuser", "auth": {}}

# https://huggingface.co/docs/inference-providers/hub-api.
ROUTED_MODEL = {
    "id": "deepseek-ai/DeepSeek-V4-Pro",
    "object": "model",
    "created": 1776837885,
    "owned_by": "deepseek-ai",
    "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
    "providers": [
        {
            "provider": "novita",
            "status": "live",
            "context_length": 1048576,
            "pricing": {"input": 1.69, "output": 3.38},
            "supports_tools": True,
            "supports_structured_output": False,
            "first_token_latency_ms": 1490,
            "throughput": 24.69124008437934,
            "is_model_author": False,
        },
        {
            "provider": "fireworks-ai",
            "status": "live",
            "context_length": 1048576,
            "supports_tools": True,
            "supports_structured_output": True,
            "first_token_latency_ms": 588.4,
            "throughput": 45.42948747753918,
            "is_model_author": False,
        },
        {"provider": "featherless-ai", "status": "live", "is_model_author": False},
    ],
}
ROUTED_MODELS = {"object": "list", "data": [ROUTED_MODEL]}

# pydantic/pydantic-ai tests/models/cassettes/test_huggingface/test_together_500_on_tool_continuation.yaml.
MAPPING = {
    "_id": "67ed3cd9290a7f9d3301f9c1",
    "id": "meta-llama/Llama-4-Scout-17B-16E-Instruct",
    "inferenceProviderMapping": {
        "fireworks-ai": {
            "isModelAuthor": False,
            "providerId": "accounts/fireworks/models/llama4-scout-instruct-basic",
            "status": "error",
            "task": "conversational",
        },
        "groq": {
            "isModelAuthor": False,
            "providerId": "meta-llama/llama-4-scout-17b-16e-instruct",
            "status": "live",
            "task": "conversational",
        },
    },
}

# huggingface/ml-intern tests/unit/test_usage.py.
USAGE = {
    "usage": {
        "inferenceProviders": {
            "usedNanoUsd": 1500000000,
            "includedNanoUsd": 2000000000,
            "limitNanoUsd": 5000000000,
            "numRequests": 4,
            "periodStart": "2026-05-01T00:00:00.000Z",
            "periodEnd": "2026-05-14T00:00:00.000Z",
        },
        "jobs": {"usedMicroUsd": 250000, "totalMinutes": 3.5},
    }
}

# Better Stack's JSON:API: https://betterstack.com/docs/uptime/api/.
STATUS_PAGE = {
    "data": {"id": "1", "type": "status_page", "attributes": {"aggregate_state": "degraded"}},
    "included": [
        {"type": "status_page_resource", "attributes": {"public_name": "Hub", "status": "operational"}},
        {"type": "status_report", "attributes": {"title": "Inference", "starts_at": "2026-09-01", "ends_at": None}},
        {"type": "status_report", "attributes": {"title": "Over", "starts_at": "2026-08-01", "ends_at": "2026-08-02"}},
    ],
}

# maruel/genai providers/huggingface/testdata/Warmup.yaml, and huggingface_hub tests of a 429 with a quota left.
RATE_LIMIT = {"ratelimit": '"api";r=999;t=286', "ratelimit-policy": '"fixed window";"api";q=1000;w=300'}

# Error bodies. maruel/genai errors/bad_apiKey/ListModels.yaml:
INVALID = {"error": "Invalid credentials in Authorization header"}
# huggingface/smolagents issue 807:
NO_KEY = {"error": "Invalid username or password."}
# CSOAI-ORG/councilof-ai issue 1102, huggingface/serge pull 56:
NO_PERMISSION = {
    "error": "This authentication method does not have sufficient permissions to call Inference Providers on behalf "
    "of user example-user"
}
NO_PERMISSION_ORG = {
    "error": "This authentication method does not have sufficient permissions to call Inference Providers on behalf "
    "of org example-org"
}
# https://huggingface.co/docs/hub/security-tokens:
TOKEN_POLICY = {
    "error": "Due to the organization token policy, your token needs to be approved by the organization before you can "
    "access this resource."
}
TOKEN_REVOKED = {
    "error": "Your token has been revoked by the organization administrator, you can no longer access organization "
    "resources. Please contact them for more information."
}
# maruel/genai DeepSeek-V4-Pro-0813/GenSyncMultiModal-Image-jpg-URL.yaml and the cassettes of 2025:
DEPLETED = {
    "error": "You have depleted your monthly included credits. Purchase pre-paid credits to continue using Inference "
    "Providers. Alternatively, subscribe to PRO to get 20x more included usage."
}
EXCEEDED = {
    "error": "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x "
    "more monthly included credits."
}
# maruel/genai errors/bad_model/GenSync.yaml, and cline issue 5098:
NO_MODEL = {
    "error": {
        "message": "The requested model 'bad model' does not exist.",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
    }
}
NOT_SERVED = {
    "error": {
        "message": "The requested model 'a/b' is not supported by any provider you have enabled.",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_supported",
    }
}
# https://huggingface.co/docs/hub/rate-limits; huggingface_hub issue 2843 has it as a page:
THROTTLED = {
    "error": "We had to rate limit you, you hit the quota of 1000 api requests per 5 minutes period. Upgrade to a PRO "
    "user or Team/Enterprise organization account (https://hf.co/pricing) to get higher limits. See "
    "https://huggingface.co/docs/hub/rate-limits"
}
PAGE = "<!DOCTYPE html>\n<html><head><title>Access denied</title></head><body><h1>Access denied</h1></body></html>"
# together's 500 through the router, maruel/genai:
UPSTREAM = {"error": {"message": "Internal server error", "type": "server_error"}, "id": "abc"}
