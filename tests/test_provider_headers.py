"""What a provider wants with every question goes with every question, and with no other provider's."""

import asyncio

import httpx
import pytest

from testkey_nb import sandbox
from testkey_nb.keys import Key
from testkey_nb.probe import plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider


class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on and keeps them."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner, self.seen = inner, list[httpx.Request]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return await self.inner.handle_async_request(request)


@pytest.mark.parametrize("provider", ["anthropic", "groq"])
def test_every_question_carries_what_the_provider_wants_with_it(provider: str) -> None:
    persona = sandbox.PERSONAS[provider]["launch-ready"]
    recorder = Recorder(sandbox.transport(provider, "launch-ready"))
    choices = plan(provider, base_url=sandbox.ORIGIN, trust_endpoint=True, samples=1, operator="the tests")
    asyncio.run(probe_key(Key("K", persona.key), choices, transport=recorder))
    wanted = dict(PROVIDERS[provider].headers)
    assert len(recorder.seen) > 2
    for request in recorder.seen:
        assert {name: request.headers.get(name) for name in wanted} == wanted
        assert ("anthropic-version" in request.headers) is (provider == "anthropic")


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.id)
def test_no_such_header_carries_a_key(provider: Provider) -> None:
    names = {name.lower() for name, _ in provider.headers}
    assert not names & {"authorization", "x-api-key", "x-goog-api-key", "cookie", provider.auth[0].lower()}
