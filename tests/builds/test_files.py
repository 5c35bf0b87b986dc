"""What a wheel and an sdist contain, and that each build makes the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Final

import pytest

from tests.builds.making import PARTS, WORKING_TREE, BuildError, git
from tests.builds.release import build_twice
from tests.conftest import ROOT

KERNELS: Final = 12
"""How many are compiled here, for speed; `.ci/weekly builds` compiles all of them."""

SMOKE_TEST: Final = (ROOT / "tests" / "builds" / "smoke_test.py").read_text(encoding="utf-8")

LARGEST: Final = 4_000_000
"""Bytes that a wheel and an sdist may have."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return an sdist and a wheel, each the same from two builds."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs the repository")
    return build_twice(tmp_path_factory.mktemp("files"), WORKING_TREE, KERNELS)


@pytest.fixture(scope="module")
def sdist(files: list[Path]) -> Path:
    return next(path for path in files if path.name.endswith(".tar.gz"))


@pytest.fixture(scope="module")
def wheel(files: list[Path]) -> Path:
    return next(path for path in files if path.suffix == ".whl")


def tracked() -> set[str]:
    """Return the files of the package as git lists them."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "--", *PARTS)
    return {name for name in listed.splitlines() if (ROOT / name).is_file()}


@pytest.mark.slow
def test_an_sdist_has_what_a_build_needs_and_no_more(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert names == tracked() | {"PKG-INFO"}
    assert sdist.stat().st_size < LARGEST


@pytest.mark.slow
def test_a_wheel_has_the_package_and_its_kernels(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
        index = json.loads(packed.read("heapnb/kernels/_compiled.json"))
    package = {name for name in tracked() if name.startswith("heapnb/")}
    assert names == package | {f"heapnb/kernels/_compiled.{end}" for end in ("o", "json")}
    assert len(index["entries"]) == KERNELS
    assert wheel.stat().st_size < LARGEST


@pytest.mark.slow
def test_a_wheel_is_for_its_platform_and_any_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith(".dist-info/WHEEL"))
        facts = message_from_bytes(packed.read(name))
    interpreter, abi, platform = facts["Tag"].split("-")
    assert (interpreter, abi) == ("py3", "none")
    assert platform != "any"
    assert not platform.startswith("linux_"), "no index of packages accepts it"
    assert facts["Root-Is-Purelib"] == "false"


@pytest.mark.slow
def test_nothing_in_the_files_names_the_machine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        found = packed.read("heapnb/kernels/_compiled.o")
    for place in (str(ROOT), str(Path.home()), "/tmp/"):
        assert place.encode() not in found
    # numba's own names count what a process compiled, and contain addresses.
    assert b"kernel_0" in found
    assert b"_ZN" not in found


@pytest.mark.slow
def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.whl").touch()
    with pytest.raises(BuildError, match="is not empty"):
        build_twice(tmp_path, WORKING_TREE, KERNELS)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with the wheel, and the dependencies of this one."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    environment = without_compiler(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    options = ["--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *options, str(wheel)], env=environment, check=True)
    outer = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(outer) + "\n")
    return folder


def without_compiler(venv: Path) -> dict[str, str]:
    """Return variables whose PATH has no programs but those of an environment."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "CC"}}
    return kept | {"PATH": str(venv / "bin")}


@pytest.mark.slow
def test_the_wheel_runs_its_compiled_kernels_without_a_compiler(installed: Path) -> None:
    program = str(installed / "bin" / "python")
    run = [program, "-c", SMOKE_TEST, str(installed), str(ROOT)]
    ended = subprocess.run(
        run,
        env=without_compiler(installed),
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.slow
def test_the_smoke_test_refuses_sources(installed: Path) -> None:
    command = [sys.executable, "-c", SMOKE_TEST, str(installed), str(ROOT)]
    environment = without_compiler(installed) | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "is not the installed package" in ended.stderr


@pytest.mark.slow
def test_the_smoke_test_refuses_kernels_that_were_not_compiled(installed: Path) -> None:
    command = [str(installed / "bin" / "python"), "-c", SMOKE_TEST, str(installed), str(ROOT)]
    environment = without_compiler(installed) | {"HEAPNB_PRECOMPILED": "0"}
    ended = subprocess.run(
        command, env=environment, cwd=installed, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "no kernel was compiled" in ended.stderr
