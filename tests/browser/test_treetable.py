"""The tree table in Chromium, on trees that are made up row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.axe import assert_accessible
from tests.browser.serving import Visit, open_page

pytestmark = pytest.mark.browser

MILLIONS = 2_000_000
ROW_HEIGHT = 24
MOST_ROWS_DRAWN = 60

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "user\u202etxt.exe",
    "zero\u200bwidth",
    "line\nbreak",
    "W" * 1_000_000,
]

MOUNT = """async ({tree, options}) => {
  const { TreeTable } = await import("/browser/treetable.js");
  const { COLUMNS, FakeTree, HEAP } = await import("/fixtures/fake_tree.js");
  const host = document.querySelector("#host");
  host.className = "heapnb-browser";
  host.style.height = "508px";
  window.source = new FakeTree(tree);
  window.log = [];
  window.table = new TreeTable(host, {
    columns: COLUMNS, labelTitle: "Constructor", totalSize: HEAP, load: source.load,
    mostSelected: 1000,
    sort: { key: "retained_size", descending: true },
    onSort: (key, descending) => log.push(["sort", key, descending]),
    onSelect: (row, keys) => log.push(["select", row.key, keys]),
    onActivate: (row) => log.push(["activate", row.key]),
    onExpandedChange: (keys) => log.push(["expanded", keys]),
    onMenu: (row, x, y) => log.push(["menu", row.key, x > 0 && y > 0]),
    ...options,
  });
}"""


class Bench:
    """A page with one tree table."""

    def __init__(self, seen: Visit) -> None:
        self.page: Page = seen.page
        self.grid = self.page.get_by_role("treegrid", name="Constructor")
        self.status = self.page.get_by_role("status")

    def line(self, key: str) -> Locator:
        """Return the line of a row that has come."""
        name = self.page.get_by_text(f"row {key}", exact=True)
        return self.page.locator(".hb-row").filter(has=name)

    def heading(self, title: str) -> Locator:
        return self.page.get_by_role("columnheader", name=title)

    def active(self) -> Locator:
        identifier = self.grid.get_attribute("aria-activedescendant")
        return self.page.locator(f"[id='{identifier}']")

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def log(self) -> list[Any]:
        return list(self.page.evaluate("log.splice(0)"))

    def asked(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("source.asked"))

    def drawn(self) -> int:
        return self.page.locator(".hb-row").count()

    def scroll_to(self, position: str) -> None:
        self.page.evaluate(f"table.element.scrollTop = {position}")

    def first_in_sight(self) -> int:
        return int(self.page.evaluate(f"Math.floor(table.top / {ROW_HEIGHT})"))


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium)
        yield running
        running.close()


@pytest.fixture
def mount(chrome: Browser) -> Iterator[Any]:
    opened: list[Visit] = []

    def mounted(
        tree: dict[str, Any] | None = None, options: dict[str, Any] | None = None, **window: Any
    ) -> Bench:
        seen = open_page(chrome, "shell.html", **window)
        opened.append(seen)
        seen.page.evaluate(MOUNT, {"tree": tree or {}, "options": options or {}})
        return Bench(seen)

    yield mounted
    for seen in opened:
        assert seen.problems == []
        assert seen.strays == []
        seen.page.context.close()


# -- millions of rows ----------------------------------------------------------------------------


def test_two_million_rows_scroll_from_the_first_to_the_last(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    assert bench.drawn() < MOST_ROWS_DRAWN

    bench.scroll_to("table.element.scrollHeight")
    expect(bench.line(str(MILLIONS - 1))).to_be_visible()
    assert bench.drawn() < MOST_ROWS_DRAWN
    last, grid = bench.line(str(MILLIONS - 1)).bounding_box(), bench.grid.bounding_box()
    assert last["y"] + last["height"] == pytest.approx(grid["y"] + grid["height"], abs=1)

    bench.scroll_to("table.element.scrollHeight / 2")
    middle = bench.page.wait_for_function("Math.floor(table.top / 24) > 900_000 && table.top / 24")
    assert middle.json_value() == pytest.approx(MILLIONS / 2, rel=0.01)
    expect(bench.line(str(bench.first_in_sight() + 5))).to_be_visible()
    assert bench.drawn() < MOST_ROWS_DRAWN
    # Of two million, what was in sight has been asked for, by the page.
    assert len(bench.asked()) <= 8
    assert {request["limit"] for request in bench.asked()} == {100}


def test_the_wheel_moves_by_rows_also_where_the_scroll_bar_is_squeezed(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.scroll_to("table.element.scrollHeight / 2")
    bench.page.wait_for_function("table.top > 20_000_000")
    before = bench.page.evaluate("table.top")
    bench.grid.hover()
    bench.page.mouse.wheel(0, 240)
    bench.page.wait_for_function("before => table.top !== before", arg=before)
    bench.page.wait_for_timeout(400)
    assert bench.page.evaluate("table.top") - before == pytest.approx(240, abs=2)
    bench.page.mouse.wheel(0, -240)
    bench.page.wait_for_timeout(400)
    assert bench.page.evaluate("table.top") == pytest.approx(before, abs=4)


def test_what_is_flown_over_is_not_asked_for(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.isHolding = true")
    for i in range(1, 20):
        bench.scroll_to(f"table.element.scrollHeight * {i} / 20")
        bench.page.wait_for_timeout(20)
    assert len(bench.asked()) <= 1 + 3
    bench.page.evaluate("source.release()")
    expect(bench.line(str(bench.first_in_sight() + 1))).to_be_visible()


def test_rows_that_are_not_here_yet_are_told_from_those_that_are(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.isHolding = true")
    bench.scroll_to("120 * 24")
    waiting = bench.page.locator(".hb-waiting")
    expect(waiting.first).to_contain_text("Loading…")
    assert waiting.first.get_attribute("aria-setsize") == str(MILLIONS)
    bench.page.evaluate("source.release()")
    expect(bench.line("125")).to_be_visible()
    expect(waiting).to_have_count(0)


def test_pages_that_come_in_pieces_are_put_together(mount: Any) -> None:
    bench = mount({"total": 90})
    bench.page.evaluate("source.largestAnswer = 40; table.reload()")
    bench.page.wait_for_function("source.asked.length >= 4")
    bench.scroll_to("table.element.scrollHeight")
    expect(bench.line("89")).to_be_visible()


# -- keyboard and roles --------------------------------------------------------------------------


def test_arrows_move_unfold_and_fold(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.grid.focus()
    bench.keys("ArrowDown", "ArrowDown")
    expect(bench.active()).to_contain_text("row 1")
    bench.keys("ArrowRight")
    expect(bench.line("1/4")).to_be_visible()
    expect(bench.active()).to_have_attribute("aria-expanded", "true")
    bench.keys("ArrowRight", "ArrowRight")
    expect(bench.line("1/0/0")).to_be_visible()
    expect(bench.active()).to_contain_text("row 1/0")
    assert [entry for entry in bench.log() if entry[0] == "expanded"] == [
        ["expanded", ["1"]],
        ["expanded", ["1", "1/0"]],
    ]
    # The first goes to the parent, the second folds it.
    bench.keys("ArrowDown", "ArrowDown", "ArrowLeft")
    expect(bench.active()).to_contain_text("row 1/0")
    bench.keys("ArrowLeft", "ArrowLeft", "ArrowLeft")
    expect(bench.line("1/0")).to_have_count(0)
    expect(bench.active()).to_contain_text("row 1")
    assert bench.log()[-1] == ["expanded", []]


def test_pages_and_ends(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.grid.focus()
    bench.keys("ArrowDown", "PageDown")
    expect(bench.active()).to_contain_text("row 19")
    bench.keys("PageUp", "PageUp")
    expect(bench.active()).to_contain_text("row 0")
    bench.log()
    # The last row is not here: it is selected when it comes.
    bench.keys("End")
    expect(bench.line(str(MILLIONS - 1))).to_have_attribute("aria-selected", "true")
    assert bench.log() == [["select", str(MILLIONS - 1), [str(MILLIONS - 1)]]]
    bench.keys("ArrowUp")
    expect(bench.active()).to_contain_text(f"row {MILLIONS - 2}")
    bench.keys("Home")
    expect(bench.active()).to_contain_text("row 0")


def test_what_screen_readers_are_told(mount: Any) -> None:
    bench = mount({"total": 300})
    expect(bench.line("0")).to_be_visible()
    expect(bench.status).to_have_text("300 rows")
    assert bench.grid.get_attribute("aria-multiselectable") == "true"
    assert bench.grid.get_attribute("aria-rowcount") == "301"
    bench.line("1").locator(".hb-twisty").click()
    child = bench.line("1/2")
    expect(child).to_be_visible()
    expect(bench.grid).to_have_attribute("aria-rowcount", "307")
    expected = {"level": "2", "setsize": "5", "posinset": "3", "rowindex": "6", "expanded": "false"}
    assert {name: child.get_attribute(f"aria-{name}") for name in expected} == expected
    # What cannot be unfolded is neither open nor closed.
    assert bench.line("1/3").get_attribute("aria-expanded") is None
    assert child.get_by_role("gridcell").count() == 6


def test_enter_menu_and_keys_of_others(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    onkeydown = "({key}) => key !== 'Shift' && log.push(['body', key])"
    bench.page.evaluate(f"() => {{ document.body.onkeydown = {onkeydown}; }}")
    bench.grid.focus()
    bench.keys("ArrowDown")
    bench.log()
    bench.keys("Enter", "Shift+F10", "/")
    assert bench.log() == [["activate", "0"], ["menu", "0", True], ["body", "/"]]
    bench.line("3").dblclick(position={"x": 60, "y": 10})
    assert bench.log()[-1] == ["activate", "3"]
    bench.line("4").click(button="right")
    assert bench.log() == [["select", "4", ["4"]], ["menu", "4", True]]


def test_selecting_many(mount: Any) -> None:
    bench = mount()
    bench.line("2").click()
    bench.line("4").click(modifiers=["Shift"])
    assert bench.log()[-1] == ["select", "4", ["2", "3", "4"]]
    bench.line("7").click(modifiers=["Control"])
    bench.line("3").click(modifiers=["Control"])
    assert bench.log()[-1] == ["select", "3", ["2", "4", "7"]]
    expect(bench.status).to_have_text("3 rows selected")
    expect(bench.page.locator("[aria-selected=true]")).to_have_count(3)
    bench.keys("Shift+ArrowDown", "Shift+ArrowDown")
    assert bench.log()[-1] == ["select", "5", ["3", "4", "5"]]
    bench.keys("Control+ArrowDown", "Control+ ")
    assert bench.log()[-1][2] == ["3", "4", "5", "6"]
    # Rows that are not here are fetched; a thousand is the most.
    bench.keys("Home", "Shift+End")
    expect(bench.status).to_have_text("1,000 rows selected, the maximum")
    assert bench.log()[-1][2] == [str(i) for i in range(1000)]


# -- sorting, columns ----------------------------------------------------------------------------


def test_headings_sort(mount: Any) -> None:
    bench = mount()
    assert bench.heading("Retained size").get_attribute("aria-sort") == "descending"
    bench.heading("Retained size").get_by_role("button").click()
    bench.heading("Count").get_by_role("button").click()
    bench.heading("Constructor").get_by_role("button").click()
    expect(bench.heading("Constructor")).to_have_attribute("aria-sort", "ascending")
    expect(bench.heading("Count")).to_have_attribute("aria-sort", "none")
    assert [entry for entry in bench.log() if entry[0] == "sort"] == [
        ["sort", "retained_size", False],
        ["sort", "count", True],
        ["sort", "label", False],
    ]


def test_headings_by_keyboard(mount: Any) -> None:
    bench = mount()
    bench.grid.focus()
    bench.keys("Tab", "ArrowRight", "ArrowRight", "Enter")
    assert bench.log() == [["sort", "distance", True]]
    before = bench.heading("Distance").bounding_box()["width"]
    bench.keys("Shift+ArrowRight")
    assert bench.heading("Distance").bounding_box()["width"] == before + 16
    for _ in range(20):
        bench.keys("Shift+ArrowLeft")
    assert bench.heading("Distance").bounding_box()["width"] == 48
    # One stop for all headings.
    bench.keys("Tab")
    assert bench.page.evaluate("table.element.contains(document.activeElement)") is False


def test_borders_of_columns_are_dragged(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    count, distance = bench.heading("Count"), bench.heading("Distance")
    before = [count.bounding_box()["width"], distance.bounding_box()["width"]]
    grip = count.locator(".hb-grip")
    box = grip.bounding_box()
    bench.page.mouse.move(box["x"] + 4, box["y"] + 10)
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + 24, box["y"] + 60, steps=4)
    bench.page.mouse.up()
    bench.page.mouse.move(box["x"] + 200, box["y"])
    after = [count.bounding_box()["width"], distance.bounding_box()["width"]]
    assert after == [before[0] + 20, before[1] - 20]
    cell = bench.line("0").get_by_role("gridcell").nth(1)
    assert cell.bounding_box()["width"] == after[0]
    grip.dblclick()
    assert [count.bounding_box()["width"], distance.bounding_box()["width"]] == before
    assert bench.log() == []


def test_sizes_are_human_and_exact(mount: Any) -> None:
    bench = mount()
    size = bench.line("0").get_by_role("gridcell").nth(4)
    expect(size).to_have_text("580 MB 43.0%")
    assert size.get_attribute("title") == "580,500,000 bytes, 43.0% of the heap"
    expect(bench.line("7").get_by_role("gridcell").nth(4)).to_have_text("–")
    expect(bench.line("5").get_by_role("gridcell").nth(3)).to_have_text("+5.0 kB")
    expect(bench.line("5").locator(".hb-flag")).to_have_text("detached")


# -- what comes late, or not ---------------------------------------------------------------------


def test_a_page_that_fails_says_so_once_and_can_be_tried_again(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.failures.set(':200', 'The kernel does not answer.')")
    bench.scroll_to("195 * 24")
    message = bench.page.get_by_text("The kernel does not answer. Run the cell again.")
    visible = message.locator("visible=true")
    expect(visible.and_(bench.page.locator(".hb-message"))).to_have_count(1)
    expect(bench.status).to_have_text("The kernel does not answer. Run the cell again.")
    asked = len(bench.asked())
    bench.page.wait_for_timeout(100)
    assert len(bench.asked()) == asked
    bench.page.evaluate("source.failures.clear()")
    bench.page.get_by_role("button", name="Try again").locator("visible=true").click()
    expect(bench.line("205")).to_be_visible()
    expect(bench.grid).to_be_focused()


def test_a_table_that_fails_altogether(mount: Any) -> None:
    bench = mount()
    bench.page.evaluate("source.failures.set(':0', 'There is no such view.'); table.reload()")
    expect(bench.grid).to_contain_text("There is no such view. Run the cell again.")
    bench.page.evaluate("source.failures.clear()")
    bench.grid.focus()
    bench.keys("ArrowDown", "Enter")
    expect(bench.line("0")).to_be_visible()


def test_no_rows(mount: Any) -> None:
    bench = mount({"total": 0}, {"emptyText": "No class has such a name"})
    expect(bench.grid).to_contain_text("No class has such a name")
    expect(bench.status).to_have_text("0 rows")


def test_nothing_below_and_remarks(mount: Any) -> None:
    bench = mount({"total": 8})
    bench.line("0").locator(".hb-twisty").click()
    expect(bench.grid).to_contain_text("3 weak edges are left out")
    bench.page.evaluate("source.below = 0")
    bench.line("1").locator(".hb-twisty").click()
    expect(bench.grid).to_contain_text("No rows below")


def test_answers_to_an_old_order_are_dropped(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.isHolding = true; source.version = ' old'; table.reload()")
    bench.page.wait_for_function("source.held.length === 1")
    # The new order is answered first.
    bench.page.evaluate("source.isHolding = false; source.version = ' new'; table.reload()")
    expect(bench.line("0 new")).to_be_visible()
    bench.page.evaluate("source.release()")
    bench.page.wait_for_timeout(100)
    expect(bench.line("0 new")).to_be_visible()
    assert bench.page.get_by_text(" old").count() == 0


def test_answers_below_a_row_that_was_folded_are_dropped(mount: Any) -> None:
    bench = mount({"total": 8})
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.isHolding = true")
    bench.line("0").locator(".hb-twisty").click()
    bench.page.wait_for_function("source.held.length === 1")
    bench.line("0").locator(".hb-twisty").click()
    bench.page.evaluate("source.release()")
    bench.page.wait_for_timeout(100)
    assert bench.page.get_by_text("row 0/0", exact=True).count() == 0
    assert bench.grid.get_attribute("aria-rowcount") == "9"


def test_selection_and_what_is_unfolded_outlast_a_new_order(mount: Any) -> None:
    bench = mount({"total": 50})
    bench.line("2").locator(".hb-twisty").click()
    bench.line("2/1").click()
    bench.page.evaluate("table.reload()")
    # The rows of before stand until those of the new order are drawn.
    bench.page.wait_for_function("table.selectedRow?.key === '2/1'")
    expect(bench.line("2/1")).to_have_attribute("aria-selected", "true")
    bench.page.evaluate("table.setExpanded([])")
    expect(bench.line("2/1")).to_have_count(0)


def test_rows_above_that_come_late_do_not_push_away_those_in_sight(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.isHolding = true; table.setExpanded(['1'])")
    bench.page.wait_for_function("source.held.length === 1")
    bench.scroll_to("30 * 24")
    expect(bench.line("32")).to_be_visible()
    before = bench.line("32").bounding_box()["y"]
    bench.page.evaluate("source.release()")
    expect(bench.grid).to_have_attribute("aria-rowcount", str(MILLIONS + 6 + 1))
    assert bench.line("32").bounding_box()["y"] == before


# -- for the shell -------------------------------------------------------------------------------


def test_revealing_a_row_far_down_and_deep(mount: Any) -> None:
    bench = mount()
    path = "[['1234560', 1234560], ['1234560/1', 1], ['1234560/1/4', 4]]"
    assert bench.page.evaluate(f"table.reveal({path}).then((row) => row.key)") == "1234560/1/4"
    expect(bench.line("1234560/1/4")).to_be_visible()
    expect(bench.line("1234560/1/4")).to_have_attribute("aria-selected", "true")
    # Only what the user does is reported, but what is unfolded is part of the state.
    assert "select" not in {entry[0] for entry in bench.log()}
    assert bench.page.evaluate("table.reveal([['gone', 3]])") is None
    failing = "table.reveal([['500', 500]]).catch((error) => error.message)"
    bench.page.evaluate("source.failures.set(':500', 'It is gone.')")
    assert bench.page.evaluate(failing) == "It is gone."


def test_the_end_leaves_nothing(mount: Any) -> None:
    bench = mount()
    expect(bench.line("0")).to_be_visible()
    bench.page.evaluate("source.isHolding = true; table.reload(); table.dispose()")
    bench.page.evaluate("source.release()")
    assert bench.page.evaluate("document.querySelector('#host').childElementCount") == 0


# -- hostile texts, looks ------------------------------------------------------------------------


@pytest.mark.parametrize("width", [400, 1280])
def test_hostile_texts_stay_text(mount: Any, width: int) -> None:
    bench = mount({"total": 12, "names": HOSTILE}, width=width)
    expect(bench.line("0")).to_be_visible()
    expect(bench.line("0")).to_contain_text(HOSTILE[0])
    expect(bench.line("1")).to_contain_text(HOSTILE[1])
    expect(bench.line("2")).to_contain_text("user\\u202etxt.exe")
    expect(bench.line("3")).to_contain_text("zero\\u200bwidth")
    expect(bench.line("4")).to_contain_text("line\\nbreak")
    assert bench.page.locator("#host :is(img, script)").count() == 0
    assert bench.page.evaluate("document.querySelector('#host').innerHTML.length") < 100_000
    assert bench.page.evaluate("document.documentElement.scrollWidth") <= width
    bench.page.evaluate(
        "text => { source.failures.set(':0', text); table.reload(); }", HOSTILE[0] + HOSTILE[2]
    )
    expect(bench.grid).to_contain_text(HOSTILE[0] + "user\\u202etxt.exe")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(mount: Any, theme: str) -> None:
    bench = mount(theme=theme)
    bench.line("1").locator(".hb-twisty").click()
    bench.line("2").click()
    bench.line("4").click(modifiers=["Shift"])
    assert_accessible(bench.page)
    bench.page.evaluate("source.failures.set(':0', 'It is gone.'); table.reload()")
    expect(bench.grid).to_contain_text("It is gone.")
    assert_accessible(bench.page)


@pytest.mark.parametrize(
    ("attribute", "value", "scheme"),
    [
        ("data-theme", "dark", "dark"),
        ("data-jp-theme-light", "false", "dark"),
        ("data-jp-theme-light", "true", "light"),
        ("class", "vscode-dark", "dark"),
        ("class", "vscode-high-contrast", "dark"),
        ("class", "vscode-light", "light"),
        ("class", "vscode-high-contrast vscode-high-contrast-light", "light"),
    ],
)
def test_the_page_decides_on_the_theme(mount: Any, attribute: str, value: str, scheme: str) -> None:
    bench = mount(theme="light" if scheme == "dark" else "dark")
    bench.page.evaluate(
        "([name, value]) => document.body.setAttribute(name, value)", [attribute, value]
    )
    assert bench.page.evaluate("getComputedStyle(table.element).colorScheme") == scheme
