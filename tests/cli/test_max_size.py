"""``--max-size`` holds for every command that reads files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.unit.test_size_limits import GC_LINE, PROFILE, SAMPLE, SNAPSHOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "ab":
        (tmp_path / name).write_bytes(SNAPSHOT)
    (tmp_path / "memory.log").write_bytes(SAMPLE * 9)
    (tmp_path / "gc.log").write_bytes(GC_LINE * 9)
    (tmp_path / "a.heapprofile").write_text(json.dumps(PROFILE))
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("gclog", "{}/gc.log"),
        ("timeline", "{}/memory.log"),
        ("heapprofile", "{}/a.heapprofile"),
        ("diagnose", "{}/a"),
        ("diff", "{}/a", "{}/b"),
        ("redact", "{}/a", "{}/out"),
    ],
)
def test_every_command_honours_the_limit(
    arguments: tuple[str, ...], folder: Path, run: Run
) -> None:
    words = [word.format(folder) for word in arguments]
    refused = run(*words, "--max-size", "70")
    assert refused.exit_code == 2
    assert "is larger than allowed: more than 70 bytes." in refused.err
    assert run(*words, "--max-size", "1MB").exit_code == 0


def test_a_server_is_configured_with_its_limit(run: Run, folder: Path) -> None:
    shown = run("mcp", "--print-config", "--root", folder, "--max-size", "5GB").out
    assert "--max-size" in shown
    assert "5000000000" in shown
