"""What is known to exist and is not asked, because its source is missing, weak, or says that it is no free question."""

from collections.abc import Mapping
from types import MappingProxyType

_ADMINISTRATIVE = "for administrative keys, of which no more than the identity is asked"

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "AI21": "its model list is reported to answer any key, and no other free question has a source",
        "Azure OpenAI": "a key belongs to one resource's host, and what refuses it there was read in one issue only",
        "Baseten, Chutes, Inference.net, Nscale, Scaleway": "no refusal of a key by a free question was found",
        "Cloudflare AI Gateway as a provider": "no question is answered to one key alone; it is known by its marks",
        "Featherless, Venice": "bodies were read in other clients' notes only",
        "GitHub Models": "retired on 2026-07-30; every answer is 410",
        "Hyperbolic": "its unit of credit and its refusal are in no source that could be read",
        "OpenAI `/dashboard/billing/credit_grants`, `/v1/me`": "undocumented",
        "OpenAI `/v1/organization/costs`, `/v1/organization/spend_limit`": _ADMINISTRATIVE,
        "Anthropic `/v1/organizations/rate_limits`": _ADMINISTRATIVE,
        "OpenRouter `/api/v1/credits`": "for management keys; an ordinary one is reported to get 200 with zeros",
        "Mistral `/v1/whoami`": "whether it takes an ordinary key is not known",
        "Anthropic 403 `Request not allowed`": "reported from countries that are not served, and from others, too",
        "Groq and xAI, refusals of a region": "pages for people, as any firewall writes them",
        "Cohere `/v1/check-api-key`": "a POST",
        "Together `/v1/billing/usage`": "the permission that it needs is not known",
        "Fireworks billing summary and account models": "their paths hold an account id that no run knows before",
        "Perplexity `/async/chat/completions`": "its answer holds people's own jobs",
        "Replicate `/v1/models`, `/v1/predictions`": "a list without an end, and people's own predictions",
        "NVIDIA `api.ngc.nvidia.com/v3/keys/get-caller-info`": "a POST that carries the key in its body",
        "Novita `/openapi/v2/user/key`": "names every key of the account",
        "MiniMax `/v1/token_plan/remains`, Zhipu `/api/monitor/usage/quota/limit`": "weak sources",
        "SambaNova, who a key belongs to": "its only free question is public, so nothing proves a key",
        "New API `/api/usage/token`": "it answers an expired key and one without quota as well, so it proves none",
        "LiteLLM proxy `/health`": "runs a paid call on every configured model",
        "xAI `management-api.x.ai`": "for management keys, which an inference key is not",
    }
)
