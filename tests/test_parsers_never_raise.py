"""Whatever stands where something else should: every parser, clause and mark returns, and nothing is raised."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from real_bodies import HTML, JSON, reply

from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider, Reply, Rows

ANSWERS = Path(__file__).parent / "answers"
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**30, "", "x", "\ud800", "1e999", "-1", "٣", [], [[]], [{}], {}, {"a": [None]},
    [None, 1, "x"], {"id": {"id": []}}, ["x"] * 3, {"data": []},
)  # fmt: skip
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from((
        "data", "models", "id", "name", "error", "code", "type", "message", "auth", "pricing", "balance_infos", "limit",
        "usage", "owned_by", "created", "object", "accounts", "acls", "detail", "status", "info", "key",
    )), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


def places(body: object, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield at
    entries = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, inner in entries:
        yield from places(inner, (*at, name))


def planted(body: object, at: tuple[object, ...], junk: object) -> object:
    if not at:
        return junk
    copy: Any = dict(body) if isinstance(body, dict) else list(body) if isinstance(body, list) else body
    copy[at[0]] = planted(copy[at[0]], at[1:], junk)
    return copy


def everything(provider: Provider, answer: Reply) -> None:
    """Hand an answer to all that reads answers."""
    provider.judge(answer)
    for ask in provider.asks:
        provider.judge(answer, ask.outcomes)
        found = ask.parse(answer)
        assert found is None or isinstance(found, Rows)
        values = {metric.metric: (metric.value,) for metric in (found.metrics if found else ())}
        provider.findings(values)


def marks(answer: Reply) -> None:
    for provider in PROVIDERS.values():
        for mark in provider.marks:
            assert isinstance(mark.seen(answer), str)


@pytest.mark.parametrize("name", sorted(path.stem for path in ANSWERS.glob("*.json")))
def test_junk_anywhere_in_a_real_answer_is_survived(name: str) -> None:
    file = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    chosen = random.Random(name)  # noqa: S311 - the same on every machine
    for case in (*file["payloads"], *file["outcomes"]):
        spots = list(places(case["body"]))
        for at in chosen.sample(spots, min(len(spots), 40)):
            for junk in chosen.sample(JUNK, 8):
                body = json.dumps(planted(case["body"], at, junk))
                answer = reply(case.get("status", 200), body, {**JSON, **case.get("headers", {})})
                everything(PROVIDERS[name], answer)
                marks(answer)


@given(JSONS, st.sampled_from((200, 401, 403, 429, 500)), st.sampled_from((JSON, HTML, {})))
def test_arbitrary_json_is_survived_by_all_that_reads_answers(
    body: object, status: int, headers: dict[str, str]
) -> None:
    answer = reply(status, body, headers)
    for provider in PROVIDERS.values():
        everything(provider, answer)
    marks(answer)


@example({"date": f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"})
@given(
    st.dictionaries(
        st.sampled_from(("date", "retry-after", "server", "x-ratelimit-limit-requests")), st.text(max_size=30)
    )
)
def test_arbitrary_headers_are_survived(headers: dict[str, str]) -> None:
    answer = reply(200, {"data": [{"id": "m"}]}, {**JSON, **headers})
    for provider in PROVIDERS.values():
        everything(provider, answer)
    marks(answer)
