"""Gateways as services: what they put before a provider shows in their answers' headers."""

from testkey_nb.providers.loose import items, mapping
from testkey_nb.spec import Mark, Provider, Reply

from .seen import CHECKED, headers

_CLOUDFLARE = "https://developers.cloudflare.com/ai-gateway/glossary"
_HELICONE = "https://docs.helicone.ai/helicone-headers/header-directory"
_KONG = "https://developer.konghq.com/plugins/ai-proxy/"


def _not_configured(reply: Reply) -> str:
    """Look for Cloudflare's answer for a gateway that is not there: `error` is a list."""
    codes = [mapping(one).get("code") for one in items(mapping(reply.json).get("error"))]
    own = 2001 in codes and mapping(reply.json).get("success") is False  # noqa: PLR2004
    return "error code 2001" if own and "AI Gateway" in reply.text else ""


def _bifrost_error(reply: Reply) -> str:
    return "is_bifrost_error" if isinstance(mapping(reply.json).get("is_bifrost_error"), bool) else ""


def _gateway(id_: str, name: str, docs: str, *marks: Mark, kind: str = "gateway") -> Provider:
    return Provider(id_, name, docs, CHECKED, kind=kind, marks=marks)


GATEWAYS = (
    _gateway(
        "cloudflare_ai_gateway",
        "Cloudflare AI Gateway",
        "https://developers.cloudflare.com/ai-gateway/",
        Mark("cf-aig-*", _CLOUDFLARE, CHECKED, body=headers("cf-aig-")),
        Mark("unknown gateway", "https://developers.cloudflare.com/ai-gateway/ error 2001", CHECKED,
             body=_not_configured),
    ),
    _gateway(
        "helicone",
        "Helicone",
        "https://docs.helicone.ai",
        Mark("helicone-*", _HELICONE, CHECKED, body=headers("helicone-", "x-helicone-")),
    ),
    _gateway(
        "bifrost",
        "Bifrost",
        "https://docs.getbifrost.ai",
        Mark("error body", "https://github.com/maximhq/bifrost/issues/6787", CHECKED, body=_bifrost_error),
        kind="relay",
    ),
    _gateway(
        "kong",
        "Kong AI Gateway",
        "https://developer.konghq.com/ai-gateway/",
        # Sent with generations only, which are never asked for: here for who records answers elsewhere.
        Mark("x-kong-llm-model", _KONG, CHECKED, header="x-kong-llm-model"),
        # Mistral itself stands behind Kong: maruel/genai@66b63e62 providers/mistral/testdata.
        Mark("x-kong-*", _KONG, CHECKED, body=headers("x-kong-upstream-", "x-kong-proxy-", "x-kong-request-"),
             weak=True),
        kind="relay",
    ),
)  # fmt: skip
