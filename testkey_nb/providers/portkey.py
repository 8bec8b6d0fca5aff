"""Portkey: its own key opens a list of the models that a workspace set up; what stands behind them is not told."""

from testkey_nb.outcome import Capability
from testkey_nb.spec import Ask, Mark, Provider, Region, Reply

from .loose import mapping, text
from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST = "api.portkey.ai"
_HEADERS = "https://portkey.ai/docs/api-reference/inference-api/response-schema"
_GATEWAY = "Portkey-AI/gateway@"


def _says_portkey(reply: Reply) -> str:
    """Look for its refusals: `status` and `message` beside each other, and its own name in the message."""
    body = mapping(reply.json)
    said = text(body.get("message")) or ""
    own = body.get("status") == "failure" and ("x-portkey-" in said or said.startswith("Portkey Error"))
    return f"message {said[:60]}" if own else ""


def _greeting(reply: Reply) -> str:
    return "AI Gateway says hey!" if reply.text.strip() == "AI Gateway says hey!" else ""


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(),
    "https://www.mintlify.com/portkey-AI/gateway/api/models/list",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

PORTKEY = Provider(
    id="portkey",
    name="Portkey",
    docs="https://portkey.ai/docs/api-reference/inference-api/introduction",
    checked=_CHECKED,
    kind="gateway",
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST),),
    auth=("x-portkey-api-key", "{key}"),
    marks=(
        Mark(
            "x-portkey-*",
            _HEADERS,
            _CHECKED,
            body=lambda reply: ", ".join(sorted(name for name in reply.headers if name.startswith("x-portkey-"))[:4]),
        ),
        Mark("refusal", f"{_GATEWAY}020fe8ca src/middlewares/requestValidator/index.ts", _CHECKED, body=_says_portkey),
        Mark("root page", f"{_GATEWAY}02668d5a src/index.ts", _CHECKED, path="/", body=_greeting),
    ),
    asks=(_MODELS, as_sample(_MODELS)),
    # No clause for "Invalid API Key. Error Code: 03": it says the same to no key, to another header, and where its own
    # control plane cannot be reached, so it is no verdict about a key.
    offers=frozenset(
        {
            Capability.PROVIDER_IDENTITY,
            Capability.MODEL_PERMISSION_MATRIX,
            Capability.REGION_AND_ROUTE,
            Capability.CONTINUOUS_MONITORING,
            Capability.OPERATIONAL_ACTIONS,
        }
    ),
)
