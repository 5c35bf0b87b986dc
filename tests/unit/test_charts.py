from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from heapnb.views import chart_frame, charts, svg_parts

HOSTILE = "</title></svg><script>alert(1)</script>\"'&\x00\u202e\ud800"


def parsed(svg: Markup) -> ET.Element:
    """Parse a chart; what is not well-formed raises."""
    assert isinstance(svg, Markup)
    return ET.fromstring(svg)


def numbers_of(svg: Markup, attribute: str) -> list[float]:
    return [float(text) for text in re.findall(rf' {attribute}="(-?[\d.]+)"', svg)]


ALL_CHARTS = {
    "sparkline": charts.sparkline([1, 2], label=HOSTILE),
    "column_chart": charts.column_chart([1, 2], [HOSTILE, HOSTILE], title=HOSTILE),
    "line_chart": charts.line_chart(
        [charts.Line(HOSTILE, [1, 2])], [HOSTILE, HOSTILE], title=HOSTILE
    ),
    "stacked_columns": charts.stacked_columns(
        [charts.Line(HOSTILE, [1, 2]), charts.Line(HOSTILE, [0, 3])],
        [HOSTILE, HOSTILE],
        title=HOSTILE,
    ),
    "stacked_bar": charts.stacked_bar([(HOSTILE, 2), (HOSTILE, 1)], title=HOSTILE),
    "share_bar": svg_parts.share_bar(0.5),
    "swatch": svg_parts.swatch(0),
}


@pytest.mark.parametrize("svg", ALL_CHARTS.values(), ids=ALL_CHARTS)
def test_charts_are_well_formed_and_escape(svg: Markup) -> None:
    root = parsed(svg)
    assert {element.tag for element in root.iter()} <= {
        *("svg", "path", "rect", "circle", "line", "text", "title")
    }


@pytest.mark.parametrize("svg", ALL_CHARTS.values(), ids=ALL_CHARTS)
def test_charts_need_no_style_and_load_nothing(svg: Markup) -> None:
    names = {name for element in parsed(svg).iter() for name in element.attrib}
    assert not names & {"style", "href", "src", "onload"}
    assert "url(" not in svg


@pytest.mark.parametrize("name", ["sparkline", "column_chart", "line_chart", "stacked_bar"])
def test_charts_are_spoken(name: str) -> None:
    root = parsed(ALL_CHARTS[name])
    assert root.get("role") == "img"
    assert root.get("aria-label")


@pytest.mark.parametrize("svg", [ALL_CHARTS["share_bar"], ALL_CHARTS["swatch"]])
def test_what_a_text_says_beside_it_is_not_spoken(svg: Markup) -> None:
    assert parsed(svg).get("aria-hidden") == "true"


def test_nothing_to_draw() -> None:
    assert charts.sparkline([]) == charts.sparkline([5]) == ""
    assert charts.column_chart([], [], title="") == ""
    assert charts.line_chart([], [], title="") == ""
    assert charts.line_chart([charts.Line("a", [1])], ["s1"], title="") == ""
    assert charts.stacked_bar([], title="") == charts.stacked_bar([("a", 0)], title="") == ""


@pytest.mark.parametrize("values", [[0, 0], [-5, 5], [7], [-3, -1], [10**15, 1], [1] * 200])
def test_columns_stay_inside_the_chart(values: list[int]) -> None:
    svg = charts.column_chart(values, ["s"] * len(values), title="Sizes")
    _, _, width, height = map(float, (parsed(svg).get("viewBox") or "").split())
    assert all(0 <= x <= width for x in numbers_of(svg, "x"))
    assert all(0 <= y <= height for y in numbers_of(svg, "y"))
    assert all(size >= 0 for size in numbers_of(svg, "height"))


def test_columns_are_as_high_as_their_values() -> None:
    svg = charts.column_chart([10, 20, 40], ["a", "b", "c"], title="Sizes")
    first, second, third = numbers_of(svg, "height")
    assert second == pytest.approx(2 * first, abs=0.2)
    assert third == pytest.approx(4 * first, abs=0.2)


def test_values_and_names_are_written() -> None:
    texts = [
        element.text
        for element in parsed(
            charts.column_chart([1200, 3400], ["before", "after"], title="Sizes")
        ).iter("text")
    ]
    assert {"1.2 kB", "3.4 kB", "before", "after", "0 B"} <= set(texts)


def test_colours_are_variables_with_fallbacks() -> None:
    colours = {svg_parts.colour(i) for i in range(svg_parts.N_COLOURS)}
    assert len(colours) == svg_parts.N_COLOURS
    assert all(re.fullmatch(r"var\(--heapnb-series-\d, #\w{6}\)", text) for text in colours)
    assert svg_parts.colour(svg_parts.N_COLOURS) == svg_parts.colour(0)


@pytest.mark.parametrize("n", [41, 1000, 100_000])
def test_many_snapshots_make_no_large_chart(n: int) -> None:
    values = list(range(n))
    labels = [str(i) for i in values]
    for svg in (
        charts.column_chart(values, labels, title="Sizes"),
        charts.line_chart([charts.Line("a", values)], labels, title="Sizes"),
        charts.sparkline(values),
    ):
        assert len(svg) < 20_000


def test_lines_start_and_end_with_the_first_and_last_value_also_when_thinned() -> None:
    values = [0] * 5000
    values[-1] = 100
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", charts.sparkline(values))
    assert points[0][1] != points[-1][1] or points[-2][1] != points[-1][1]


def test_a_line_chart_has_one_line_for_each() -> None:
    lines = [charts.Line(f"line {i}", [i, 2 * i, 3 * i]) for i in range(4)]
    root = parsed(charts.line_chart(lines, ["a", "b", "c"], title="Counts"))
    strokes = [path.get("stroke") for path in root.iter("path") if path.get("stroke")]
    assert strokes == [svg_parts.colour(i) for i in (3, 2, 1, 0)]


def test_layers_lie_on_each_other() -> None:
    layers = [charts.Line("first", [2, 2]), charts.Line("second", [0, 4])]
    rects = parsed(charts.stacked_columns(layers, ["s2", "s3"], title="Cohorts")).iter("rect")
    (_, top, height), below, above = (
        tuple(float(rect.get(name, "nan")) for name in ("x", "y", "height")) for rect in rects
    )
    assert below == (above[0], top, height)
    assert above[1] + above[2] == pytest.approx(below[1])
    assert above[2] == pytest.approx(2 * below[2], abs=0.2)


def test_layers_of_very_many_snapshots_are_thinned() -> None:
    svg = charts.stacked_columns([charts.Line("all", range(1, 1001))], [], title="Cohorts")
    assert svg.count("<rect") <= 40
    assert "snapshots" not in svg
    assert charts.stacked_columns([], [], title="Cohorts") == ""


def test_parts_fill_the_bar() -> None:
    svg = charts.stacked_bar([("Code", 1), ("Strings", 3), ("Nothing", 0)], title="Heap")
    widths = [float(rect.get("width") or 0) for rect in parsed(svg).iter("rect")]
    assert widths == [250, 750]


@pytest.mark.parametrize(("share", "width"), [(0.5, 28), (-1, 0), (7, 56)])
def test_a_share_stays_inside_its_bar(share: float, width: float) -> None:
    assert numbers_of(svg_parts.share_bar(share), "width")[-1] == width


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (0, 1), (0, 3), (0, 7), (0, 97), (-4, 9), (-1000, 0), (0, 10**18)]
)
def test_ticks_enclose_and_are_few(low: int, high: int) -> None:
    ticks = chart_frame.round_ticks(low, high)
    assert ticks[0] <= low
    assert high <= ticks[-1]
    assert 2 <= len(ticks) <= 7
    assert 0 in ticks
