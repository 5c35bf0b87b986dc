"""A sampling heap profile: who allocated what is alive, by function, file, package and stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from heapnb._showing import Charted, port
from heapnb.analysis.heap_profiles.call_tree import CallTree
from heapnb.analysis.heap_profiles.functions import Functions
from heapnb.analysis.packages import Package
from heapnb.errors import HeapnbError

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._showing import Chart

By = Literal["function", "file", "package", "stack"]
"""What a table has a row for."""

COLUMNS: Final[dict[By, tuple[str, ...]]] = {
    "function": ("function", "location", "package"),
    "file": ("filename", "package"),
    "package": ("package", "version", "kind"),
    "stack": ("function", "location", "callers"),
}
"""The columns that say what a row is about."""

SIZES: Final = ("sampled_size", "sampled_share", "sampled_total", "sample_count")
_ARROW: Final = " ← "
_MOST_CALLERS: Final = 32


@dataclass(frozen=True, repr=False, eq=False)
class HeapProfile(Charted):
    """A sampling heap profile; see `heapnb.read_heap_profile`.

    Parameters
    ----------
    name : str
        The file.
    functions : sequence of Function
        The functions that occur in call stacks.
    tree : CallTree
        The call stacks, as flat arrays.
    warnings : tuple of str
        What a reader should know.
    """

    name: str
    functions: Functions = field(repr=False)
    tree: CallTree = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def sampled_size(self) -> int:
        """Bytes that all samples stand for, scaled by the engine to the whole heap."""
        return self.tree.whole

    @property
    def sample_count(self) -> int | None:
        """Number of samples; None if the file has none, as those of Node.js 10."""
        count = self.tree.sample_count
        return None if count is None else int(count.sum())

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each function that allocated or called one that did, the largest first.

        ``function``, ``location`` (``file.js:12:5``), ``package``; ``sampled_size``: bytes that it
        allocated itself; ``sampled_share`` of all bytes; ``sampled_total``: with its callees;
        ``sample_count``, ``<NA>`` if the file has no samples.
        """
        return self._frame("function")

    def by_file(self) -> pd.DataFrame:
        """Sum by script: ``filename``, ``package``, and sizes as in `table`.

        ``sampled_total`` are the bytes of all stacks that contain a function of the script.
        """
        return self._frame("file")

    def by_package(self) -> pd.DataFrame:
        """Sum by owner: ``package``, ``version``, ``kind`` (npm, runtime, own), and sizes."""
        return self._frame("package")

    @cached_property
    def stacks(self) -> pd.DataFrame:
        """One row for each call stack that allocated something, the largest first.

        ``function``, ``location``, ``callers`` (the nearest first), ``sampled_size``,
        ``sampled_share``, ``sample_count``.
        """
        return self._frame("stack")

    def flame_graph(self) -> Chart:
        """Draw the call stacks: the wider a frame, the more bytes were allocated in it and below.

        Returns
        -------
        Chart
            Notebooks show it.
        """
        return port().chart(self)

    def columns(self, by: By = "function") -> dict[str, list[Any]]:
        """Return the columns of a table as lists, with None for what is missing.

        Parameters
        ----------
        by : {"function", "file", "package", "stack"}
            What there is a row for.

        Returns
        -------
        dict of str to list
            Like `table`, `by_file`, `by_package` and `stacks`, without pandas.

        Raises
        ------
        HeapnbError
            If ``by`` is something else.
        """
        if by not in get_args(By):
            raise HeapnbError(f"by must be one of {', '.join(get_args(By))} (got {by!r}).")
        if by == "stack":
            return self._stack_columns()
        root = int(self.tree.function[0])
        group = first = np.arange(len(self.functions))
        if by != "function":
            group, first = self.functions.groups(root, by_package=by == "package")
        sums = self.tree.sums(group, len(first))
        order = sums.order()
        order = order[np.where(first == root, sums.own, sums.with_callees)[order] > 0]
        own, whole = sums.own[order], self.sampled_size
        return {
            **_names(by, self.functions.at(first[order])),
            "sampled_size": own.tolist(),
            "sampled_share": (own / whole).tolist() if whole else [],
            "sampled_total": sums.with_callees[order].tolist(),
            "sample_count": [None] * len(order)
            if sums.count is None
            else sums.count[order].tolist(),
        }

    def _stack_columns(self) -> dict[str, list[Any]]:
        nodes = self.tree.largest().tolist()
        stacks = [self.tree.calls(node) for node in nodes]
        sizes = self.tree.self_size[nodes].tolist() if nodes else []
        count = self.tree.sample_count
        whole = self.sampled_size
        return {
            **_names("stack", self.functions.at(self.tree.function[nodes])),
            "callers": [
                _ARROW.join(self.functions[one].label for one in stack[1 : 1 + _MOST_CALLERS])
                or None
                for stack in stacks
            ],
            "sampled_size": sizes,
            "sampled_share": [size / whole for size in sizes],
            "sample_count": [None] * len(nodes) if count is None else count[nodes].tolist(),
        }

    def _frame(self, by: By) -> pd.DataFrame:
        import pandas as pd

        columns = self.columns(by)
        dtypes = {
            name: "float64" if name == "sampled_share" else "Int64" if name in SIZES else "str"
            for name in columns
        }
        return pd.DataFrame(columns).astype(dtypes)


def _names(by: By, functions: Functions) -> dict[str, list[Any]]:
    """Return the columns that say what the rows are about."""
    match by:
        case "function":
            return {
                "function": functions.labels,
                "location": functions.locations,
                "package": _written(functions.packages),
            }
        case "file":
            return {"filename": functions.files, "package": _written(functions.packages)}
        case "package":
            packages = functions.packages
            return {
                "package": [one.name for one in packages],
                "version": [one.version for one in packages],
                "kind": [one.kind for one in packages],
            }
        case "stack":
            return {"function": functions.labels, "location": functions.locations}


def _written(packages: list[Package]) -> list[str]:
    """Name packages with their versions, each once."""
    names = {one: str(one) for one in set(packages)}
    return [names[one] for one in packages]


__all__ = ["COLUMNS", "SIZES", "By", "HeapProfile"]
