"""Dead variables of a page in the Chromium of this machine, as the reference engine has them."""

from __future__ import annotations

from pathlib import Path

import pytest

import heapnb as hn
from tests.capture.running import chromium_running
from tests.oracle import oracle

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.browser]

PAGE = """<title>Dead variables</title><script>
const kept = [];
function makeHandler(i) {
  const big = { values: new Array(500).fill(i) };
  const used = i;
  (function () { return big; });
  return function handler() { return used; };
}
for (let i = 0; i < 20; i++) kept.push(makeHandler(i));
</script>"""


def test_a_page(chromium: str, tmp_path: Path) -> None:
    oracle.ensure_built()
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    with chromium_running(chromium, tmp_path, page, "Dead variables") as port:
        (file,) = hn.capture(port=port, out=tmp_path / "a.heapsnapshot", workers=False).files
    snap = hn.load(file, cache=False)
    if snap.graph.raw.scopes is None:
        pytest.skip("this Chromium writes no scopes")
    table = snap.dead_variables().table
    found = zip(table["context_id"], table["variable"], table["node_id"], strict=True)
    expected = oracle.dead_variables(file)
    assert sorted(found) == sorted(
        (one["context_id"], one["variable"], one["node_id"]) for one in expected
    )
    assert len(table) == 20
