"""Widgets in a real kernel: ipywidgets sends a change only after it heard that the last one was handled."""

from collections.abc import Iterator

import pytest
from kernel_process import Kernel, is_idle, kernel_in, parent

SETUP = """
import asyncio, time
from testkey_nb.panels import OnboardingPanel
panel = OnboardingPanel()
seen = []
panel.results.tabs.observe(lambda change: (print("seen"), seen.append(change["new"])), names="selected_index")
panel
"""
RUNNING = {"none": "None", "one that awaits": "await asyncio.sleep(3)", "one that blocks": "time.sleep(3)"}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel_in(tmp_path_factory.mktemp("kernel")) as (_manager, made):
        made.run(SETUP)
        yield made


def begun(kernel: Kernel, code: str) -> str:
    """Send a cell and return its id when it runs."""
    cell = kernel.send(code)
    kernel.wait(lambda message: parent(message) == cell and message["msg_type"] == "execute_input")
    return cell


def hear_idle(kernel: Kernel, sent: str) -> None:
    kernel.wait(lambda message: is_idle(message, sent))


@pytest.mark.parametrize("cell", RUNNING)
def test_a_change_of_a_widget_is_said_to_be_handled_whatever_cell_runs(kernel: Kernel, cell: str) -> None:
    tab = kernel.ask("panel.results.tabs.comm.comm_id")
    kernel.run("panel.results.tabs.selected_index = 0; seen.clear()")
    running = begun(kernel, RUNNING[cell])
    for number in (1, 2, 3):
        sent = kernel.change(tab, selected_index=number)
        hear_idle(kernel, sent)
        kinds = [message["msg_type"] for message in kernel.heard if parent(message) == sent]
        assert "stream" in kinds, "what it printed came when nobody listened any more"
    hear_idle(kernel, running)
    assert kernel.ask("seen") == [1, 2, 3]


def test_a_cell_that_awaits_is_busy_until_it_ends_though_a_widget_is_changed(kernel: Kernel) -> None:
    tab = kernel.ask("panel.results.tabs.comm.comm_id")
    running = begun(kernel, RUNNING["one that awaits"])
    hear_idle(kernel, kernel.change(tab, selected_index=5))
    hear_idle(kernel, running)
    states = [message["content"]["execution_state"] for message in kernel.heard if message["msg_type"] == "status"]
    assert states[-2:] == ["busy", "idle"]


def test_a_panel_that_is_shown_again_says_it_once(kernel: Kernel) -> None:
    kernel.run("panel")
    assert kernel.ask("hasattr(get_ipython().kernel.shell_handlers['comm_msg'].handle, 'handle')") is False
