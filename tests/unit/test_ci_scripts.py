"""The scripts of ``.ci`` name the step that failed and show why."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="needs bash")

WORKS = "#!/bin/sh\nexit 0\n"
FAILS = "#!/bin/sh\necho 'no such package: left'\necho 'cannot reach the index' >&2\nexit 7\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the scripts, a .venv that is set up, and tools that do nothing."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "tests" / "oracle").mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    os.utime(tmp_path / "pyproject.toml", (0, 0))
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "ci.txt").touch()
    os.utime(tmp_path / "requirements" / "ci.txt", (0, 0))
    (tmp_path / "bin").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / ".set-up").touch()
    for tool in ("npm", "node", "chromium", "python3"):
        write_tool(tmp_path / "bin" / tool, WORKS)
    for tool in ("pip", "ruff", "mypy", "python", "heapnb"):
        write_tool(tmp_path / ".venv" / "bin" / tool, WORKS)
    return tmp_path


def write_tool(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    assert BASH
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [BASH, str(folder / ".ci" / script)],
        env={"PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("script", ["setup", "demo", "run"])
def test_success_prints_nothing(clone: Path, script: str) -> None:
    result = run(clone, script)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("script", ["setup", "demo", "run"])
def test_a_failed_installation_is_named(clone: Path, script: str) -> None:
    (clone / ".venv" / ".set-up").unlink()
    write_tool(clone / ".venv" / "bin" / "pip", FAILS)
    result = run(clone, script)
    assert result.returncode == 7
    assert "installing the packages of requirements/ci.txt into .venv failed with" in result.stderr
    assert "no such package: left\ncannot reach the index\n" in result.stderr
    assert not (clone / ".venv" / ".set-up").exists()


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("bin/npm", "installing the Node packages of tests/oracle"),
        (".venv/bin/mypy", "mypy"),
        (".venv/bin/python", "pytest"),
    ],
)
def test_run_names_the_step_that_failed(clone: Path, tool: str, name: str) -> None:
    write_tool(clone / tool, FAILS)
    result = run(clone, "run")
    assert result.returncode == 7
    assert f"{name} failed with status 7" in result.stderr
    assert "cannot reach the index" in result.stderr


def test_the_demo_says_that_the_report_failed(clone: Path) -> None:
    write_tool(clone / ".venv" / "bin" / "heapnb", FAILS)
    result = run(clone, "demo")
    assert result.returncode == 7
    assert "the report failed with status 7" in result.stderr
