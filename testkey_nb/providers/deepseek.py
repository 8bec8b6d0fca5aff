"""DeepSeek: prepaid; one question tells the balance, in yuan, in dollars or in both."""

from collections.abc import Iterator, Mapping

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.spec import Ask, Clause, KeyShape, Mark, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import flag, items, mapping, text
from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST = "api.deepseek.com"
_RECORDED = "maruel/genai@66b63e62 providers/deepseek/testdata"
_ERRORS = "https://api-docs.deepseek.com/quick_start/error_codes"
_TOP_UP = "https://platform.deepseek.com/top_up"


def parse_balance(reply: Reply) -> Rows | None:
    """Read `/user/balance`: amounts are texts, one entry per currency."""
    body = mapping(reply.json)
    usable, entries = flag(body.get("is_available")), items(body.get("balance_infos"))
    found = [metric for entry in entries for metric in _amounts(mapping(entry))]
    if usable is None or not found:
        return None
    return Rows((Metric("balance_usable", usable, "boolean"), *found, *money.as_of(reply)))


def _amounts(entry: Mapping[str, object]) -> Iterator[Metric]:
    if currency := text(entry.get("currency")):
        named = {
            "balance_available": entry.get("total_balance"),
            "balance_granted": entry.get("granted_balance"),
            "balance_topped_up": entry.get("topped_up_balance"),
        }
        yield from money.amounts(named, currency)


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/models",
    parse_list(),
    f"{_RECORDED}/TestClient/Warmup.yaml",
    _CHECKED,
    gives=("models_listed",),
    auth=True,
)

DEEPSEEK = Provider(
    id="deepseek",
    name="DeepSeek",
    docs="https://api-docs.deepseek.com/",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"sk-[a-z0-9]{32}",
            "user",
            "trufflesecurity/trufflehog@3ab759fe pkg/detectors/deepseek/deepseek.go",
            _CHECKED,
            control="sk-testkeynotarealkeyxxxxxxxxxxxxxx",
            shared=True,
        ),
    ),
    marks=(Mark("x-ds-trace-id", f"{_RECORDED} (httprecord scrub list)", _CHECKED, header="x-ds-trace-id"),),
    asks=(
        Ask(
            "balance_snapshot",
            _HOST,
            "/user/balance",
            parse_balance,
            "https://api-docs.deepseek.com/api/get-user-balance",
            _CHECKED,
            gives=(
                "key_valid",
                "balance_usable",
                "balance_available",
                "balance_granted",
                "balance_topped_up",
                "balance_as_of",
            ),
            auth=True,
            proves_key=True,
        ),
        _MODELS,
        as_sample(_MODELS),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            401,
            "Authentication Fails",
            fields=(("error.type", "authentication_error"),),
        ),
        Clause(Outcome.NO_FUNDS, _ERRORS, _CHECKED, 402, "Insufficient Balance", fields=(("error.message", str),)),
    ),
    # deepseek-chat ended on 2026-07-24 and deepseek-v4-flash on 2026-09-10, when the list had deepseek-flash and
    # deepseek-v4-pro: https://api-docs.deepseek.com/, github.com/anomalyco/models.dev/pull/6721, read 2026-11-26.
    covered_models=("deepseek-flash",),
    offers=frozenset(Capability) - {Capability.KEY_IDENTITY, Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX},
    findings=lambda values: money.prepaid(values, _TOP_UP),
    catalogue="deepseek",
)
