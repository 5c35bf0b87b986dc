"""``heapnb kit``."""

from __future__ import annotations

from pathlib import Path

from heapnb.capture.kit.kit import kit_script
from tests.cli.conftest import Run


def test_the_command(run: Run, tmp_path: Path) -> None:
    answer = run("kit", tmp_path / "kit")
    assert answer.exit_code == 0
    assert answer.out == ""
    assert "node --require" in answer.err
    assert run("kit", "--print").out == kit_script()
    assert "exists" in run("kit", tmp_path / "kit").complaint
    assert run("kit", tmp_path / "kit", "--force").exit_code == 0
    assert "Name a folder" in run("kit").complaint
    assert "leave DIR away" in run("kit", tmp_path, "--print").complaint
