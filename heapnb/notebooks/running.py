"""Runs notebooks in a kernel of the Python that heapnb is installed in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heapnb.errors import HeapnbError
from heapnb.progress import stage

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SECONDS_TO_START: Final = 120
_LONGEST_MESSAGE: Final = 1_000


def run(notebook: NotebookNode, folder: Path) -> None:
    """Execute all cells of a notebook in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its cells get their outputs.
    folder : Path
        Where it runs: file names are relative to it.

    Raises
    ------
    HeapnbError
        If a cell fails, with what it complained of, or no kernel starts.
    """
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=_spec_manager()),
        # Large heaps take as long as they take.
        timeout=None,
        startup_timeout=_SECONDS_TO_START,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
    )
    n_cells = len(notebook.cells)
    try:
        with stage("Running the cells") as advance:
            client.on_cell_start = lambda **cell: advance(cell["cell_index"], n_cells)
            client.execute()
    except CellExecutionError as error:
        message = f"{error.ename}: {error.evalue}"[:_LONGEST_MESSAGE]
        raise HeapnbError(f"The notebook stopped. {message}") from None
    except (DeadKernelError, RuntimeError) as error:
        raise HeapnbError(
            f"The notebook's kernel stopped: {error}"[:_LONGEST_MESSAGE],
            hint="is there enough memory? execute=False (--no-execute) writes it without outputs.",
        ) from None


def _spec_manager() -> Any:
    """Make kernels run in this Python, whatever kernels the machine has."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            del kernel_name
            # Its messages are for whoever runs servers, not for whoever waits for a notebook.
            quiet = ("--log-level", "ERROR")
            argv = [sys.executable, "-m", "ipykernel_launcher", *quiet, "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="Python 3", language="python")

    return ThisPython()
