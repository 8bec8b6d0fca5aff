"""From bytes to frames, and a verdict again under another policy."""

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from types import ModuleType

import httpx
import pandas as pd
from catalogues import planted

from testkey_nb import sandbox
from testkey_nb.frames import columns, frame
from testkey_nb.http.reading import Bodies, reply_of
from testkey_nb.judge import Policy, judge_run
from testkey_nb.keys import Key
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.probe.run import merge_models
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import ModelRow, PriceRow, Stamp
from testkey_nb.spec import Reply

from .work import Absent, Figures, Way, Work

STAMP = Stamp("0123456789ab", "openrouter", "sk-or-…", datetime(2026, 11, 25, tzinfo=UTC))
RUNS = 500
PER_THOUSAND, EMPTY = "CPU ms/1,000 models beyond empty frames", "CPU ms of empty frames"


def works(*, quick: bool) -> list[Work]:
    """Return what is measured."""
    models, runs = (100, 20) if quick else (5_000, RUNS)
    floor, plain = "orjson, column lists, pandas", "json, column lists, pandas"
    parsed = {"ours": lambda: _timed(lambda: to_frames(models)), floor: _floor("orjson", models)}
    return [
        Work(
            f"list of {models:,} models → `models` and `prices`",
            {**parsed, plain: _floor("json", models)},
            {("CPU ms", floor): 2.0},
        ),
        Work(
            f"{models:,} rows → `models` and `prices`",
            {"ours": lambda: _timed(lambda: from_rows(models)), plain: _floor("json", models)},
        ),
        Work(f"{runs} runs judged under another policy", {"ours": lambda: _judged(runs)}, limits={"CPU ms": 1000}),
        Work("one run of 300 models judged", {"ours": lambda: _judged(1, 300)}, limits={"CPU ms": 50}),
    ]


def to_frames(models: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Go the way of an answer: the bytes, a reply, rows, frames."""
    return _framed(*_rows(models))


def from_rows(models: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Go the last part of it."""
    return _framed(*_kept(models))


def _rows(models: int) -> tuple[Sequence[ModelRow], Sequence[PriceRow]]:
    ask = PROVIDERS["openrouter"].asks[0]
    reply = reply_of(Reply(0, {}), 200, {"content-type": "application/json"}, Bodies().of(body(models)), None)
    rows = ask.parse(reply)
    if rows is None:
        raise ValueError(models)
    return merge_models(rows.models, ()), rows.prices


_kept = cache(_rows)


def _framed(models: Sequence[ModelRow], prices: Sequence[PriceRow]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return frame(ModelRow, [(STAMP, models)]), frame(PriceRow, [(STAMP, prices)])


@cache
def body(models: int) -> bytes:
    """Return a list of so many models, as OpenRouter answers it."""

    async def asked() -> bytes:
        transport = sandbox.transport("openrouter", sandbox.with_models(models))
        async with httpx.AsyncClient(transport=transport, base_url=sandbox.ORIGIN) as client:
            return (await client.get("/api/v1/models")).content

    return asyncio.run(asked())


def _floor(module: str, models: int) -> Way:
    def way() -> Figures:
        try:
            parser = __import__(module)
        except ModuleNotFoundError as missing:
            raise Absent(str(missing)) from missing
        return _timed(lambda: _by_hand(parser, models))

    return way


def _by_hand(parser: ModuleType, models: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write by hand what this one list needs: the same columns and dtypes, nothing looked at twice, nothing checked."""
    entries = parser.loads(body(models))["data"]
    names = [entry["id"] for entry in entries]
    priced = [entry["pricing"] for entry in entries]
    architectures = [entry.get("architecture") or {} for entry in entries]
    listed = {
        "model": names,
        "context_tokens": [entry.get("context_length") for entry in entries],
        "created_at": pd.to_datetime([entry.get("created") for entry in entries], unit="s", utc=True),
        "input_modalities": [",".join(one.get("input_modalities", ())) for one in architectures],
        "output_modalities": [",".join(one.get("output_modalities", ())) for one in architectures],
    }
    amounts = {
        f"{side}{unit}_per_mtok": [1e6 * float(price.get(said) or 0) for price in priced]
        for side, said in (("input", "prompt"), ("output", "completion"), ("cached_input", "input_cache_read"))
        for unit in ("", "_usd")
    }
    return _columns(ModelRow, listed, len(names)), _columns(PriceRow, {"model": names, **amounts}, len(names))


def _columns(row: type, known: Mapping[str, object], count: int) -> pd.DataFrame:
    made = {c.name: pd.Series([getattr(STAMP, c.name)] * count, dtype=c.dtype) for c in columns(Stamp)}
    for c in columns(row):
        made[c.name] = pd.Series(known.get(c.name, [None] * count), dtype=c.dtype)
    return pd.DataFrame(made)


def _judged(runs: int, models: int = 0) -> Figures:
    several = [_planted(models)] if models else [_run()]
    of = [replace(run, stamp=replace(run.stamp, run_id=f"{number:012x}")) for run in several for number in range(runs)]
    other = Policy(max_price_age_days=9, planned_requests_per_day=1000, planned_input_tokens=900)
    return _timed(lambda: [judge_run(run, policy=other) for run in of])


@cache
def _run() -> Run:
    what = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the benchmarks")
    key = Key("SANDBOX_KEY", sandbox.PERSONAS["huggingface"]["launch-ready"].key)
    return asyncio.run(probe_key(key, what, transport=sandbox.transport("huggingface", "launch-ready")))


@cache
def _planted(models: int) -> Run:
    return planted(_run(), models).run


def _timed(work: Callable[[], object]) -> Figures:
    work()  # what is made once is made
    taken = []
    for _ in range(5):
        gc.collect()  # what others left behind is not collected in our time, nor ours in theirs
        cpu = time.process_time()
        work()
        taken.append(time.process_time() - cpu)
    return {"CPU ms": 1000 * statistics.median(taken)}


def grown(models: int) -> Figures:
    """Return what a thousand models of a list of `models` cost beyond two empty frames, and what those cost."""
    whole, empty = _timed(lambda: to_frames(models))["CPU ms"], _timed(lambda: _framed((), ()))["CPU ms"]
    return {PER_THOUSAND: (whole - empty) * 1000 / models, EMPTY: empty}
