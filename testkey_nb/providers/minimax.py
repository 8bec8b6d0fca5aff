"""MiniMax: two separate platforms; the list proves the key, and money is told nowhere read-only."""

import re

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.spec import Ask, Clause, KeyShape, Mark, Provider, Region, Reply

from .loose import mapping
from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST, _CHINA = "api.minimax.io", "api.minimaxi.com"
_LIST = "https://platform.minimax.io/docs/api-reference/models/openai/list-models.md"
_SHAPE = "github.com/nearai/ironclaw/issues/1742"
_KEYS = "github.com/stagewise-io/stagewise/issues/1571"


def _own_error(reply: Reply) -> str:
    """Return the number at the end of an error that also names its status as a text."""
    error = mapping(mapping(reply.json).get("error"))
    number = re.search(r"\((\d{4})\)\s*$", str(error.get("message", "")))
    return f"error ({number[1]})" if number and isinstance(error.get("http_code"), str) else ""


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(),
    _LIST,
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

MINIMAX = Provider(
    id="minimax",
    name="MiniMax",
    docs=_LIST,
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    # Separate accounts: github.com/MiniMax-AI/MiniMax-01/issues/44.
    hosts=(
        Region(_HOST, "global", platform="https://platform.minimax.io"),
        Region(_CHINA, "cn", platform="https://platform.minimaxi.com"),
    ),
    key_shapes=(
        KeyShape(
            r"sk-api-[A-Za-z0-9_-]{119}",
            "user",
            "betterleaks/betterleaks@0faed9b2 cmd/generate/config/rules/minimax.go",
            _CHECKED,
            control="sk-api-testkeyNotARealKey" + "x" * 101,
        ),
        KeyShape(
            r"sk-cp-[A-Za-z0-9_-]{40,200}",
            "subscription",
            _KEYS,
            _CHECKED,
            control="sk-cp-testkeyNotARealKey" + "x" * 40,
        ),
    ),
    # Who passes MiniMax's answers on shows it too: github.com/modelscope/modelscope/issues/1691.
    marks=(Mark("numbered error", _SHAPE, _CHECKED, body=_own_error, weak=True),),
    asks=(_MODELS, as_sample(_MODELS)),
    outcomes=(
        # The error that carries no key is of the same type and ends in (1004): it says nothing of a key.
        Clause(
            Outcome.DENIED,
            f"github.com/MiniMax-AI/MiniMax-01/issues/69 (the words and the number); {_SHAPE} (the body around them)",
            _CHECKED,
            401,
            "invalid api key (2049)",
            fields=(("error.type", "authorized_error"),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            _KEYS,
            _CHECKED,
            402,
            "(1008)",
            fields=(("error.type", "insufficient_balance_error"),),
        ),
    ),
    covered_models=("MiniMax-M2.7",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="minimax",
)
