"""JupyterLab in a real browser: what a tab shows goes in time, nothing reaches the disk, and nothing comes back."""

import importlib.util
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_process import TOKEN, Server, serving

import testkey_nb

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"
SETTINGS = Path(testkey_nb.__file__).parent / "jupyter" / "share" / "lab" / "settings"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SLOW_MS = 90_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="playwright is in the extra [browser]"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]

PRINTS = "print('canary-text')"
SHOWS = "from IPython.display import HTML\nHTML('<b class=canary>canary-html</b>')"
WIDGET = "import ipywidgets as w\nchoice = w.Dropdown(description='Persona', options=['ash', 'beech', 'cedar'])\nchoice"
PANEL = "print('canary-beside-the-panel')\nw.Dropdown(description='Kept', options=['ash', 'beech', 'cedar'])"

# In the page: what the models hold, rendered or not, and a clock that can be moved on as by a sleep.
CELLS = """() => Array.from(jupyterapp.shell.currentWidget.content.model.cells)
    .map(cell => cell.outputs ? cell.outputs.toJSON() : [])"""
READY = "() => window.jupyterapp?.shell.currentWidget?.content?.model?.cells?.length > 0"
LATER = "seconds => { const real = Date.now; Date.now = () => real() + seconds * 1000; }"


KERNEL_TTL_S = 40  # long enough for the notebook to end on a busy machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "root", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    options = (
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.expose_app_in_browser=True",
        "--TestkeyNb.folders=keys",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESTKEY_TTL_S", str(KERNEL_TTL_S))
        with serving(folder, *options, module="jupyterlab") as running:
            yield running


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not installed everywhere; see the marks above

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser", lab: Server) -> "Iterator[Page]":
    """Give a tab; its kernels end with it."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    tab = context.new_page()
    tab.set_default_timeout(SLOW_MS)
    tab.set_default_navigation_timeout(SLOW_MS)
    yield tab
    context.close()
    stop_kernels(lab)


def stop_kernels(lab: Server) -> None:
    for session in lab.api.get("sessions").json():
        lab.api.delete(f"sessions/{session['id']}").raise_for_status()


def write(lab: Server, path: str, *sources: str, **metadata: object) -> None:
    """Write a notebook past the server; a source that is given as ``PANEL`` is a cell whose view is kept."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{n}",
            "metadata": {"tags": ["keep-view"]} if source is PANEL else {},
            "outputs": [],
            "source": source,
        }
        for n, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    content = {"cells": cells, "metadata": {**kernel, **metadata}, "nbformat": 4, "nbformat_minor": 5}
    file = lab.root / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content), "utf-8")


def marked(**more: object) -> dict[str, Any]:
    return {"testkey_nb": {"clear_outputs": True, **more}}


def open_notebook(page: "Page", lab: Server, path: str) -> None:
    page.goto(f"{lab.url}lab/tree/{path}?token={TOKEN}&reset", wait_until="domcontentloaded")
    page.wait_for_function(READY)
    # The notebook's own indicator is idle before there is a kernel; the status bar is not.
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()


def run_all(page: "Page") -> None:
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def outputs(page: "Page") -> list[list[dict[str, Any]]]:
    """Return the outputs of each cell, by the tab's model of the notebook."""
    found: list[list[dict[str, Any]]] = page.evaluate(CELLS)
    return found


def wait_until(page: "Page", holds: Callable[[list[list[dict[str, Any]]]], bool], seconds: float) -> None:
    """Wait for the outputs to be so.

    Raises
    ------
    AssertionError
        If they are not so in time; with what they are.

    """
    end = time.monotonic() + seconds
    while not holds(outputs(page)):
        assert time.monotonic() < end, outputs(page)
        page.wait_for_timeout(100)


def ran(count: int) -> Callable[[list[list[dict[str, Any]]]], bool]:
    return lambda cells: sum(map(bool, cells)) >= count


def nothing(cells: list[list[dict[str, Any]]]) -> bool:
    return not any(cells)


def save(page: "Page") -> None:
    """Save as an analyst does; the checkpoint is the last that JupyterLab writes then."""
    page.keyboard.press("Escape")
    with page.expect_response(lambda answer: "checkpoints" in answer.url and answer.request.method == "POST"):
        page.keyboard.press("Control+s")


def picture(page: "Page", name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def has_outputs(lab: Server) -> list[str]:
    """Return the notebook files, checkpoints included, that hold an output, a count or the state of a widget."""
    found = []
    for file in lab.root.rglob("*.ipynb"):
        notebook = json.loads(file.read_text("utf-8"))
        ran = [cell for cell in notebook["cells"] if cell.get("outputs") or cell.get("execution_count")]
        if ran or "widgets" in notebook["metadata"]:
            found.append(str(file.relative_to(lab.root)))
    return found


def panel_of(notebook: dict[str, Any]) -> int:
    """Return the place of the first cell that makes a panel."""
    return next(n for n, cell in enumerate(notebook["cells"]) if "Panel(" in "".join(cell["source"]))


def test_the_onboarding_notebook_shows_its_evidence_and_forgets_it(page: "Page", lab: Server) -> None:
    path = lab.root / "01_key_onboarding.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"]["testkey_nb"]["ttl_s"] = 30
    path.write_text(json.dumps(notebook), "utf-8")
    open_notebook(page, lab, path.name)
    run_all(page)
    wait_until(page, ran(10), 60)
    page.evaluate("index => jupyterapp.shell.currentWidget.content.scrollToItem(index)", panel_of(notebook))
    page.locator(".jp-Notebook .tk-sandbox").first.wait_for()
    # The notebook attaches and detaches cells as it scrolls, so no handle to one is kept.
    page.evaluate("document.querySelector('.jp-Notebook .tk-sandbox')?.scrollIntoView({block: 'center'})")
    picture(page, "01-filled")
    save(page)
    assert not has_outputs(lab)
    assert not nothing(outputs(page)), "saving must not clear what is shown"

    def forgotten(cells: list[list[dict[str, Any]]]) -> bool:
        return all("widget" in str(output) for cell in cells for output in cell) and sum(map(bool, cells)) <= 1

    wait_until(page, forgotten, 90)
    page.get_by_text("What was observed is gone. Probe again to see it.").wait_for(timeout=1000 * 2 * KERNEL_TTL_S)
    assert page.locator(".tk-sandbox").count() == 0, "the panel stays, what it showed does not"
    picture(page, "02-expired")
    save(page)
    assert not has_outputs(lab)
    page.reload(wait_until="domcontentloaded")
    page.wait_for_function(READY)
    assert nothing(outputs(page))
    picture(page, "03-reloaded")
    stop_kernels(lab)
    page.wait_for_timeout(3000)
    assert nothing(outputs(page))
    save(page)
    assert not has_outputs(lab)


def test_the_compare_notebook_sets_keys_side_by_side_and_opens_one(page: "Page", lab: Server) -> None:
    path = lab.root / "02_compare_providers.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    open_notebook(page, lab, path.name)
    run_all(page)
    wait_until(page, ran(15), 60)
    page.evaluate("index => jupyterapp.shell.currentWidget.content.scrollToItem(index)", panel_of(notebook))
    page.get_by_role("tab", name="Capabilities").click()
    drawn = page.locator(".tk-panel [role=img][aria-label^='The ten capabilities']").first
    drawn.wait_for()
    page.get_by_role("combobox", name="One key").select_option("huggingface · SANDBOX revoked")
    page.locator(".tk-panel .tk-next").get_by_text("Invalid credentials in Authorization header").wait_for()
    page.evaluate("document.querySelector('.tk-panel [aria-label^=\"The ten\"]')?.scrollIntoView({block: 'center'})")
    picture(page, "06-compare")
    save(page)
    assert path.name not in has_outputs(lab)


def wait_until_ticks_are_sorted(page: "Page", seconds: float) -> None:
    """Wait for the boxes to be in the order of their names: each is told its own by a message of its own."""
    end, boxes = time.monotonic() + seconds, page.locator(".tk-panel .tk-ticks .widget-label-basic")
    while (names := [name.lower() for name in boxes.all_inner_texts() if name]) != sorted(names):
        assert time.monotonic() < end, names
        page.wait_for_timeout(100)


def test_the_models_notebook_sorts_by_a_heading_and_covers_what_is_ticked(page: "Page", lab: Server) -> None:
    path = lab.root / "03_models_and_prices.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    open_notebook(page, lab, path.name)
    run_all(page)
    wait_until(page, ran(15), 60)
    page.evaluate("index => jupyterapp.shell.currentWidget.content.scrollToItem(index)", panel_of(notebook))
    page.get_by_role("tab", name="Models", exact=True).click()
    page.get_by_role("button", name="Model", exact=True).click()
    page.get_by_role("button", name="Model ▲").wait_for()
    wait_until_ticks_are_sorted(page, 20)
    lines, boxes = page.locator(".tk-panel .tk-lines tbody tr"), page.locator(".tk-panel .tk-ticks .widget-checkbox")
    places = [(lines.nth(number).bounding_box(), boxes.nth(number).bounding_box()) for number in (0, 12, 24)]
    assert all(line and box and abs(line["y"] - box["y"]) < 2 for line, box in places), "a box is beside its line"
    page.get_by_role("textbox", name="Contains").fill("gpt-oss-20b")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="openai/gpt-oss-20b").first.check()
    page.locator(".tk-panel .tk-covered").get_by_text("openai/gpt-oss-20b").wait_for()
    page.get_by_role("tab", name="Price and speed").click()
    page.locator(".tk-panel [role=img][aria-label*='published throughput']").first.wait_for()
    page.evaluate("document.querySelector('.tk-panel [aria-label*=throughput]')?.scrollIntoView({block: 'center'})")
    picture(page, "07-models")
    save(page)
    assert path.name not in has_outputs(lab)


def test_the_live_chart_of_the_signals_notebook_starts_gains_points_and_stops(page: "Page", lab: Server) -> None:
    path = lab.root / "04_limits_regions_stability.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    open_notebook(page, lab, path.name)
    run_all(page)
    wait_until(page, ran(1), 60)
    page.evaluate("index => jupyterapp.shell.currentWidget.content.scrollToItem(index)", panel_of(notebook))
    page.get_by_role("tab", name="Vantage points").click()
    page.get_by_text("Done: 2 of 2 places").wait_for()
    page.get_by_role("tab", name="Live", exact=True).click()
    page.get_by_role("combobox", name="Which key").first.select_option("groq · SANDBOX launch-ready")
    page.get_by_role("spinbutton", name="Requests at the most").fill("1000")
    page.get_by_role("spinbutton", name="Every, s").fill("0.2")
    page.keyboard.press("Tab")
    page.locator(".tk-panel").get_by_role("button", name="Start").click()
    page.get_by_text("of 1000 requests sent, one round every 0.2 s").wait_for()
    chart = page.locator(".tk-panel [role=img][aria-label^='SANDBOX. latency of']").first

    def answers() -> int:
        return int(str(chart.get_attribute("aria-label")).split("latency of ")[1].split()[0])

    before, end = answers(), time.monotonic() + 30
    while answers() < before + 5:
        assert time.monotonic() < end, "no point appeared"
        page.wait_for_timeout(200)
    page.get_by_role("button", name="Stop watching").click()
    page.get_by_text("Ended: stopped.").wait_for()
    page.evaluate("document.querySelector('.tk-panel [aria-label*=\"latency of\"]')?.scrollIntoView({block: 'center'})")
    picture(page, "08-live")
    save(page)
    assert path.name not in has_outputs(lab)


# In the page: texts of a panel that are too near to their ground, WCAG 2.2's 4.5 to 1, and controls without a name.
HARD_TO_READ = """() => {
  const light = colour => [0.2126, 0.7152, 0.0722].reduce((sum, share, n) => {
    const part = colour[n] / 255;
    return sum + share * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = parts(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.9) return colour;
    }
    return [255, 255, 255];
  };
  const found = [], panel = document.querySelector('.tk-panel');
  const texts = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, said = texts.currentNode.textContent.trim();
    if (!said || element.tagName === 'STYLE' || !element.checkVisibility()) continue;
    const look = getComputedStyle(element);
    const both = [light(parts(element.ownerSVGElement ? look.fill : look.color)), light(ground(element))];
    if ((Math.max(...both) + 0.05) / (Math.min(...both) + 0.05) < 4.5) found.push(said);
  }
  for (const control of panel.querySelectorAll('input, select, button')) {
    const saying = control.tagName === 'BUTTON' ? [control] : [...control.labels];
    if (control.checkVisibility() && !saying.some(one => one.textContent.trim())) found.push(control.outerHTML);
  }
  return found;
}"""
# In the page: labels, buttons, headings and cells that do not fit; where all of it stands in a title it may be cut off.
CUT_OFF = """() => [...document.querySelectorAll('.tk-panel :is(.widget-label, button, td)')].filter(one =>
  one.checkVisibility() && !one.closest('.tk-heard') && !one.querySelector('[title]')
  && getComputedStyle(one).overflow !== 'visible'
  && (one.scrollWidth > one.clientWidth + 1 || one.tagName === 'BUTTON' && one.scrollHeight > one.clientHeight + 1)
).map(one => one.textContent)"""
DARK = "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
PROBED = """from testkey_nb.panels import %s
panel = %s(personas={"huggingface": ["launch-ready"]}, lang="id")
await panel.probe_now()
panel"""


@pytest.mark.parametrize("kind", ["ComparePanel", "ModelsPanel", "SignalsPanel"])
def test_in_a_dark_theme_every_text_of_a_panel_can_be_read_to_its_end_and_every_control_has_a_name(
    page: "Page", lab: Server, kind: str
) -> None:
    write(lab, "dark.ipynb", PROBED % (kind, kind), **marked())
    open_notebook(page, lab, "dark.ipynb")
    page.evaluate(DARK)
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    run_all(page)
    page.locator(".tk-panel .tk-made-up, .tk-panel .tk-sandbox").first.wait_for()
    page.locator(".tk-panel").get_by_role("button", name="Cara menilai").press("Space")
    page.locator(".tk-panel .tk-panel-rules").wait_for()
    for tab in page.locator(".tk-panel .lm-TabBar-tab:visible").all():
        tab.click()
        page.wait_for_timeout(500)
        assert page.evaluate(HARD_TO_READ) == []
        assert page.evaluate(CUT_OFF) == []
    picture(page, f"09-dark-{kind}")


ASKED = """from testkey_nb.panels import SignalsPanel
panel = SignalsPanel(personas={"groq": ["launch-ready"]}, samples=2)
await panel.probe_now()
panel"""
AWAITS = """import asyncio
async with asyncio.timeout(60):
    while panel.results.tab.selected_index == 0:
        await asyncio.sleep(0.1)
'clicked'"""


def test_tabs_that_are_clicked_while_a_cell_awaits_are_filled_and_so_are_those_clicked_later(
    page: "Page", lab: Server
) -> None:
    write(lab, "tabs.ipynb", ASKED, AWAITS, **marked())
    open_notebook(page, lab, "tabs.ipynb")
    run_all(page)
    page.get_by_role("tab", name="Stability").click()
    page.locator("[role=img][aria-label*='95th percentile']").wait_for()
    wait_until(page, lambda cells: "clicked" in str(cells[1]), 30)
    page.get_by_role("tab", name="Region and IP").click()
    page.get_by_text("no header names an edge").wait_for()


def test_outputs_go_while_a_kept_panel_stays_as_long_as_its_kernel(page: "Page", lab: Server) -> None:
    write(lab, "panel.ipynb", PRINTS, SHOWS, WIDGET, PANEL, **marked(ttl_s=6))
    open_notebook(page, lab, "panel.ipynb")
    run_all(page)
    wait_until(page, ran(4), 60)
    page.locator(".canary").wait_for()
    page.get_by_role("combobox", name="Kept").wait_for()
    wait_until(page, lambda cells: not any(cells[:3]) and len(cells[3]) == 1, 30)
    page.wait_for_timeout(3000)  # many sweeps later
    page.get_by_role("combobox", name="Kept").wait_for()
    assert page.locator(".canary").count() == 0
    assert "canary" not in "".join(page.locator(".jp-Notebook .jp-OutputArea").all_inner_texts())
    picture(page, "04-kept-panel")
    stop_kernels(lab)
    wait_until(page, nothing, 40)
    picture(page, "05-kernel-gone")


def test_outputs_go_after_the_kernel_has_stopped(page: "Page", lab: Server) -> None:
    write(lab, "stopped.ipynb", PRINTS, SHOWS, WIDGET, PANEL, **marked(ttl_s=8))
    open_notebook(page, lab, "stopped.ipynb")
    run_all(page)
    wait_until(page, ran(4), 60)
    stop_kernels(lab)
    assert ran(2)(outputs(page)), "the kernel took them along"
    wait_until(page, nothing, 40)
    assert page.locator(".jp-Notebook .jp-OutputArea-output").count() == 0


@pytest.mark.parametrize("mark", [marked(), marked(ttl_s=100_000), marked(ttl_s="soon")])
def test_five_minutes_are_the_longest_and_go_on_while_a_laptop_sleeps(
    page: "Page", lab: Server, mark: dict[str, Any]
) -> None:
    write(lab, "sleep.ipynb", PRINTS, SHOWS, **mark)
    open_notebook(page, lab, "sleep.ipynb")
    run_all(page)
    wait_until(page, ran(2), 60)
    page.evaluate(LATER, 250)
    page.wait_for_timeout(2500)
    assert ran(2)(outputs(page)), "they went too early"
    page.evaluate(LATER, 51)
    wait_until(page, nothing, 10)


def test_an_undo_or_a_paste_brings_nothing_back(page: "Page", lab: Server) -> None:
    write(lab, "undo.ipynb", PRINTS, SHOWS, "print('canary-3')", **marked())
    open_notebook(page, lab, "undo.ipynb")
    run_all(page)
    wait_until(page, ran(3), 60)
    command = "name => jupyterapp.commands.execute(`notebook:${name}`)"
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    page.evaluate(command, "copy-cell")
    page.evaluate(command, "move-cell-down")
    assert ran(3)(outputs(page)), "a move loses what is not yet old"
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 2; }")
    page.evaluate(command, "delete-cell")
    page.evaluate(command, "undo-cell-action")
    assert ran(3)(outputs(page)), "an undo loses what is not yet old"
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 2; }")
    page.evaluate(command, "delete-cell")
    page.evaluate(LATER, 301)
    wait_until(page, nothing, 10)
    for _ in range(6):
        page.evaluate(command, "undo-cell-action")
        assert nothing(outputs(page))
    page.evaluate(command, "paste-cell-below")
    page.wait_for_timeout(1500)
    assert len(outputs(page)) == 4
    assert nothing(outputs(page))
    page.keyboard.press("Control+z")
    page.wait_for_timeout(1500)
    assert nothing(outputs(page))


def test_a_restart_ends_what_a_kept_panel_shows(page: "Page", lab: Server) -> None:
    write(lab, "restart.ipynb", WIDGET, PANEL, **marked(ttl_s=5))
    open_notebook(page, lab, "restart.ipynb")
    run_all(page)
    wait_until(page, lambda cells: not cells[0] and len(cells[1]) == 1, 60)
    (session,) = lab.api.get("sessions").json()
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    wait_until(page, nothing, 30)
    assert lab.api.get("sessions").json()[0]["kernel"]["id"] == session["kernel"]["id"]


def test_notebooks_of_others_keep_their_outputs_and_those_in_a_configured_folder_do_not(
    page: "Page", lab: Server
) -> None:
    for path in ("other.ipynb", "keys/unmarked.ipynb"):
        write(lab, path, PRINTS, SHOWS)
        open_notebook(page, lab, path)
        run_all(page)
        wait_until(page, ran(2), 60)
        page.evaluate(LATER, 301)
        if path == "other.ipynb":
            page.wait_for_timeout(3000)
            assert ran(2)(outputs(page))
        else:
            wait_until(page, nothing, 10)
        save(page)
    files = has_outputs(lab)
    assert "other.ipynb" in files
    assert not [file for file in files if not Path(file).name.startswith("other")]


def test_the_keyboard_stays_in_a_select_widget(page: "Page", lab: Server) -> None:
    write(lab, "keys.ipynb", WIDGET, "'the next cell'", **marked())
    open_notebook(page, lab, "keys.ipynb")
    run_all(page)
    select = page.get_by_role("combobox", name="Persona")
    select.wait_for()
    select.focus()
    before = len(outputs(page))
    for key, value in (("ArrowDown", "beech"), ("ArrowDown", "cedar"), ("ArrowUp", "beech"), ("a", "ash")):
        select.press(key)
        page.wait_for_function("([select, value]) => select.value === value", arg=[select.element_handle(), value])
        assert select.evaluate("select => select === document.activeElement")
    assert len(outputs(page)) == before, "a letter made a cell"
    select.press("Tab")
    assert not select.evaluate("select => select === document.activeElement")


def test_a_fresh_lab_keeps_no_widget_state_and_asks_nothing_about_news(page: "Page", lab: Server) -> None:
    open_notebook(page, lab, "01_key_onboarding.ipynb")
    for plugin, name, value in (
        ("@jupyter-widgets/jupyterlab-manager:plugin", "saveState", False),
        ("@jupyterlab/apputils-extension:notification", "fetchNews", "false"),
        ("@jupyterlab/apputils-extension:notification", "checkForUpdates", False),
    ):
        schema = lab.api.get(f"{lab.url}lab/api/settings/{plugin}").json()["schema"]
        assert schema["properties"][name]["default"] == value
    page.wait_for_timeout(2000)
    assert page.locator(".jp-Notification, .Toastify__toast").count() == 0
