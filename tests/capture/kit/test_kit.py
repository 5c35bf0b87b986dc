"""``hn.kit`` and ``heapnb kit``: the files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.capture.kit.kit import kit_script
from heapnb.capture.plan import coefficients, predict
from heapnb.errors import HeapnbError
from tests.capture.kit.running import KIT
from tests.conftest import ROOT


def test_two_files(tmp_path: Path) -> None:
    files = hn.kit(tmp_path / "kit")
    assert [file.name for file in files] == ["heapnb-kit.cjs", "README.md"]
    assert files[0].read_text() == kit_script()
    # The program that loads it may run as another user.
    assert files[0].stat().st_mode & 0o777 == 0o644


def test_existing_files_stay(tmp_path: Path) -> None:
    (tmp_path / "heapnb-kit.cjs").write_text("mine")
    with pytest.raises(HeapnbError, match="exists"):
        hn.kit(tmp_path)
    assert (tmp_path / "heapnb-kit.cjs").read_text() == "mine"
    hn.kit(tmp_path, force=True)
    assert (tmp_path / "heapnb-kit.cjs").read_text() == kit_script()


def test_the_version_is_heapnbs() -> None:
    assert f'const VERSION = "{hn.__version__}";' in kit_script()


def test_the_documentation_lists_the_settings() -> None:
    head = kit_script().split("const fs")[0]
    page = (ROOT / "docs" / "kit.md").read_text()
    names = [word for word in head.split() if word.startswith("HEAPNB_KIT_")]
    assert len(names) > 10
    assert [name for name in names if name.strip("`") not in page] == []


def test_the_kit_has_the_coefficients_of_the_plan() -> None:
    literal = kit_script().split("const COST = ")[1].split(";\n")[0]
    assert json.loads(literal) == coefficients()


@pytest.mark.node
def test_the_kit_predicts_as_the_plan_does() -> None:
    cases = [(5_000_000, "16.20.2"), (80_000_000, "20.20.2"), (900_000_000, "24.1.0")]
    script = "console.log(JSON.stringify(JSON.parse(process.argv[1]).map((c) => predict(...c))))"
    source = f"const {{ predict }} = require({json.dumps(str(KIT))}); {script}"
    done = subprocess.run(
        ["node", "-e", source, json.dumps([*cases, (80_000_000, "20.20.2", 3_000_000)])],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "HEAPNB_KIT": "off"},
    )
    expected = [predict(heap, f"node.js/v{version}")[0] for heap, version in cases]
    expected.append(predict(80_000_000, "node.js/v20.20.2", nodes=3_000_000)[0])
    for found, cost in zip(json.loads(done.stdout), expected, strict=True):
        assert found["pause_ms"] == pytest.approx(cost.pause_ms, abs=1)
        assert found["extra_bytes"] == pytest.approx(cost.extra_bytes, abs=1000)
        assert found["file_bytes"] == pytest.approx(cost.file_bytes, abs=1000)
