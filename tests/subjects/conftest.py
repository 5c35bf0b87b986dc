"""Diagnoses the programs of this folder when a test asks for one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.conftest import REQUIRE_EVERYTHING
from tests.subjects.capture import snapshots_of

Diagnose: TypeAlias = Callable[[str], Diagnosis]


@pytest.fixture(scope="session")
def diagnosed() -> Diagnose:
    """Return a function from a program's name to its diagnosis, each made once."""
    if shutil.which("node") is None:
        if os.environ.get(REQUIRE_EVERYTHING):
            pytest.fail("needs Node", pytrace=False)
        pytest.skip("needs Node")
    return cache(lambda program: diagnose(snapshots_of(program), cache=False, progress=False))
