"""Look at an endpoint without a key: its own model list, a path that is nobody's, and what relays would answer."""

import asyncio
import re
from collections.abc import Container
from dataclasses import dataclass
from urllib.parse import urlsplit

from testkey_nb.addresses import origin
from testkey_nb.errors import KeyMalformed
from testkey_nb.http import AsyncTransport, Manifest, Sender
from testkey_nb.keys import Key
from testkey_nb.providers import PROVIDERS

from .shapes import Candidate, identify
from .verdict import Identity, conclude, look, provider_at, weigh

UNKNOWN_PATH = "/testkey-no-such-path"


@dataclass(frozen=True, slots=True)
class Identification:
    """What `identify_endpoint` found: who answers, whose key this may be, and what was sent to find out."""

    identity: Identity
    candidates: tuple[Candidate, ...]
    manifest: Manifest


async def identify_endpoint(
    base_url: str,
    *,
    key: Key | None = None,
    trust_endpoint: bool = False,
    transport: AsyncTransport | None = None,
) -> Identification:
    """Say who answers at a base URL, without a key, and whose shape a key has, offline.

    Parameters
    ----------
    base_url
        The endpoint to look at; empty for none, and then the verdict stays unknown.
    key
        Only its shape is looked at; it is not sent.
    trust_endpoint
        The operator vouches for `base_url`; needed for a private address.
    transport
        What carries the requests instead of the network.

    Raises
    ------
    AddressRefused
        If `base_url` may not be asked.
    KeyMalformed
        If the key stands in it.
    CallerError
        If what the environment names for certificates cannot be read.

    """
    if key and key.stands_in(base_url):
        raise KeyMalformed("the key itself was given as base URL; give it by the name of its variable")
    found = identify(key) if key else ()
    if not base_url:
        return Identification(conclude(None, ()), found, Manifest())
    at = origin(base_url, trust_endpoint=trust_endpoint)
    provider = provider_at(at)
    vouched = {urlsplit(at).hostname or ""} if trust_endpoint else set()
    # The sender blanks what echoes the key; it goes with no request.
    async with Sender(transport, key=key, vouched=vouched) as sender:
        # A listed host is known by its address and certificate; any other is looked at from all sides.
        paths = _asked(at, everything=provider is None)
        seen = await asyncio.gather(*(sender.get(url) for url in paths.values()))
    looks = [look(provider, at, path, exchange) for path, exchange in zip(paths, seen, strict=True)]
    identity = conclude(provider, weigh(provider, at, looks), trust_endpoint=trust_endpoint)
    return Identification(identity, found, sender.manifest)


def around(at: str, known: Container[str] = ()) -> dict[str, str]:
    """Return what to ask an endpoint that nobody lists, without a key, to see who answers: URLs by path.

    URLs in `known` are asked without a key anyway.
    """
    return {path: url for path, url in _asked(at, everything=True).items() if url not in known}


def _asked(at: str, *, everything: bool) -> dict[str, str]:
    """Return the URLs to look at, by the path that marks name them by."""
    root = "{0.scheme}://{0.netloc}".format(urlsplit(at))
    marked = {mark.path for provider in PROVIDERS.values() for mark in provider.marks if mark.path}
    paths = {path: root + path for path in (*(sorted(marked) if everything else ()), UNKNOWN_PATH)}
    return {**_model_list(at), **paths}


def _model_list(at: str) -> dict[str, str]:
    """Return the model list of `at`: where a listed provider has it, else where OpenAI-compatible APIs do."""
    provider, parts = provider_at(at), urlsplit(at)
    own = (ask.path for ask in provider.asks if ask.name == "model_catalog" and not ask.per_model) if provider else ()
    if path := next(iter(own), ""):
        return {path: f"{parts.scheme}://{parts.netloc}{path}"}
    if re.search(r"/v\d[^/]*$", parts.path):
        return {f"{parts.path}/models": f"{at}/models"}
    return {"/v1/models": join(at, "/v1/models")}


def join(at: str, path: str) -> str:
    """Put an ask's path after a base URL, less what both share: ``…/v1`` + ``/v1/models`` → ``…/v1/models``."""
    split = urlsplit(at)
    base, ask = [part for part in split.path.split("/") if part], path.lstrip("/").split("/")
    shared = next((n for n in range(min(len(base), len(ask)), 0, -1) if base[-n:] == ask[:n]), 0)
    return f"{split.scheme}://{split.netloc}/" + "/".join([*base, *ask[shared:]])
