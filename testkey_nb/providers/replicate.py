"""Replicate: the account proves the key, and there is nothing else to ask that would be honest.

Its models are listed page by page without end, community's and all, so no list can tell a missing model; they are paid
by the second or the picture, and the API is Replicate's own, not OpenAI's.
"""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.spec import Ask, Clause, KeyShape, Metric, Provider, Region, Reply, Rows

from .loose import mapping, text
from .model_lists import as_sample

_CHECKED = "2026-11-23"
_HOST = "api.replicate.com"
_KINDS = {"user", "organization"}


def parse_account(reply: Reply) -> Rows | None:
    """Read `/v1/account`: what kind of account it is; its names, avatar and GitHub page are dropped."""
    body = mapping(reply.json)
    kind = text(body.get("type"))
    return Rows((Metric("owner_type", kind),)) if kind in _KINDS and text(body.get("username")) else None


_ACCOUNT = Ask(
    "current_key",
    _HOST,
    "/v1/account",
    parse_account,
    "https://replicate.com/docs/reference/http#account.get",
    _CHECKED,
    gives=("key_valid", "owner_type"),
    auth=True,
    proves_key=True,
)

REPLICATE = Provider(
    id="replicate",
    name="Replicate",
    docs="https://replicate.com/docs/reference/http",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",  # Replicate's own: none compatible with OpenAI's is documented
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"r8_[0-9A-Za-z_-]{37}",
            "user",
            "trufflesecurity/trufflehog@3ab759fe pkg/detectors/replicate/replicate.go",
            _CHECKED,
            control="r8_testkeyNotARealKey" + "x" * 19,
        ),
    ),
    asks=(_ACCOUNT, as_sample(_ACCOUNT)),
    outcomes=(
        Clause(
            Outcome.DENIED,
            "github.com/replicate/replicate-python/issues/47",
            _CHECKED,
            401,
            "You did not pass a valid authentication token",
            fields=(("title", "Unauthenticated"),),
        ),
    ),
    covered_models=("meta/meta-llama-3-8b-instruct",),
    offers=frozenset(Capability)
    - {
        Capability.MODEL_PERMISSION_MATRIX,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
        Capability.PRICE_BOOK,
    },
)
