"""``routes.yaml``: a LiteLLM proxy config that calls each covered model at its live routes, the key by reference.

https://docs.litellm.ai/docs/proxy/configs, read 2026-11-23.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from testkey_nb.errors import OutputRefused
from testkey_nb.judge import Readiness
from testkey_nb.launch import ROUTES_FILE
from testkey_nb.ranking import RouteRank

from .write import NOTHING, Files, headed
from .yaml_text import YamlText

_LIST, _PARAMETERS = "model_list", "litellm_params"
_PAYER = "X-HF-Bill-To"  # the organisation that pays: https://huggingface.co/docs/inference-providers/pricing
_REFERENCE = "os.environ/"
_SECRET_CHARS = 16  # no key is shorter


def set_route(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the file: routes whose price stands, as the policy ranks them; without such a price, every live route.

    An entry is this run's by model name, API, called model and credential.  It is filled in, never cut down.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is no LiteLLM config.
    OutputRefused
        If it holds a key in clear, or is written in a way that nothing can be put into.

    """
    run = readiness.run
    found = YamlText(ROUTES_FILE, now.get(ROUTES_FILE, ""))
    _check_references(found)
    known: set[int] = set()
    ranked = _ranked(readiness)
    for model in run.plan.models:
        for route in ranked.get(model, ()):
            wanted = _entry(readiness, model, route)
            at = next((at for at, item in found.items((_LIST,)) if _same(item, wanted)), found.length((_LIST,)))
            found.fill((_LIST, at), wanted, frozenset({_PAYER}))
            known.add(at)
    notes = [
        f"{ROUTES_FILE}: {item['model_name']} is also called as {_parameters(item).get('model')}; it stays, review it"
        for at, item in found.items((_LIST,))
        if at not in known and item.get("model_name") in run.plan.models and _mine(item, readiness)
    ]
    return Files({ROUTES_FILE: found.text(lambda text: headed(text, readiness))}, notes)


def _entry(readiness: Readiness, model: str, route: str) -> dict[str, object]:
    run = readiness.run
    called = run.plan.provider.route_model.format(model=model, route=route)
    parameters: dict[str, object] = {
        "model": f"openai/{called}",
        "api_base": run.plan.api,
        "api_key": f"{_REFERENCE}{run.key_name}",
    }
    if payer := run.values().get("payer_organization"):
        parameters["extra_headers"] = {_PAYER: str(payer[0])}
    return {"model_name": model, _PARAMETERS: parameters}


def _parameters(item: Mapping[str, Any]) -> dict[str, Any]:
    found = item.get(_PARAMETERS)
    return found if isinstance(found, dict) else {}


def _same(item: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    theirs, ours = _parameters(item), _parameters(wanted)
    keys = (theirs.get("api_key") or ours["api_key"], ours["api_key"])  # another credential's entry is another
    same = all(theirs.get(name) == ours[name] for name in ("model", "api_base"))
    return same and keys[0] == keys[1] and item.get("model_name") == wanted["model_name"]


def _mine(item: Mapping[str, Any], readiness: Readiness) -> bool:
    return _parameters(item).get("api_key") == f"{_REFERENCE}{readiness.run.key_name}"


def _check_references(found: YamlText) -> None:
    for at, item in found.items((_LIST,)):
        key = str(_parameters(item).get("api_key") or "")
        if len(key) >= _SECRET_CHARS and not key.startswith(_REFERENCE):
            raise OutputRefused(
                f"{ROUTES_FILE} line {found.line((_LIST, at, _PARAMETERS, 'api_key'))} may hold a key in clear; "
                f"write {_REFERENCE}NAME there and have that key replaced"
            )


def _ranked(readiness: Readiness) -> Mapping[str, list[str]]:
    """Return each covered model's live routes as they are ranked: those whose price stands; where none does, all."""
    ranked: defaultdict[str, list[RouteRank]] = defaultdict(list)
    for rank in readiness.rows("routes"):
        if isinstance(rank, RouteRank) and rank.route is not None:
            ranked[rank.model].append(rank)
    standing = {model: [rank for rank in ranks if rank.price_stands] for model, ranks in ranked.items()}
    return {model: [rank.route or "" for rank in standing[model] or ranks] for model, ranks in ranked.items()}
