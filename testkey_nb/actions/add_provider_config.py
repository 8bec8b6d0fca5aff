"""``providers.toml``: the provider, its hosts and its API."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping

import tomlkit
from tomlkit.exceptions import TOMLKitError

from testkey_nb.errors import LaunchFolderInvalid, OutputRefused
from testkey_nb.judge import Readiness
from testkey_nb.judge.done import key_hosts
from testkey_nb.launch import PROVIDERS_FILE, parse_toml

from .write import NOTHING, Files, headed, line_ending, made_up

Fields = dict[str, str | list[str]]
_KEPT = ("name", "api", "region")  # where people wrote another one


def add_provider_config(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the file that says which hosts this provider's keys may go to.

    What people wrote stays and is noted where this run found another thing: hosts, name, API and region; so do other
    providers, other keys and comments.  What the run has evidence of is renewed.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is not TOML.
    OutputRefused
        If it is written in a way that nothing can be put into.

    """
    run = readiness.run
    provider = run.plan.provider
    hosts = sorted(key_hosts(run))
    fields: Fields = {
        "name": provider.name,
        "hosts": hosts,
        "api": run.plan.api,
        "region": run.plan.region,
        "identity": run.identity.verdict.value,
        "docs": provider.docs,
        "docs_checked": provider.checked,
    }
    before = now.get(PROVIDERS_FILE, "")
    mark, text = before[: before.startswith("\ufeff")], before.removeprefix("\ufeff")
    ending, text = line_ending(PROVIDERS_FILE, text), text.replace("\r\n", "\n")
    read = parse_toml(PROVIDERS_FILE, text)
    own, notes = _own_table(read, provider.id), list[str]()
    if own is not None:
        kept = () if made_up(text) and not run.sandbox else _KEPT  # what the sandbox wrote is no person's
        notes = [f"{PROVIDERS_FILE}: {provider.id} {note}" for note in _joined(fields, own, kept)]
    if own is not None and all(own.get(name) == value for name, value in fields.items()):
        return Files({PROVIDERS_FILE: before}, notes)
    merged = _added(text, provider.id, fields) if own is None else _updated(text, provider.id, fields)
    _check(merged, read, provider.id, fields)
    return Files({PROVIDERS_FILE: mark + headed(merged, readiness).replace("\n", ending)}, notes)


def _joined(fields: Fields, own: Mapping[str, object], kept: Iterable[str]) -> Iterator[str]:
    """Put what people wrote into `fields`; return what to say of it."""
    theirs, ours = [str(host) for host in _list(own.get("hosts"))], fields["hosts"]
    fields["hosts"] = [*theirs, *(host for host in ours if host not in theirs)]
    if more := [host for host in theirs if host not in ours]:
        yield f"also has the hosts {', '.join(more)}, which stay; review them"
    for name in kept:
        there = own.get(name)
        if isinstance(there, str) and there not in {"", fields[name]}:
            yield f"has the {name} {there}, this run found {fields[name]}; it stays, review it"
            fields[name] = there


def _own_table(read: Mapping[str, object], provider: str) -> dict[str, object] | None:
    providers = read.get("providers", {})
    own = providers.get(provider) if isinstance(providers, dict) else providers
    if own is not None and not isinstance(own, dict):
        raise LaunchFolderInvalid(f"{PROVIDERS_FILE}: providers.{provider} should be a table; mend or remove it")
    return own


def _added(text: str, provider: str, fields: Mapping[str, object]) -> str:
    # JSON strings and arrays of strings are TOML's too: https://toml.io/en/v1.0.0#string
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}\n[providers.{provider}]\n{lines}"


def _updated(text: str, provider: str, fields: Fields) -> str:
    try:
        document = tomlkit.parse(text)
        table = document["providers"][provider]
        for name, value in fields.items():
            there = table.get(name)
            if isinstance(value, list) and isinstance(there, list):
                there.extend(one for one in value if one not in list(there))
            elif there != value:
                table[name] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, RecursionError, TypeError, ValueError, KeyError) as error:
        raise _refusal(provider) from error


def _check(merged: str, read: Mapping[str, object], provider: str, fields: Mapping[str, object]) -> None:
    """Make sure that the file says what it said before, and the fields."""
    try:
        expected: dict[str, object] = copy.deepcopy(dict(read))
        providers = expected.setdefault("providers", {})
        if isinstance(providers, dict):
            providers.setdefault(provider, {}).update(fields)
        same = parse_toml(PROVIDERS_FILE, merged) == expected
    except (LaunchFolderInvalid, RecursionError) as error:  # the latter for a table many hundreds deep
        raise _refusal(provider) from error
    if not same:
        raise _refusal(provider)


def _refusal(provider: str) -> OutputRefused:
    return OutputRefused(
        f"{PROVIDERS_FILE} is written in a way that nothing can be put into; write [providers.{provider}] by hand"
    )


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else [] if found is None else [found]
