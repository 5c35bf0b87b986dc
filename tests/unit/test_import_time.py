"""``import heapnb``, ``heapnb --help`` and the refusal of a missing file load next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

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
