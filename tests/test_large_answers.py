"""How much of an answer is read: the largest lists there are, and nothing that only takes memory."""

import asyncio
import json
from itertools import cycle, islice
from pathlib import Path

import httpx
import pytest
from crowd import catalogue

from testkey_nb.http import BODY_BYTES, Exchange, Sender
from testkey_nb.keys import Key
from testkey_nb.providers.model_lists import parse_list

LONG_KEY = "sk-proj-" + "aB3_xY9-" * 20
HERE = Path(__file__).parent


def asked(body: bytes, headers: dict[str, str] | None = None) -> Exchange:
    """Ask once, with a long key, for a body."""

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-type": "application/json", **(headers or {})})

    async def asking() -> Exchange:
        async with Sender(httpx.MockTransport(answer), key=Key("A_KEY", LONG_KEY)) as sender:
            return await sender.get("https://api.example/v1/models")

    return asyncio.run(asking())


def entries(count: int) -> bytes:
    """Return a list of so many models, each as long as the longest entry of OpenRouter's in the recorded answers."""
    recorded = json.loads((HERE / "answers/openrouter.json").read_text(encoding="utf-8"))["payloads"]
    lists = [one["body"]["data"] for one in recorded if isinstance(one["body"].get("data"), list)]
    known = [entry for one in lists for entry in one if "id" in entry]
    longest = max(known, key=lambda entry: len(json.dumps(entry)))
    models = ({**longest, "id": f"example/model-{number}"} for number in range(count))
    return json.dumps({"data": list(models)}, separators=(",", ":")).encode()


@pytest.mark.parametrize("body", [entries(10_000), catalogue(5000, routes=10)], ids=["10,000 models", "50,000 routes"])
def test_the_longest_lists_are_read(body: bytes) -> None:
    assert len(body) < BODY_BYTES
    reply = asked(body).reply
    assert reply
    rows = parse_list()(reply)
    assert rows
    assert len(rows.models) >= 5000


@pytest.mark.parametrize(
    "piece", ["[],", "{},", '{"id":"a"},', '{"a":{"b":[]}},', "1,", '"a",', "[" * 50 + "]" * 50 + ","]
)
def test_what_takes_little_room_and_much_memory_is_not_read(piece: str) -> None:
    body = '{"data":[' + "".join(islice(cycle([piece]), 10 * 2**20 // len(piece))) + "0]}"
    exchange = asked(body.encode())
    assert exchange.reply is None
    assert exchange.fault.startswith("too large: the answer has more than")
    assert exchange.number == 1


@pytest.mark.parametrize("written", [str, lambda said: "".join(f"\\u{ord(char):04x}" for char in said)])
@pytest.mark.parametrize("size", [10, 2**21])
def test_a_key_that_stands_in_a_long_answer_is_not_kept(written: object, size: int) -> None:
    echo = written(LONG_KEY[8:40])  # type: ignore[operator]
    reply = asked(f'{{"id": "{"x " * (size // 2)}", "said": "{echo}"}}'.encode()).reply
    assert reply
    assert LONG_KEY[8:40] not in f"{reply.json}{reply.text}"
    assert (reply.json is None) is (size > 2**20)
    assert reply.digest == ""
