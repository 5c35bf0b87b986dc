"""Each leak is diagnosed alike in every shape of program: a spread of `tests.shapes.matrix`."""

from __future__ import annotations

import random

import pytest

from tests.node_versions import NODE_VERSIONS
from tests.shapes.matrix import Shaped, judged, possible
from tests.shapes.programs import (
    ADDING_LINES,
    FRAMES,
    HERE,
    PLACE,
    PLACE_OF_UNIT,
    SITES,
    Site,
    program,
)
from tests.variants.forms import FORMS
from tests.variants.results import week

SPREAD = [(site, FRAMES[3 * number % len(FRAMES)]) for number, site in enumerate(SITES)]
"""Each site once, and each frame about twice."""

ROTATING = [
    random.Random(f"{week()} {site}").choice(possible([site], [frame], FORMS, NODE_VERSIONS))
    for site, frame in SPREAD
]
"""In another form and on another version of Node.js each week."""


def test_the_spread_has_each_site_and_each_frame() -> None:
    assert {site for site, _ in SPREAD} == set(SITES)
    assert {frame for _, frame in SPREAD} == set(FRAMES)


def test_every_site_has_the_line_that_adds() -> None:
    for site in SITES:
        code = (HERE / "sites" / f"{site.name}.js").read_text(encoding="utf-8")
        assert ADDING_LINES[site.name] in code, site.name


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("site", SITES, ids=str)
def test_programs_are_complete(site: Site, frame: str) -> None:
    text = program(site, frame)
    assert PLACE not in text
    assert PLACE_OF_UNIT not in text
    assert "process.emit('round')" in text


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("shaped", ROTATING, ids=str)
def test_a_leak_in_a_shape(shaped: Shaped) -> None:
    result = judged(shaped)
    assert result.could_run, result.reason
    # In compiled files the line is scored by the command, not required.
    unrequired = set() if result.form in ("commonjs", "esm") else {"line"}
    assert not set(result.wrong) - unrequired, result.described()
