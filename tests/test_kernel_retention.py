"""Five minutes, here three seconds, in a real kernel: what goes while it is idle, while it is blocked, and at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel_process import SOON_S, Kernel, is_clear, is_idle, kernel_in, shows

from testkey_nb.expiry import now

TTL_S = 3.0
SETUP = r"""
import asyncio, gc, os, re, threading, time, pathlib
import pandas as pd
import testkey_nb as tk
from testkey_nb import sandbox
from testkey_nb.judge import Readiness
from testkey_nb.panels import OnboardingPanel
from testkey_nb.probe import Run
from testkey_nb.retention import purge, receipts

def new_key():
    return tk.Key("A_KEY", sandbox.PERSONAS["huggingface"]["launch-ready"].key)

async def probed(key):
    what = tk.plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="a test")
    return await tk.probe_key(key, what, transport=sandbox.transport("huggingface", "launch-ready"))

def held():
    "Count what is still full of data, wherever in the process it is."
    gc.collect()
    things = gc.get_objects()
    frames = [thing for thing in things if isinstance(thing, pd.DataFrame) and "run_id" in thing.columns]
    runs = [thing for thing in things if isinstance(thing, Run)]
    return {
        "frames": sum(len(frame) > 0 for frame in frames),
        "runs": sum(not run.gone or bool(run.answers or run.metrics or run.models or run.prices) for run in runs),
        "verdicts": sum(bool(thing.prices) for thing in things if isinstance(thing, Readiness)),
    }

def cached():
    "Name what IPython still keeps of values that were shown."
    shell = get_ipython()
    spaces = (shell.user_ns, shell.user_ns_hidden)
    names = [name for space in spaces for name in space if re.fullmatch(r"_\d+", name)]
    last = [name for name in ("_", "__", "___") if not isinstance(shell.user_ns.get(name, ""), str)]
    hidden = [name for name in ("_", "__", "___") if not isinstance(shell.user_ns_hidden.get(name, ""), str)]
    return [*names, *last, *hidden, *map(str, Out), *map(str, getattr(shell.history_manager, "outputs", {}))]

await probed(new_key())
purge()
"""
PROBE = """
key = new_key()
run = await probed(key)
verdict = tk.judge_run(run)
answers, metrics = verdict.frame("answers"), run.frame("metrics")
columns = (list(answers.columns), list(answers.dtypes))
begun = time.time()
"""
NOTHING = {"frames": 0, "runs": 0, "verdicts": 0}


def allow(seconds: float) -> str:
    """Return code that has what is observed from now on kept so long; a busy machine takes its own time."""
    return f"os.environ['TESTKEY_TTL_S'] = '{seconds}'"


@pytest.fixture(scope="module")
def _kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel_in(tmp_path_factory.mktemp("kernel")) as (_manager, made):
        made.run(SETUP)
        yield made


@pytest.fixture
def kernel(_kernel: Kernel) -> Iterator[Kernel]:
    """Give one kernel to all tests; each finds it empty."""
    _kernel.run(f"{allow(TTL_S)}; purge()")
    _kernel.run("")
    _kernel.until(f"held() == {NOTHING}")
    yield _kernel
    _kernel.run("purge()")


def test_in_an_idle_kernel_everything_goes_by_itself(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run(PROBE)
    file = tmp_path / "emptied"
    kernel.run(f"""
def watch(frames=(answers, metrics)):
    while any(len(frame) for frame in frames):
        time.sleep(0.02)
    pathlib.Path({str(file)!r}).write_text(str(time.time()))
threading.Thread(target=watch, daemon=True).start()
""")
    shown, printed = kernel.run("answers"), kernel.run("print(metrics.to_string()); metrics")
    assert shows(kernel, shown)
    assert shows(kernel, printed)
    assert not kernel.cleared(shown)
    assert kernel.ask("len(answers)") > 0
    assert kernel.ask("held()") == {"frames": 2, "runs": 1, "verdicts": 1}
    assert {"_", "__"} < set(kernel.ask("cached()"))
    assert sum(name.startswith("_") and name[1:].isdigit() for name in kernel.ask("cached()")) >= 4, "in both spaces"
    kernel.wait(lambda message: is_clear(message, shown))  # and from here to there no cell is run
    kernel.wait(lambda message: is_clear(message, printed))
    end = time.monotonic() + SOON_S
    while not (file.exists() and file.read_text("utf-8")) and time.monotonic() < end:
        time.sleep(0.02)
    emptied_s = float(file.read_text("utf-8")) - kernel.ask("begun")
    assert emptied_s < TTL_S + 5
    kernel.until(f"held() == {NOTHING}")
    kernel.until("cached() == []")
    assert kernel.ask("columns == (list(answers.columns), list(answers.dtypes))")
    assert kernel.ask("(run.gone, verdict.ready, key.expired)") == (True, None, True)


def test_a_cell_that_blocks_the_kernel_keeps_only_the_frames_and_only_until_it_ends(kernel: Kernel) -> None:
    kernel.run(PROBE)
    shown = kernel.run("answers")
    blocking = kernel.send("""
seen, end = [], time.time() + 30
while not (run.gone and not verdict.prices and key.expired) and time.time() < end:
    time.sleep(0.02)
time.sleep(0.5)
seen = (run.gone, len(run.answers), len(verdict.prices), verdict.ready, key.expired, len(answers), len(metrics))
""")
    kernel.wait(lambda message: is_clear(message, shown))
    assert not any(is_idle(message, blocking) for message in kernel.heard), "the output was cleared when it was over"
    kernel.wait(lambda message: is_idle(message, blocking))
    *gone, answers, metrics = kernel.ask("seen")
    assert gone == [True, 0, 0, None, True]
    assert answers > 0 < metrics, "a cell that computes with a frame has it to its end"
    assert kernel.ask("(len(answers), len(metrics))") == (0, 0)
    kernel.until(f"held() == {NOTHING}")
    kernel.until("cached() == []")


def test_a_cell_that_waits_keeps_only_the_frames_and_only_until_it_ends(kernel: Kernel) -> None:
    kernel.run(PROBE)
    shown = kernel.run("answers")
    waiting = kernel.send("""
while not run.gone:
    await asyncio.sleep(0.02)
await asyncio.sleep(0.5)
seen = (len(run.answers), len(answers))
""")
    kernel.wait(lambda message: is_clear(message, shown))
    kernel.wait(lambda message: is_idle(message, waiting))
    of_the_run, of_the_frame = kernel.ask("seen")
    assert of_the_run == 0 < of_the_frame
    kernel.until(f"held() == {NOTHING}")


def test_a_panel_stays_and_its_values_go(kernel: Kernel) -> None:
    kernel.run(allow(4 * TTL_S))
    cell = kernel.run("panel = OnboardingPanel(); panel")
    assert shows(kernel, cell)
    kernel.run("await panel.probe_now(); None")
    shown = kernel.run("panel.frame('gates')")
    kernel.run("for number in range(len(panel.results.tabs.children)): panel.results.tabs.selected_index = number")
    assert kernel.ask("all(section.value for section in panel.results.sections.values())")
    kernel.wait(lambda message: is_clear(message, shown))
    kernel.until("panel.readiness is None")
    kernel.listen(0.5)
    assert not kernel.cleared(cell)
    assert kernel.ask("[section.value for section in panel.results.sections.values() if section.value]") == []
    assert kernel.ask("(panel.results.headline.value, panel.run, panel.readiness)") == ("", None, None)
    assert "Probe again" in kernel.ask("panel.status.value")
    sections = kernel.ask("[section.model_id for section in panel.results.sections.values()]")
    told = {
        message["content"]["comm_id"]: message["content"]["data"]["state"]["value"]
        for message in kernel.heard
        if message["msg_type"] == "comm_msg" and "value" in message["content"]["data"].get("state", {})
    }
    assert [told[section] for section in sections] == [""] * len(sections), "the browser was told"
    kernel.until(f"held() == {NOTHING}")
    kernel.run("await panel.probe_now(); None")
    assert kernel.ask("bool(panel.results.sections['summary'].value)"), "it can be filled again"


def test_a_purge_is_at_once_and_says_what_went(kernel: Kernel) -> None:
    kernel.run(PROBE)
    shown = kernel.run("answers")
    kernel.run("receipt = purge(); purged_s = time.time() - begun")
    assert kernel.ask("purged_s") < TTL_S, "nothing was due yet"
    kernel.wait(lambda message: is_clear(message, shown))
    kernel.until(f"held() == {NOTHING}")
    kernel.until("cached() == []")
    dropped = kernel.ask("dict(receipt.dropped)")
    assert dropped == {"key": 1, "run": 1, "verdict": 1, "frame": 2, "output": dropped["output"]}
    assert dropped["output"] >= 1
    assert kernel.ask("receipts()[-1] is receipt and 'Out of reach' in str(receipt)")
    kernel.run(PROBE)
    assert kernel.ask("len(answers) > 0 < len(metrics) and not run.gone"), "probing again works"


def test_what_went_by_time_has_a_receipt_too_and_probing_again_works(kernel: Kernel) -> None:
    kernel.run("before = receipts()")
    kernel.run(PROBE)
    shown = kernel.run("answers")
    kernel.wait(lambda message: is_clear(message, shown))
    gone = "{kind for receipt in receipts() if receipt not in before for kind in receipt.dropped}"
    kernel.until(f"{gone} >= {{'key', 'run', 'verdict', 'frame', 'output'}}")
    kernel.run(PROBE)
    again = kernel.run("answers")
    assert kernel.ask("len(answers)") > 0
    assert not kernel.cleared(again)


def test_a_key_is_gone_after_its_time_and_can_be_made_anew(kernel: Kernel) -> None:
    kernel.run("key = new_key(); revealed = key.reveal()[:3]")
    assert kernel.ask("revealed") == "hf_"
    kernel.until("key.expired")
    kernel.run("""
try:
    key.reveal()
except PermissionError as error:
    said = str(error)
key = new_key()
""")
    assert "make it anew" in kernel.ask("said")
    assert kernel.ask("key.expired") is False


def test_an_output_goes_although_nothing_holds_its_data_any_more(kernel: Kernel) -> None:
    cell = kernel.run("print((await probed(new_key())).frame('answers').to_string())")
    assert shows(kernel, cell)
    kernel.wait(lambda message: is_clear(message, cell))


def test_a_later_run_does_not_extend_the_time_of_what_an_earlier_one_shows(kernel: Kernel) -> None:
    kernel.run(PROBE)
    kernel.run(f"{allow(60)}; later = await probed(new_key())")
    shown = kernel.run("run.frame('metrics')")
    assert shows(kernel, shown)
    kernel.wait(lambda message: is_clear(message, shown))
    assert now() < kernel.ask("later.until"), "it was cleared with the later run's data only"
