"""StepFun: two separate platforms, in dollars and in yuan; one question tells what is left of a prepaid balance."""

from collections.abc import Mapping

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import Value
from testkey_nb.spec import Ask, Clause, Finding, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import mapping, text
from .model_lists import as_sample, each_model, parse_list, parse_one

_CHECKED = "2026-11-23"
_HOST, _CHINA = "api.stepfun.ai", "api.stepfun.com"
_CURRENCY = {_HOST: "USD", _CHINA: "CNY"}  # of the price lists of the two platforms; the answer names none
_ACCOUNT = "https://platform.stepfun.com/docs/zh/api-reference/accounts/get"
_ERRORS = "api-evangelist/stepfun@359961c1 errors/stepfun-error-codes.yml"
_TWO = "github.com/langgenius/dify-official-plugins/pull/3607"
_REFUSED = (("error.type", "invalid_api_key"),)


def parse_account(reply: Reply) -> Rows | None:
    """Read `/v1/accounts`; its two totals count what was ever paid in and given, not what is left, and are dropped."""
    body = mapping(reply.json)
    found = money.amounts({"balance_available": body.get("balance")}, _CURRENCY.get(reply.host, ""))
    if body.get("object") != "account" or not found:
        return None
    kind = text(body.get("type"))
    return Rows((*([Metric("account_type", kind)] if kind else []), *found, *money.as_of(reply)))


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say who can pay where the account is prepaid; a postpaid one can be below zero and answered."""
    if values.get("account_type") != ("prepaid",):
        return ()
    return money.prepaid(values, "https://platform.stepfun.ai, https://platform.stepfun.com")


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(),
    _TWO,
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

STEPFUN = Provider(
    id="stepfun",
    name="StepFun",
    docs="https://platform.stepfun.com/docs/zh/api-reference/error-codes",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    # Separate accounts, and the same words from both for a key of the other: `_TWO`.
    hosts=(
        Region(_HOST, "global", platform="https://platform.stepfun.ai/interface-key"),
        Region(_CHINA, "cn", platform="https://platform.stepfun.com/interface-key"),
    ),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/v1/models/{model}",
            "https://platform.stepfun.com/docs/zh/api-reference/models/retrieve",
            parse_one(),
        ),
        as_sample(_MODELS),
        Ask(
            "balance_snapshot",
            _HOST,
            "/v1/accounts",
            parse_account,
            _ACCOUNT,
            _CHECKED,
            gives=("account_type", "balance_available", "balance_as_of"),
            # A key of a subscription has no balance; users report that it is refused here and good elsewhere.
            outcomes=(Clause(Outcome.UNEXPECTED, _ERRORS, _CHECKED, 401, fields=_REFUSED),),
            auth=True,
        ),
    ),
    outcomes=(Clause(Outcome.DENIED, _ERRORS, _CHECKED, 401, "Incorrect API key provided", fields=_REFUSED),),
    covered_models=("step-3.7-flash",),
    offers=frozenset(Capability)
    - {Capability.KEY_IDENTITY, Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX, Capability.PRICE_BOOK},
    findings=findings,
)
