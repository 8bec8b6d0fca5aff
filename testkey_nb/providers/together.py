"""Together AI: one question tells whose key it is; the list has prices; no read-only question tells money or limits."""

from collections.abc import Iterator

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Bare, Clause, KeyShape, LimitRules, Mark, Metric, Provider, Region, Reply, Rows

from .loose import items, label, mapping, text
from .model_lists import Entry, as_sample, parse_list, plain_model
from .token_prices import PER_MILLION, currency_of, priced

_CHECKED = "2026-11-23"
_HOST = "api.together.ai"
_OLDER = "api.together.xyz"
_RECORDED = "maruel/genai@66b63e62 providers/togetherai/testdata"
_SDK = "PyPI together 3.1.1"
# What is billed by the token.  Pictures, speech and the like have 0 there because their price stands elsewhere.
_BY_TOKENS = {"chat", "language", "code", "moderation"}


def parse_whoami(reply: Reply) -> Rows | None:
    """Read `/v3/whoami`: kind and owner of the key by their identifiers; the names people gave them are dropped."""
    body = mapping(reply.json)
    ids = {name: text(mapping(body.get(name)).get("id")) for name in ("api_key", "organization", "project", "user")}
    kind = text(body.get("type"))
    if kind is None or not any(ids.values()):
        return None
    known = {
        "token_type": kind,
        "owner_id": ids["user"] or ids["organization"],
        "organization_id": ids["organization"],
        "project_id": ids["project"],
    }
    return Rows(tuple(Metric(name, value) for name, value in known.items() if value))


def _model(entry: Entry) -> ModelRow | None:
    return plain_model(entry, owner=label(entry.get("organization")))


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read USD per million tokens: the numbers of the recorded list are those of https://github.com/pydantic/genai-prices."""
    said = mapping(entry.get("pricing"))
    if text(entry.get("type")) in _BY_TOKENS and (currency := currency_of(said)):
        sides = (said.get("input"), said.get("output"), said.get("cached_input"))
        yield from priced(model, f"{_HOST}/v1/models", PER_MILLION, sides, currency=currency)


def _own_endpoints(reply: Reply) -> str:
    first = mapping(next(iter(items(reply.json)), None))
    return 'uuid "endpoint-…"' if str(first.get("uuid", "")).startswith("endpoint-") else ""


_WHOAMI = Ask(
    "current_key",
    _HOST,
    "/v3/whoami",
    parse_whoami,
    f"{_SDK} _client.py whoami, types/whoami_response.py",
    _CHECKED,
    gives=("key_valid", "token_type", "owner_id", "organization_id", "project_id"),
    auth=True,
    proves_key=True,
)

TOGETHER = Provider(
    id="together",
    name="Together AI",
    docs="https://docs.together.ai/docs/",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST), Region(_OLDER)),
    key_shapes=(
        KeyShape(
            r"tgp_v1_[A-Za-z0-9_-]{43}",
            "user",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=togetherai-api-key",
            _CHECKED,
            control="tgp_v1_testkeyNotARealKey" + "x" * 25,
        ),
    ),
    marks=(Mark("uuid of models", f"{_RECORDED}/TestClient/Warmup.yaml", _CHECKED, body=_own_endpoints),),
    asks=(
        _WHOAMI,
        Ask(
            "model_catalog",
            _HOST,
            "/v1/models",
            parse_list(_model, at="", prices=_prices),
            f"{_RECORDED}/TestClient/Warmup.yaml",
            _CHECKED,
            gives=("key_valid", "models_listed"),
            auth=True,
            proves_key=True,
        ),
        as_sample(_WHOAMI),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/TestClient/errors/bad_apiKey/GenSync.yaml",
            _CHECKED,
            401,
            "Invalid API key provided",
            fields=(("error.code", "invalid_api_key"),),
        ),
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/TestClient/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            401,
            fields=(("error.message", "Unauthorized"),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/expectedparrot/edsl/issues/2098",
            _CHECKED,
            402,
            "Credit limit exceeded",
            fields=(("error.type", "credit_limit"),),
        ),
    ),
    limit_rules=LimitRules(
        "https://docs.together.ai/docs/rate-limits (per second)",
        "2026-11-25",
        windows=dict.fromkeys(("default", "dynamic", "tokens", "tokens-dynamic"), 1),
        scopes=dict.fromkeys(("default", "dynamic"), "requests"),
        resets=Bare.SECONDS,
    ),
    covered_models=("moonshotai/Kimi-K3",),
    offers=frozenset(Capability)
    - {Capability.CAPABILITY_MATRIX, Capability.BALANCE_AND_QUOTA, Capability.LIMIT_MATRIX},
    catalogue="together",
)
