"""What all tests share: the samples, a cache of their own, skipping without Node or Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import heapnb
from heapnb.format.cache import ENVIRONMENT_VARIABLE
from heapnb.kernels import _jit, _native

# No time limit for an example: the first call of a kernel on a machine compiles it.
settings.register_profile("heapnb", deadline=None)
settings.load_profile("heapnb")

ROOT = Path(__file__).parents[1]
PACKAGE = Path(heapnb.__file__).parent
"""The package under test: in the repository, or where a wheel was installed."""

SERIES_NAMES = ("before", "after1", "after2")

REQUIRE_EVERYTHING = "HEAPNB_REQUIRE_EVERYTHING"
"""Set where nothing may be skipped for want of a tool, as in `.ci/run`."""


def find_chromium() -> str | None:
    """Return the Chromium that browser tests use; ``HEAPNB_CHROMIUM`` overrides the search."""
    if override := os.environ.get("HEAPNB_CHROMIUM"):
        return override
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def find_npm() -> str | None:
    """Return npm, which comes with Node."""
    return shutil.which("npm") if shutil.which("node") else None


def find_node() -> str | None:
    """Return Node, which tests the browser's modules without a page."""
    return shutil.which("node")


def find_native_code() -> str | None:
    """Return the object file with kernels, if it was made of these sources."""
    is_usable = _native.is_up_to_date() and not _jit.IS_DISABLED
    return str(_native.OBJECT_FILE) if is_usable else None


_NEEDS: dict[str, tuple[str, Callable[[], str | None]]] = {
    "node": ("Node", find_node),
    "oracle": ("Node and npm", find_npm),
    "browser": ("Chromium", find_chromium),
    "native": ("kernels of this version: python -m heapnb.kernels._build", find_native_code),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool this machine lacks; fail it where everything has to run."""
    for marker, (tools, find) in _NEEDS.items():
        if item.get_closest_marker(marker) is not None and not find():
            reason = f"needs {tools}"
            if os.environ.get(REQUIRE_EVERYTHING):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def cache_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tests out of the user's cache; programs they start inherit this."""
    directory = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT_VARIABLE, str(directory))
        yield directory


def sample_cases() -> list[str]:
    """Return the names of the sample programs."""
    return sorted(path.parent.name for path in (ROOT / "sample_snapshots").glob("*/case.json"))


def sample_series(case: str) -> list[Path]:
    """Return the three snapshots of a sample program, in the order they were taken."""
    folder = ROOT / "sample_snapshots" / case
    return [next(folder.glob(f"{name}.heapsnapshot.*")) for name in SERIES_NAMES]


def fixed_series(case: str) -> list[Path]:
    """Return the three snapshots of a sample program that was mended, in their order."""
    return sample_series(f"{case}/fixed")


def all_samples() -> list[Path]:
    """Return every snapshot of the programs as they are, and of the formats."""
    series = [path for case in sample_cases() for path in sample_series(case)]
    return series + sorted((ROOT / "tests" / "data" / "formats").glob("*.heapsnapshot.*"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium, for tests marked ``browser``."""
    path = find_chromium()
    assert path is not None, "mark the test with pytest.mark.browser"
    return path
