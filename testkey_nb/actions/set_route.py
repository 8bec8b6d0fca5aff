"""``routes.yaml``: a LiteLLM proxy config that calls each covered model at its live routes, the key by reference.

The routes of a model share its name and have an `order`: the lowest is called, and where that call fails the next one
is, without a second try of the first (`num_retries`).  LiteLLM does so since
https://github.com/BerriAI/litellm/pull/24611 (2026-03-26); before, `order` only chose among the routes that had not
failed lately.  With names of their own and `fallbacks` 1.108.7 makes the same calls, but waits between them, and lists
a name for each route.  https://docs.litellm.ai/docs/router/learn/selection, read 2026-11-25.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from testkey_nb.errors import OutputRefused
from testkey_nb.judge import Readiness
from testkey_nb.launch import KEY_REFERENCE, ROUTES_FILE, mapping_in
from testkey_nb.ranking import RouteRank

from .token_costs import token_costs
from .write import NOTHING, Files, headed
from .yaml_text import YamlText

_LIST, _PARAMETERS = "model_list", "litellm_params"
_PAYER = "X-HF-Bill-To"  # the organisation that pays: https://huggingface.co/docs/inference-providers/pricing
# Anything else a hostile answer may have put there: LiteLLM reads `os.environ/NAME` in any text of its config as the
# variable NAME, and would send that in the header (`_check_for_os_environ_vars` of its proxy_server.py, 1.108.7).
_PAYERS_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_SECRET_CHARS = 16  # no key is shorter
_ABOUT = "# Of one model_name the lowest order is called; where a call fails, the next one. Costs are USD per token.\n"

Entry = Mapping[str, Any]


def set_route(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the file: routes whose price stands, as the policy ranks them; without such a price, every live route.

    An entry is this run's by model name, API, called model and credential.  It is filled in, never cut down: what
    people wrote in it stays, and a note says where this run found another thing.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is no LiteLLM config.
    OutputRefused
        If it holds a key in clear, or is written in a way that nothing can be put into.

    """
    before = now.get(ROUTES_FILE, "")
    found, notes = YamlText(ROUTES_FILE, before), list[str]()
    _check_references(found)
    ranks = [row for row in readiness.rows("routes") if isinstance(row, RouteRank)]
    if (payer := _payer(readiness)) and not _PAYERS_NAME.fullmatch(payer):
        notes.append(f"the payer's name {payer!r} is no organisation's, so {_PAYER} is not written; find out who pays")
    for model in readiness.run.plan.models:
        ranked, left_out = _ranked([rank for rank in ranks if rank.model == model])
        notes += [f"{model} is not called at {rank.route}: no price of it stands" for rank in left_out]
        notes += _put(found, model, [_entry(readiness, rank) for rank in ranked])
    about = "" if before else _ABOUT
    text = found.text(lambda text: headed(about + text, readiness))
    return Files({ROUTES_FILE: text}, [f"{ROUTES_FILE}: {note}" for note in notes])


def _ranked(ranks: Sequence[RouteRank]) -> tuple[list[RouteRank], list[RouteRank]]:
    """Return the routes to call, the first choice first, and those that are left out for their price."""
    live = [rank for rank in ranks if rank.route is not None]
    standing = [rank for rank in live if rank.price_stands]
    return (standing, [rank for rank in live if not rank.price_stands]) if standing else (live, [])


def _entry(readiness: Readiness, rank: RouteRank) -> Entry:
    run, route = readiness.run, rank.route or ""
    called = run.plan.provider.route_model.format(model=rank.model, route=route)
    parameters: dict[str, object] = {
        "model": f"openai/{called}",
        "api_base": run.plan.api,
        "api_key": f"{KEY_REFERENCE}{run.key_name}",
    }
    if _PAYERS_NAME.fullmatch(payer := _payer(readiness)):
        parameters["extra_headers"] = {_PAYER: payer}
    return {"model_name": rank.model, _PARAMETERS: {**parameters, **token_costs(readiness, rank.model, route)}}


def _payer(readiness: Readiness) -> str:
    """Return the name of the organisation that pays; empty where none is told."""
    return str(next(iter(readiness.run.values().get("payer_organization", ())), ""))


def _put(found: YamlText, model: str, entries: Sequence[Entry]) -> list[str]:
    """Put in the entries of a model, ranked; return what to say of those that are there."""
    there = {at: item for at, item in found.items((_LIST,)) if item.get("model_name") == model}
    places = [next((at for at, item in there.items() if _same(item, entry)), None) for entry in entries]
    own = [{} if at is None else there[at] for at in places]
    others = [item for at, item in there.items() if at not in places]
    keys = {_parameters(entry)["api_key"] for entry in entries}
    notes = [
        f"is also called as {_parameters(item).get('model')}; it stays, review it"
        for item in others
        if _parameters(item).get("api_key") in keys
    ]
    orders, said = _orders(own, others)
    for nth, (entry, place, order) in enumerate(zip(entries, places, orders, strict=True)):
        wanted = dict(_parameters(entry))
        if order is not None:
            wanted |= {"order": order} | ({"num_retries": 0} if nth < len(entries) - 1 else {})
        notes += _differing(_parameters(own[nth]), wanted)
        at = found.length((_LIST,)) if place is None else place
        found.fill((_LIST, at), {**entry, _PARAMETERS: wanted}, frozenset({_PAYER}))
    return [f"{model} {note}" for note in (*notes, *said)]


def _orders(own: Sequence[Entry], others: Sequence[Entry]) -> tuple[Sequence[int | None], list[str]]:
    """Return an order for each entry, ranked as they come, and what to say of it; one that is there stays."""
    if len(own) + len(others) < 2:  # noqa: PLR2004 - alone
        return [None] * len(own), []
    if any(_order(item) is None for item in others):  # it would not be called any more beside ordered ones
        note = "has other entries without an order, so LiteLLM shares calls out among all; number all to rank them"
        return [None] * len(own), [note]
    taken = [_order(item) for item in own]
    free = count(max((order for order in (*taken, *map(_order, others)) if order is not None), default=0) + 1)
    orders = [next(free) if order is None else order for order in taken]
    note = "has an order that is not this run's ranking; it stays, review it"
    return orders, [] if orders == sorted(orders) else [note]


def _order(item: Entry) -> int | None:
    order = _parameters(item).get("order")
    return order if isinstance(order, int) else None


def _differing(there: Entry, wanted: Entry) -> list[str]:
    return [
        f"has {name} {there[name]} at {wanted['model']}, this run found {value}; it stays, review it"
        for name, value in wanted.items()
        if "cost" in name and there.get(name, value) != value
    ]


def _parameters(item: Entry) -> dict[str, Any]:
    return mapping_in(item.get(_PARAMETERS))


def _same(item: Entry, wanted: Entry) -> bool:
    theirs, ours = _parameters(item), _parameters(wanted)
    keys = (theirs.get("api_key") or ours["api_key"], ours["api_key"])  # another credential's entry is another
    return keys[0] == keys[1] and all(theirs.get(name) == ours[name] for name in ("model", "api_base"))


def _check_references(found: YamlText) -> None:
    for at, item in found.items((_LIST,)):
        key = str(_parameters(item).get("api_key") or "")
        if len(key) >= _SECRET_CHARS and not key.startswith(KEY_REFERENCE):
            raise OutputRefused(
                f"{ROUTES_FILE} line {found.line((_LIST, at, _PARAMETERS, 'api_key'))} may hold a key in clear; "
                f"write {KEY_REFERENCE}NAME there and have that key replaced"
            )
