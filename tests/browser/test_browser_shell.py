"""The browser of a heap in Chromium, on a heap that does not exist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.axe import assert_accessible
from tests.browser.serving import Visit, open_page

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)></script>\u202egpj.exe\u200b" + "W" * 3000

MOUNT = """async ({description, state, hosts, hostile, options}) => {
  globalThis.HOSTILE_NAME = hostile;
  const { mountBrowser } = await import("/browser/browser.js");
  const { FakeSource, makeStore } = await import("/fixtures/fake_source.js");
  window.source = new FakeSource(description);
  window.store = makeStore({ view: "constructors", ...state });
  window.cells = [];
  const copyToCell = (code) => cells.push(code);
  window.browsers = [];
  for (let i = 0; i < hosts; i += 1) {
    const host = document.createElement("div");
    document.querySelector("#host").append(host);
    browsers.push(mountBrowser(host, source, store, options.cells ? { copyToCell } : {}));
  }
}"""


class Bench:
    """A page with one or more mounted browsers."""

    def __init__(self, seen: Visit) -> None:
        self.seen = seen
        self.page: Page = seen.page
        self.table = self.page.locator(".hs-view:not([hidden]) [role=treegrid]").first
        self.lower = self.page.locator(".hs-lower").first

    def state(self, key: str) -> Any:
        return self.page.evaluate("key => store.get(key)", key)

    def calls(self, method: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("method => source.callsOf(method)", method)
        return found

    def row(self, text: str, table: Locator | None = None) -> Locator:
        return (table or self.table).get_by_role("row").filter(has_text=text).first

    def view_tab(self, name: str) -> Locator:
        return self.page.get_by_role("tablist", name="Views").first.get_by_role("tab", name=name)

    def pane_tab(self, name: str) -> Locator:
        return self.lower.get_by_role("tab", name=name)

    def goto(self, node_id: int) -> None:
        self.page.evaluate("id => browsers[0].goto(id)", node_id)
        expect(self.page.locator("[aria-current=true]").first).to_have_attribute(
            "title", f"{self.crumb(node_id)} @{node_id}"
        )

    def crumb(self, node_id: int) -> str:
        return "Session" if node_id < 1000 else f"Class{node_id // 1000:03}"

    def clipboard(self) -> str:
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def choose(self, item: str) -> None:
        self.page.get_by_role("button", name="Copy and more").first.click()
        self.page.get_by_role("menuitem", name=item).click()


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def mount(chrome: Browser) -> Iterator[Any]:
    opened: list[Visit] = []

    def mounted(
        *,
        description: dict[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        hosts: int = 1,
        hostile: str | None = None,
        cells: bool = False,
        **window: Any,
    ) -> Bench:
        seen = open_page(chrome, "shell.html", **window)
        opened.append(seen)
        seen.page.evaluate(
            MOUNT,
            {
                "description": description or {},
                "state": state or {},
                "hosts": hosts,
                "hostile": hostile,
                "options": {"cells": cells},
            },
        )
        return Bench(seen)

    yield mounted
    for seen in opened:
        assert seen.problems == []
        assert seen.strays == []
        seen.page.context.close()


# -- views ---------------------------------------------------------------------------------------


def test_tabs_show_views(mount: Any) -> None:
    bench = mount()
    assert bench.view_tab("Constructors").get_attribute("aria-selected") == "true"
    expect(bench.row("Session")).to_be_visible()
    expect(bench.page.get_by_text("300 rows", exact=True).last).to_be_visible()

    bench.view_tab("Suspects").click()
    assert bench.state("view") == "suspects"
    expect(bench.row("one of 40 that stay")).to_be_visible()
    expect(bench.page.locator(".hs-status-facts")).to_have_text(
        "1 row · Two suspects are not shown."
    )
    # A view is read when it is first looked at, and kept.
    bench.view_tab("Constructors").click()
    expect(bench.row("Session")).to_be_visible()
    assert len([call for call in bench.calls("rows") if call["view"] == "constructors"]) == 1
    assert not [call for call in bench.calls("rows") if call["view"] == "texts"]


def test_tabs_work_by_keyboard_and_name_their_panels(mount: Any) -> None:
    bench = mount()
    bench.view_tab("Constructors").focus()
    bench.page.keyboard.press("ArrowRight")
    expect(bench.view_tab("Comparison")).to_be_focused()
    assert bench.state("view") == "constructors"
    bench.page.keyboard.press("Enter")
    assert bench.state("view") == "comparison"
    bench.page.keyboard.press("End")
    expect(bench.view_tab("Statistics")).to_be_focused()
    panel = bench.view_tab("Comparison").get_attribute("aria-controls")
    expect(bench.page.locator(f"#{panel}")).to_have_attribute("role", "tabpanel")


def test_tabs_for_which_there_is_no_room_are_in_a_menu(mount: Any) -> None:
    bench = mount(width=400)
    bench.page.get_by_role("button", name="All of views").click()
    bench.page.get_by_role("menuitemradio", name="Statistics").click()
    assert bench.state("view") == "statistics"
    expect(bench.view_tab("Statistics")).to_be_in_viewport()
    expect(bench.view_tab("Statistics")).to_be_focused()


def test_a_chart_has_its_numbers_beside_it(mount: Any) -> None:
    bench = mount(state={"view": "statistics"})
    expect(bench.page.locator(".hs-chart svg rect").first).to_be_visible()
    expect(bench.page.get_by_role("cell", name="32.0 MB")).to_be_visible()
    expect(bench.page.locator(".hs-filters > *")).to_have_count(0)


# -- filters -------------------------------------------------------------------------------------


def test_slash_goes_to_the_search(mount: Any) -> None:
    bench = mount()
    bench.row("Session").click()
    bench.page.keyboard.press("/")
    search = bench.page.get_by_role("searchbox")
    expect(search).to_be_focused()
    bench.page.keyboard.type("Class29/")
    assert search.input_value() == "Class29/"
    search.fill("class29")
    expect(bench.page.locator(".hs-status-facts")).to_have_text("10 rows, filtered")
    assert bench.state("settings")["constructors"]["filters"] == {"text": "class29"}
    bench.page.keyboard.press("Escape")
    expect(bench.page.locator(".hs-status-facts")).to_have_text("300 rows")


def test_regular_expressions(mount: Any) -> None:
    bench = mount()
    search = bench.page.get_by_role("searchbox")
    toggle = bench.page.get_by_role("button", name="Regular expression")
    toggle.click()
    search.fill("^Class00[1-3]$")
    expect(bench.page.locator(".hs-status-facts")).to_have_text("3 rows, filtered")
    before = len(bench.calls("rows"))
    search.fill("^Class(")
    expect(bench.page.get_by_text("Not a regular expression")).to_be_visible()
    assert search.get_attribute("aria-invalid") == "true"
    assert len(bench.calls("rows")) == before
    # As a plain text it is fine.
    toggle.click()
    expect(bench.page.get_by_text("Not a regular expression")).to_be_hidden()
    expect(bench.page.locator(".hs-status-facts")).to_have_text("0 rows, filtered")


def test_sizes_are_read_as_people_write_them(mount: Any) -> None:
    bench = mount()
    size = bench.page.get_by_placeholder("Min. size")
    size.fill("1 MB")
    size.press("Enter")
    expect(bench.page.locator(".hs-status-facts")).to_have_text("16 rows, filtered")
    assert bench.state("settings")["constructors"]["filters"] == {"min_retained_size": 1_000_000}
    assert size.input_value() == "1 MB"
    size.fill("much")
    size.press("Enter")
    expect(bench.page.get_by_text("This is not a size")).to_be_visible()
    assert bench.state("settings")["constructors"]["filters"] == {"min_retained_size": 1_000_000}


def test_presets(mount: Any) -> None:
    bench = mount()
    bench.page.get_by_role("combobox").select_option("Retained by detached DOM")
    expect(bench.page.locator(".hs-status-facts")).to_have_text("30 rows, filtered")
    assert bench.state("settings")["constructors"]["filters"] == {"preset": "detached"}
    bench.page.get_by_role("combobox").select_option("All objects")
    expect(bench.page.locator(".hs-status-facts")).to_have_text("300 rows")
    assert bench.state("settings")["constructors"]["filters"] == {}


def test_sorting_is_part_of_the_state(mount: Any) -> None:
    bench = mount()
    bench.table.get_by_role("columnheader", name="Constructor").get_by_role("button").first.click()
    expect(bench.table.get_by_role("row").nth(1)).to_contain_text("Class001")
    settings = bench.state("settings")["constructors"]
    assert settings["sort"] == "label"
    assert bench.calls("rows")[-1]["sort"] == "label"


# -- what is selected ----------------------------------------------------------------------------


def test_a_selected_node_shows_what_retains_it(mount: Any) -> None:
    bench = mount()
    row = bench.row("Class002")
    row.click()
    assert bench.state("selected") == {"view": "constructors", "key": "c2", "node_id": None}
    expect(bench.lower.get_by_text("Select an object to see")).to_be_visible()
    bench.table.press("ArrowRight")
    bench.row("@2005").click()
    assert bench.state("selected") == {"view": "constructors", "key": "c2/n2005", "node_id": 2005}
    assert bench.state("selected_keys") == ["c2/n2005"]
    assert bench.state("focus_id") == 2005
    assert bench.state("expanded") == {"constructors": ["c2"]}
    retainers = bench.lower.get_by_role("treegrid")
    expect(bench.row("of2005", retainers)).to_be_visible()
    crumbs = bench.page.get_by_role("navigation", name="Retaining path")
    expect(crumbs.get_by_role("listitem")).to_have_text(
        ["(GC roots)", "global", ".cache", "Map", "Class002"]
    )


def test_details(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.pane_tab("Details").click()
    details = bench.page.locator(".hs-details")
    expect(details).to_contain_text("Class002 @2005")
    expect(details).to_contain_text("6.7 kB")
    expect(details).to_contain_text("6,656 bytes, <0.1% of the heap")
    expect(details).to_contain_text("/srv/app/lib/sessions.js:42:17")
    expect(details).to_contain_text('{id: 2005, user: "ada"')
    # A class is no node: its row is what there is to say.
    bench.row("Class001").click()
    expect(details).to_contain_text("8.0 MB")


def test_masked_texts_are_shown_on_request(mount: Any) -> None:
    bench = mount()
    bench.page.evaluate("browsers[0].goto(7)")
    bench.pane_tab("Details").click()
    text = bench.page.locator(".hs-whole-text")
    bench.page.get_by_role("button", name="Show the whole text").click()
    expect(text).to_have_text("token=••••••\nuser=•••")
    expect(bench.page.locator(".hs-text-facts")).to_contain_text("120,000 characters")
    bench.page.get_by_role("button", name="Reveal").click()
    expect(text).to_contain_text("tops3cret")
    # What hides or turns text is made visible, and tags stay text.
    expect(text).to_contain_text("\\u202eada<img src=x onerror=alert(1)>")
    assert [call["reveal"] for call in bench.calls("text")] == [False, True]


def test_ignoring_retainers(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    retainers = bench.lower.get_by_role("treegrid")
    bench.row("Map", retainers).click(button="right")
    bench.page.get_by_role("menuitem", name="Ignore this retainer").click()
    expect(bench.row("Map", retainers)).to_have_count(0)
    assert bench.state("ignored") == [2_000_001]
    bench.page.get_by_role("button", name="Restore ignored (1)").click()
    expect(bench.row("Map", retainers)).to_be_visible()
    assert bench.state("ignored") == []


def test_the_path_to_the_roots_unfolds(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.page.get_by_role("button", name="Path to roots").click()
    retainers = bench.lower.get_by_role("treegrid")
    expect(bench.row("@2000021", retainers)).to_have_attribute("aria-level", "3")


def test_selecting_a_retainer_keeps_the_tree_and_enter_goes_there(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    retainers = bench.lower.get_by_role("treegrid")
    bench.row("Map", retainers).click()
    assert bench.state("selected") == {"view": "retainers", "key": "r0", "node_id": 2_000_001}
    assert bench.state("focus_id") == 2005
    bench.page.keyboard.press("Enter")
    expect(bench.row("of2000001", retainers)).to_be_visible()
    assert bench.state("focus_id") == 2_000_001
    # No view of the fake heap lists it.
    expect(bench.page.get_by_text("No view lists @2000001")).to_be_visible()


# -- the drawing ---------------------------------------------------------------------------------


def test_nodes_of_the_drawing_can_be_selected_and_expanded(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    assert bench.calls("graph") == []
    bench.pane_tab("Graph").click()
    graph = bench.page.locator(".hs-graph svg")
    expect(graph.get_by_role("button")).to_have_count(4)
    assert graph.locator("script, image, style").count() == 0
    graph.get_by_role("button", name="Map").click()
    assert bench.state("selected") == {"view": "constructors", "key": None, "node_id": 1_000_005}
    assert bench.state("focus_id") == 2005
    expect(graph.get_by_role("button", name="Map")).to_have_attribute("aria-pressed", "true")
    graph.get_by_role("button", name="Map").dblclick()
    expect(graph.get_by_role("button", name="Further 1000005")).to_be_visible()
    assert bench.calls("graph")[-1] == {
        "node_id": 2005,
        "expanded": [1_000_005],
        "direction": "LR",
        "most_steps": 7,
    }
    graph.get_by_role("button", name="global").focus()
    bench.page.keyboard.press("e")
    expect(graph.get_by_role("button", name="Further 1000003")).to_be_visible()
    bench.page.keyboard.press("Enter")
    assert bench.state("selected")["node_id"] == 1_000_003
    bench.page.get_by_role("button", name="Only the shortest path").click()
    expect(graph.get_by_role("button")).to_have_count(4)


def test_the_drawing_zooms_and_moves(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.pane_tab("Graph").click()
    node = bench.page.locator(".hs-graph svg").get_by_role("button", name="Map")

    def box() -> dict[str, float]:
        found = node.bounding_box()
        assert found is not None
        return dict(found)

    first = box()
    bench.page.get_by_role("button", name="Zoom in").click()
    larger = box()
    assert larger["width"] > first["width"] * 1.2
    bench.page.keyboard.press("Shift+Tab")
    bench.page.locator(".hs-graph-frame").focus()
    bench.page.keyboard.press("-")
    assert abs(box()["width"] - first["width"]) < 1
    bench.page.keyboard.press("ArrowRight")
    assert box()["x"] < first["x"]
    bench.page.keyboard.press("0")
    assert abs(box()["x"] - first["x"]) < 1
    bench.page.mouse.move(first["x"] + 5, first["y"] + 5)
    bench.page.mouse.wheel(0, -200)
    assert box()["width"] > first["width"]

    # A drag moves and selects nothing.
    selected = bench.state("selected")
    before = box()
    bench.page.mouse.move(before["x"] + 10, before["y"] + 10)
    bench.page.mouse.down()
    bench.page.mouse.move(before["x"] + 60, before["y"] + 40, steps=4)
    bench.page.mouse.up()
    assert abs(box()["x"] - before["x"] - 50) < 2
    assert bench.state("selected") == selected


# -- going places --------------------------------------------------------------------------------


def test_back_and_forward(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.goto(3007)
    bench.view_tab("Suspects").click()
    back = bench.page.get_by_role("button", name="Back")
    back.click()
    assert bench.state("view") == "constructors"
    expect(bench.row("@3007")).to_have_attribute("aria-selected", "true")
    back.click()
    assert bench.state("selected")["node_id"] == 2005
    assert bench.state("focus_id") == 2005
    expect(bench.row("@2005")).to_have_attribute("aria-selected", "true")
    bench.page.keyboard.press("Alt+ArrowRight")
    assert bench.state("selected")["node_id"] == 3007
    bench.page.get_by_role("button", name="Forward").click()
    assert bench.state("view") == "suspects"
    assert bench.page.get_by_role("button", name="Forward").get_attribute("aria-disabled") == "true"


def test_go_to_a_node(mount: Any) -> None:
    bench = mount()
    box = bench.page.get_by_label("Go to node by id")
    box.fill("@250011")
    box.press("Enter")
    row = bench.row("@250011")
    expect(row).to_be_in_viewport()
    expect(row).to_have_attribute("aria-selected", "true")
    assert bench.state("selected") == {
        "view": "constructors",
        "key": "c250/n250011",
        "node_id": 250_011,
    }


def test_going_to_a_node_lifts_filters_and_changes_the_view_if_it_must(mount: Any) -> None:
    bench = mount(state={"settings": {"constructors": {"filters": {"text": "Class001"}}}})
    bench.goto(2005)
    assert bench.state("settings")["constructors"]["filters"] == {}
    expect(bench.row("@2005")).to_have_attribute("aria-selected", "true")
    bench.view_tab("Suspects").click()
    bench.goto(3007)
    assert bench.state("view") == "constructors"
    expect(bench.row("@3007")).to_have_attribute("aria-selected", "true")


def test_wrong_ids(mount: Any) -> None:
    bench = mount()
    box = bench.page.get_by_label("Go to node by id")
    box.fill("twelve")
    box.press("Enter")
    expect(
        bench.page.get_by_role("alert").filter(has_text="“twelve” is not a node id")
    ).to_be_visible()
    box.fill("99999999")
    box.press("Enter")
    problem = bench.page.get_by_role("alert").filter(has_text="There is no node 99999999.")
    expect(problem).to_contain_text("Ids are odd numbers.")
    bench.page.get_by_role("button", name="Close the message").click()
    expect(problem).to_be_hidden()
    assert bench.state("selected") is None


def test_breadcrumbs_lead_there(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.page.get_by_role("button", name="global", exact=True).click()
    expect(bench.row("of1000003", bench.lower.get_by_role("treegrid"))).to_be_visible()
    assert bench.state("focus_id") == 1_000_003


# -- copying -------------------------------------------------------------------------------------


def test_copying(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.choose("Copy node id")
    expect(bench.page.get_by_text("Copied: node id")).to_be_visible()
    assert bench.clipboard() == "2005"
    bench.choose("Copy retaining path")
    expect(bench.page.get_by_text("Copied: retaining path")).to_be_visible()
    assert bench.clipboard() == "(GC roots) → global → .cache → Map → Class002"
    bench.choose("Copy as Python")
    expect(bench.page.get_by_text("Copied: Python")).to_be_visible()
    assert bench.clipboard() == "snap.node(2005)"
    bench.page.evaluate("navigator.clipboard.writeText('')")
    bench.page.get_by_role("button", name="Copy as Python").click()
    bench.page.wait_for_function("navigator.clipboard.readText().then((text) => text !== '')")
    assert bench.clipboard() == "snap.node(2005)"
    bench.page.get_by_role("button", name="Copy and more").click()
    expect(bench.page.get_by_role("menuitem", name="Python in a new cell")).to_have_count(0)
    bench.page.keyboard.press("Escape")
    expect(bench.page.get_by_role("button", name="Copy and more")).to_be_focused()


def test_python_of_a_view_and_into_a_cell(mount: Any) -> None:
    bench = mount(cells=True)
    search = bench.page.get_by_role("searchbox")
    search.fill("Class00")
    search.press("Enter")
    bench.choose("Python in a new cell")
    bench.page.wait_for_function("cells.length === 1")
    bench.page.get_by_role("button", name="Python in a new cell").click()
    bench.page.wait_for_function("cells.length === 2")
    assert set(bench.page.evaluate("cells")) == {'snap.constructors({"text":"Class00"})  # null'}


def test_the_menu_of_a_row(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.row("@2005").click(button="right")
    menu = bench.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_text(
        [
            "Show in Containment",
            "Show in Dominators",
            "Copy node id",
            "Copy retaining path",
            "Copy as Python",
        ]
    )
    bench.page.keyboard.press("ArrowDown")
    bench.page.keyboard.press("Enter")
    expect(menu).to_have_count(0)
    expect(bench.row("@2005")).to_have_attribute("aria-selected", "true")
    assert bench.state("view") == "dominators"


# -- what goes wrong -----------------------------------------------------------------------------


def test_failures_are_shown_and_can_be_tried_again(mount: Any) -> None:
    bench = mount()
    expect(bench.row("Session")).to_be_visible()
    bench.page.evaluate(
        "source.failure = {message: 'Out of memory.', hint: 'Close other notebooks.'}"
    )
    bench.view_tab("Texts").click()
    problem = bench.page.locator(".hs-problem")
    expect(problem).to_contain_text("Out of memory. Close other notebooks.")
    assert problem.get_attribute("role") == "alert"
    bench.page.evaluate("source.failure = null")
    problem.get_by_role("button", name="Try again").click()
    expect(bench.row("Session")).to_be_visible()
    expect(problem).to_be_hidden()


def test_a_lost_line_is_told_until_it_is_back(mount: Any) -> None:
    bench = mount()
    expect(bench.row("Session")).to_be_visible()
    bench.page.evaluate("source.failure = {message: 'The kernel is gone.', disconnected: true}")
    bench.view_tab("Texts").click()
    expect(bench.page.locator(".hs-problem")).to_contain_text("The kernel is gone.")
    bench.page.evaluate("source.failure = null")
    bench.view_tab("Closures").click()
    expect(bench.row("Session")).to_be_visible()
    expect(bench.page.locator(".hs-problem")).to_be_hidden()


def test_waiting_is_told_after_two_seconds(mount: Any) -> None:
    bench = mount()
    expect(bench.row("Session")).to_be_visible()
    bench.page.evaluate("source.delay = 3000")
    bench.view_tab("Texts").click()
    waiting = bench.page.get_by_text("Waiting for the kernel…")
    assert waiting.count() == 0
    expect(waiting).to_be_visible(timeout=4000)
    expect(bench.row("Session")).to_be_visible(timeout=4000)
    expect(waiting).to_have_count(0)


def test_two_browsers_of_one_store_stay_in_step(mount: Any) -> None:
    bench = mount(hosts=2, height=1600)
    other = bench.page.locator(".heapnb-browser").nth(1)
    bench.goto(2005)
    expect(bench.row("@2005", other)).to_have_attribute("aria-selected", "true")
    expect(other.get_by_role("row").filter(has_text="of2005")).to_be_visible()
    bench.view_tab("Suspects").click()
    expect(other.get_by_role("tab", name="Suspects")).to_have_attribute("aria-selected", "true")
    other.get_by_role("tab", name="Constructors").click()
    search = bench.page.get_by_role("searchbox").first
    search.fill("Class2")
    expect(other.get_by_role("searchbox")).to_have_value("Class2")
    expect(other.locator(".hs-status-facts")).to_have_text("100 rows, filtered")
    # Rows chosen together in one stay chosen, whatever the other makes of it.
    bench.row("Class200").click()
    bench.row("Class202").click(modifiers=["Shift"])
    bench.page.wait_for_timeout(100)
    assert bench.state("selected_keys") == ["c200", "c201", "c202"]


def test_the_end_leaves_nothing(mount: Any) -> None:
    bench = mount(hosts=2)
    bench.goto(2005)
    # What is about to be requested when a browser ends is not requested any more.
    calls = bench.page.evaluate(
        "browsers.forEach(browser => browser.dispose()), source.callsOf('rows').length"
    )
    assert bench.page.locator("#host > div > *").count() == 0
    bench.page.evaluate("store.set('view', 'texts'); store.set('focus_id', 3007)")
    bench.page.wait_for_timeout(200)
    assert len(bench.calls("rows")) == calls


def test_a_page_without_a_kernel_hides_what_it_cannot_do(mount: Any) -> None:
    bench = mount(description={"static": True, "methods": ["rows", "locate", "details"]})
    bench.goto(2005)
    assert bench.pane_tab("Graph").count() == 0
    bench.page.get_by_role("button", name="Copy and more").click()
    expect(bench.page.get_by_role("menuitem")).to_have_text(["Copy node id", "Copy retaining path"])


# -- hostile, narrow, by keyboard, for everybody -------------------------------------------------


@pytest.mark.parametrize("width", [400, 1280])
def test_hostile_names_stay_text(mount: Any, width: int) -> None:
    bench = mount(hostile=HOSTILE, width=width)
    bench.page.evaluate("browsers[0].goto(5)")
    expect(bench.row("@5")).to_have_attribute("aria-selected", "true")
    bench.pane_tab("Graph").click()
    expect(bench.page.locator(".hs-graph svg [data-node-id]").first).to_be_visible()
    bench.pane_tab("Details").click()
    assert bench.page.locator("img, image, script:not([type=module])").count() == 0
    assert bench.page.evaluate("document.documentElement.scrollWidth") <= width
    shown = bench.page.locator(".hs-details h3").inner_text()
    assert "<img src=x onerror=alert(1)>" in shown
    assert "\\u202e" in shown


@pytest.mark.parametrize("width", [400, 800, 1280])
def test_nothing_sticks_out(mount: Any, width: int) -> None:
    bench = mount(width=width)
    bench.goto(2005)
    assert bench.page.evaluate("document.documentElement.scrollWidth") <= width
    outside = bench.page.evaluate(
        """() => {
          const frame = document.querySelector(".heapnb-browser").getBoundingClientRect();
          return [...document.querySelectorAll(".hs-toolbar :is(button, input, select)")]
            .filter((one) => one.getBoundingClientRect().right > frame.right)
            .map((one) => one.outerHTML);
        }"""
    )
    assert outside == []


def test_the_lower_part_is_resized_by_pointer_and_keyboard(mount: Any) -> None:
    bench = mount()
    splitter = bench.page.get_by_role("separator", name="Height of the lower part")

    def height() -> float:
        box = bench.lower.bounding_box()
        assert box is not None
        return float(box["height"])

    before = height()
    splitter.focus()
    bench.page.keyboard.press("ArrowUp")
    assert height() > before
    box = splitter.bounding_box()
    assert box is not None
    bench.page.mouse.move(box["x"] + 200, box["y"])
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + 200, box["y"] - 60, steps=3)
    bench.page.mouse.up()
    assert height() > before + 60
    splitter.dblclick()
    assert abs(height() - before) < 1


def test_every_control_is_reached_by_the_tab_key(mount: Any) -> None:
    bench = mount()
    bench.goto(2005)
    bench.view_tab("Constructors").focus()
    reached = []
    for _ in range(40):
        reached.append(
            bench.page.evaluate(
                "document.activeElement.getAttribute('aria-label') ?? "
                "document.activeElement.textContent"
            )
        )
        bench.page.keyboard.press("Tab")
    for name in ("Back", "Regular expression", "Go to node by id", "Copy and more", "Constructors"):
        assert name in reached, json.dumps(reached)
    assert "Height of the lower part" in reached
    assert "Path to roots" in reached


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pane", ["Retainers", "Graph", "Details"])
def test_axe_finds_nothing(mount: Any, theme: str, pane: str) -> None:
    bench = mount(theme=theme)
    bench.goto(2005)
    bench.pane_tab(pane).click()
    if pane == "Graph":
        expect(bench.page.locator(".hs-graph svg [data-node-id]").first).to_be_visible()
    assert_accessible(bench.page)


def test_axe_finds_nothing_in_charts_menus_and_failures(mount: Any) -> None:
    bench = mount(state={"view": "statistics"})
    expect(bench.page.locator(".hs-chart svg rect").first).to_be_visible()
    bench.page.get_by_role("button", name="Copy and more").click()
    assert_accessible(bench.page)
    bench.page.keyboard.press("Escape")
    bench.page.evaluate("source.failure = {message: 'Out of memory.'}")
    bench.view_tab("Texts").click()
    expect(bench.page.locator(".hs-problem")).to_be_visible()
    assert_accessible(bench.page)
