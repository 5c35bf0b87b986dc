"""Flame graphs: widths, merging, folding, escaping."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from markupsafe import Markup

from heapnb.views import flame_graphs
from heapnb.views.flame_graphs import PACKAGE, Frame, flame_graph, standalone
from heapnb.views.masking import SECRETS
from tests.unit.hostile import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def drawn(parent: list[int], value: list[int], frames: list[Frame], **options: Any) -> Markup:
    return flame_graph(
        np.array(parent),
        np.arange(len(parent)),
        np.array(value),
        frames.__getitem__,
        title="Live bytes",
        **options,
    )


def boxes(svg: str) -> list[tuple[str, float, float, int]]:
    """Return the first line of the tooltip, start and width in percent, and level of each frame."""
    return [
        (
            (one.findtext(f"{SVG}title") or "").split("\n")[0],
            float(one.attrib["x"][:-1]),
            float(one.attrib["width"][:-1]),
            int(one.attrib["y"]) // 18,
        )
        for one in ET.fromstring(svg).iter(f"{SVG}svg")
        if one.get("class") == "flame"
    ]


ROOT = Frame("(root)")


def test_frames_lie_below_their_callers_the_widest_first() -> None:
    svg = drawn([0, 0, 0, 2], [0, 100, 100, 200], [ROOT, Frame("a"), Frame("b"), Frame("c")])
    assert boxes(svg) == [
        ("Live bytes", 0, 100, 0),
        ("b", 0, 75, 1),
        ("c", 0, 50, 2),
        ("a", 75, 25, 1),
    ]


def test_tooltips_say_where_and_how_much() -> None:
    svg = drawn([0, 0, 1], [0, 1000, 3000], [ROOT, Frame("a", "src/a.js:3"), Frame("b")])
    titles = [one.text for one in ET.fromstring(svg).iter(f"{SVG}title")]
    assert titles[1] == "a\nsrc/a.js:3\n4.0 kB, 100% of all\n1.0 kB without callees"


def test_equal_children_are_merged() -> None:
    svg = flame_graph(
        np.array([0, 0, 0, 1, 2]),
        np.array([0, 1, 1, 2, 2]),
        np.array([0, 10, 20, 30, 40]),
        [ROOT, Frame("a"), Frame("b")].__getitem__,
        title="t",
    )
    assert boxes(svg) == [("t", 0, 100, 0), ("a", 0, 100, 1), ("b", 0, 70, 2)]


def test_what_is_narrower_than_a_pixel_is_drawn_together() -> None:
    n_small = 50_000
    svg = flame_graph(
        np.zeros(n_small + 2, np.uint32),
        np.arange(n_small + 2),
        np.array([0, n_small, *[1] * n_small]),
        lambda number: Frame(f"f{number}"),
        title="t",
    )
    assert [(width, level) for _, _, width, level in boxes(svg)] == [(100, 0), (50, 1), (50, 1)]
    assert "Further frames, too narrow or too deep to draw\n50.0 kB, 50.0% of all" in svg


def test_a_deep_recursion_is_cut_off() -> None:
    n_nodes = 10_000
    svg = flame_graph(
        np.maximum(np.arange(n_nodes) - 1, 0),
        np.arange(n_nodes),
        np.where(np.arange(n_nodes) == n_nodes - 1, 5, 0),
        lambda number: Frame(f"f{number}"),
        title="t",
    )
    assert max(level for *_, level in boxes(svg)) == flame_graphs.MOST_LEVELS
    assert boxes(svg)[-1][0].startswith("Further frames")


def test_the_largest_drawing_stays_small() -> None:
    n_nodes = 100_000
    numbers = np.random.default_rng(1)
    parent = np.maximum(np.arange(n_nodes) - 1 - numbers.integers(0, 40, n_nodes), 0)
    svg = flame_graph(
        parent,
        np.arange(n_nodes),
        (numbers.pareto(0.6, n_nodes) * 100).astype(np.int64),
        lambda number: Frame(f"{number}" + "x" * 300, "/srv/" + "y" * 300, PACKAGE),
        title="t",
    )
    assert len(svg) < 300_000


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names(text: str) -> None:
    svg = drawn([0, 0], [0, 10], [ROOT, Frame(text, text, text)])
    page = standalone(svg, title=text)
    for root in (ET.fromstring(svg), ET.fromstring(page)):
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "rect", "text", "tspan", "style", "script"}
        names = {name for element in root.iter() for name in element.attrib}
        assert not names & {"style", "href", "src", "onload", "onmouseover"}
    assert len(ET.fromstring(page).findall(f"{SVG}script")) == 1
    assert "{http" not in "".join(ET.fromstring(svg).attrib)


def test_secrets_are_masked() -> None:
    svg = drawn([0, 0], [0, 10], [ROOT, Frame("f", "x.js?token=abc123")], masking=SECRETS)
    assert "abc123" not in svg


def test_it_can_be_reached_by_keyboard_and_is_spoken() -> None:
    root = ET.fromstring(drawn([0, 0], [0, 10], [ROOT, Frame("f")]))
    assert root.get("role") == "group"
    assert root.get("aria-label") == "Flame graph. Live bytes: 10 B"
    frames = [one for one in root.iter(f"{SVG}svg") if one.get("class") == "flame"]
    assert all(one.get("role") == "img" and one.get("tabindex") == "0" for one in frames)


def test_nothing_to_draw() -> None:
    assert drawn([], [], []) == ""
    assert drawn([0, 0], [0, 0], [ROOT, ROOT]) == ""


@pytest.mark.parametrize(
    ("parent", "value"), [([0, 2, 0], [1, 1, 1]), ([1, 0], [1, 1]), ([0, 0], [1, -1]), ([0], [])]
)
def test_bad_arrays(parent: list[int], value: list[int]) -> None:
    with pytest.raises(ValueError, match="must"):
        drawn(parent, value, [ROOT, ROOT, ROOT])
