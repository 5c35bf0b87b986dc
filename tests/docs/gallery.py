"""Execute the notebooks of the gallery again and store their outputs.

    python -m tests.docs.gallery [NAME…]

Run it after a change of what results show.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat

from heapnb.notebooks.running import run
from heapnb.progress import NOTEBOOK_MARK
from tests.conftest import ROOT

FOLDER = ROOT / "notebooks"


def execute(path: Path) -> None:
    """Run all cells of a notebook in place, without progress bars and warnings."""
    notebook = nbformat.read(path, as_version=4)
    metadata = dict(notebook.metadata)
    run(notebook, FOLDER)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _is_kept(output)]
    # The version of this machine's Python would change with each run.
    notebook.metadata.update(metadata)
    nbformat.write(notebook, path)


def _is_kept(output: Any) -> bool:
    return output.get("name") != "stderr" and NOTEBOOK_MARK not in output.get("metadata", {})


if __name__ == "__main__":
    chosen = sys.argv[1:] or [path.stem for path in sorted(FOLDER.glob("*.ipynb"))]
    for name in chosen:
        execute(FOLDER / f"{name}.ipynb")
        sys.stdout.write(f"{name}\n")
