"""``import heapnb``, ``heapnb --help`` and the refusal of a missing file load next to nothing.

The list of constructors, the first answer that most people ask for, needs no pandas.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PACKAGE, sample_series

COSTLY = {
    "IPython",
    "anywidget",
    "fsspec",
    "graphviz",
    "ipywidgets",
    "jinja2",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "rich",
}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level packages that a statement imports in a fresh interpreter."""
    program = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(answer.stdout.splitlines()[-1])}


COMMANDS = (
    *("summary", "constructors", "diagnose", "report", "notebook", "closures", "strings"),
    *("find", "export", "redact"),
)


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"from heapnb.cli import main; main(['{command}', '/no/such.heapsnapshot'])"
            for command in COMMANDS
        ),
        "from heapnb.cli import main; main(['diff', '/no/a.heapsnapshot', '/no/b.heapsnapshot'])",
        "from heapnb.cli import main; main(['retainers', '/no/such.heapsnapshot', '@1'])",
        "from heapnb.cli import main; main(['sql', '/no/such.heapsnapshot', 'select 1'])",
        "import heapnb",
        "import heapnb.cli",
        "from heapnb.cli import main; main(['--help'])",
        "from heapnb.cli import main; main(['diagnose', '--help'])",
        "from heapnb.cli import main; main(['cache', '--help'])",
    ],
)
def test_nothing_costly_is_loaded(statement: str) -> None:
    assert not loaded_by(statement) & COSTLY


@pytest.mark.native
@pytest.mark.parametrize("options", [[], ["--json"], ["--by-name", "--sort", "count"]])
def test_constructors_are_listed_without_pandas(options: list[str]) -> None:
    arguments = ["constructors", str(sample_series("listener_per_request")[0]), *options]
    # The first run fills the cache, the second one reads it.
    for _ in range(2):
        loaded = loaded_by(f"from heapnb.cli import main; main({arguments!r})")
        assert not loaded & {"pandas", "numba", "IPython"}


def test_sentences_need_no_front_end() -> None:
    """``heapnb diagnose --json`` writes them, too."""
    loaded = loaded_by("import heapnb.views.wording")
    assert not loaded & {"IPython", "graphviz", "ipywidgets", "jinja2", "pandas", "rich"}


def test_openings_convert_no_arrays_through_pandas() -> None:
    """In pyarrow, these import pandas; `heapnb.format.arrow` has what replaces them."""
    calls = ("pa.array(", "pa.scalar(", ".to_numpy(")
    for room in ("format", "graph"):
        for path in (PACKAGE / room).glob("*.py"):
            code = path.read_text("utf-8")
            assert path.name == "arrow.py" or not any(call in code for call in calls), path
