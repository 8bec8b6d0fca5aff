"""What others do with many keys, four at once as we do.  Each in a fresh process, LiteLLM in an environment of its own.

Nothing of our package is imported here: its imports must not count as theirs.
"""

import asyncio
import importlib
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

AT_ONCE = 4
P50 = "p50 ms to the first byte"
Figures = dict[str, float]


def bare_aiohttp(at: str, paths: Sequence[str], key: str, keys: int) -> Figures:
    """Send the same requests and read the bytes of their answers: no parsing, no rows, no verdict."""
    aiohttp: Any = importlib.import_module("aiohttp")
    first_bytes: list[float] = []

    async def asked() -> None:
        slots = asyncio.Semaphore(AT_ONCE)
        async with aiohttp.ClientSession() as client:

            async def ask(path: str, of: str) -> None:
                async with slots:
                    await _read(client, f"{at}{path}", of, first_bytes)

            await asyncio.gather(*(ask(path, of) for of in _keys(key, keys) for path in paths))

    found = _took(lambda: asyncio.run(asked()), keys * len(paths))
    return {**found, P50: 1000 * statistics.median(first_bytes)}


def aiohttp_apart(at: str, paths: Sequence[str], key: str, keys: int) -> Figures:
    """Do the same, but use no connection for two keys."""
    aiohttp: Any = importlib.import_module("aiohttp")

    async def asked() -> None:
        slots = asyncio.Semaphore(AT_ONCE)

        async def ask(of: str) -> None:
            async with slots, aiohttp.ClientSession() as client:
                for path in paths:
                    await _read(client, f"{at}{path}", of, [])

        await asyncio.gather(*map(ask, _keys(key, keys)))

    return _took(lambda: asyncio.run(asked()), keys * len(paths))


async def _read(client: Any, url: str, key: str, first_bytes: list[float]) -> None:  # noqa: ANN401 - aiohttp's
    begun = time.perf_counter()
    async with client.get(url, headers={"authorization": f"Bearer {key}"}) as answer:
        first_bytes.append(time.perf_counter() - begun)
        await answer.read()


def bare_httpx(at: str, paths: Sequence[str], key: str, keys: int) -> Figures:
    """Do the same with the client that we use."""
    httpx: Any = importlib.import_module("httpx")

    async def asked() -> None:
        slots = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient() as client:

            async def ask(path: str, of: str) -> None:
                async with slots:
                    await client.get(f"{at}{path}", headers={"authorization": f"Bearer {of}"})

            await asyncio.gather(*(ask(path, of) for of in _keys(key, keys) for path in paths))

    return _took(lambda: asyncio.run(asked()), keys * len(paths))


def latency(at: str, in_flight: int, requests: int) -> Figures:
    """Return the time until the headers are there, as bare aiohttp sees it: injected, and what the machine adds."""
    aiohttp: Any = importlib.import_module("aiohttp")
    found: list[float] = []

    async def asked() -> None:
        slots = asyncio.Semaphore(in_flight)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

            async def ask() -> None:
                async with slots:
                    begun = time.perf_counter()
                    async with client.get(f"{at}/v1/models/x") as answer:
                        found.append(time.perf_counter() - begun)
                        await answer.read()

            await asyncio.gather(*(ask() for _ in range(in_flight)))
            found.clear()
            await asyncio.gather(*(ask() for _ in range(requests)))

    asyncio.run(asked())
    return {"p50 ms": 1000 * statistics.median(found)}


def whoami(at: str, _paths: Sequence[str], key: str, keys: int) -> Figures:
    """Ask huggingface_hub whose key it is: one question."""
    hub: Any = importlib.import_module("huggingface_hub")
    api = hub.HfApi(endpoint=at)
    return _in_threads(lambda of: api.whoami(token=of), key, keys)


def get_valid_models(at: str, _paths: Sequence[str], key: str, keys: int) -> Figures:
    """Ask LiteLLM which models a key has: one question."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    litellm: Any = importlib.import_module("litellm")

    def ask(of: str) -> object:
        found = litellm.get_valid_models(
            check_provider_endpoint=True, custom_llm_provider="openai", api_key=of, api_base=at
        )
        if not found:
            msg = "LiteLLM answers no models on any error"
            raise RuntimeError(msg)
        return found

    return _in_threads(ask, key, keys)


def openai_list(at: str, _paths: Sequence[str], key: str, keys: int) -> Figures:
    """List the models of each key with the openai client, one connection pool for all of them."""
    openai: Any = importlib.import_module("openai")

    async def asked() -> None:
        slots, shared = asyncio.Semaphore(AT_ONCE), openai.AsyncOpenAI(api_key="none", base_url=f"{at}/v1")

        async def ask(of: str) -> None:
            async with slots:
                await shared.with_options(api_key=of).models.list()

        await asyncio.gather(*map(ask, _keys(key, keys)))

    return _took(lambda: asyncio.run(asked()), keys)


def _in_threads(ask: Callable[[str], object], key: str, keys: int) -> Figures:
    ask(key)  # what is loaded at the first question is loaded

    def work() -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(ask, _keys(key, keys)))

    return _took(work, keys)


def _keys(key: str, keys: int) -> list[str]:
    return [f"{key[:-5]}{number:05d}" for number in range(keys)]


def _took(work: Callable[[], object], requests: int) -> Figures:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall s": wall, "requests": requests, "CPU ms/request": 1000 * cpu / requests}
