"""Two heap profiles of one program: what grew, by function, file, package and call stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from heapnb._showing import Charted, port
from heapnb.analysis.heap_profiles.call_tree import CallTree
from heapnb.analysis.heap_profiles.functions import numbered
from heapnb.analysis.heap_profiles.profile import By, HeapProfile
from heapnb.kernels.heap_profiles import room
from heapnb.kernels.stacks import add_by_group, merge_stacks

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._showing import Chart

DIFF_SIZES = ("sampled_delta", "sampled_before", "sampled_after")


@dataclass(frozen=True, repr=False, eq=False)
class HeapProfileDiff(Charted):
    """What two heap profiles of one program differ in; see `heapnb.diff_heap_profiles`.

    Parameters
    ----------
    before, after : HeapProfile
        The profiles.
    warnings : tuple of str
        What a reader should know.
    """

    before: HeapProfile
    after: HeapProfile
    warnings: tuple[str, ...] = field(default=())

    @property
    def sampled_delta(self) -> int:
        """Growth in bytes; negative if the later profile has fewer."""
        return self.after.sampled_size - self.before.sampled_size

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each function of either profile, the largest growth first.

        ``function``, ``location``, ``package``; ``sampled_delta``, ``sampled_before`` and
        ``sampled_after``: bytes that the function allocated itself.
        """
        return self._frame("function")

    def by_file(self) -> pd.DataFrame:
        """Compare by script: ``filename``, ``package``, and bytes as in `table`."""
        return self._frame("file")

    def by_package(self) -> pd.DataFrame:
        """Compare by owner: ``package``, ``version``, ``kind``, and bytes as in `table`."""
        return self._frame("package")

    def flame_graph(self) -> Chart:
        """Draw the call stacks that grew: the wider a frame, the more bytes were added.

        Returns
        -------
        Chart
            Notebooks show it.
        """
        return port().chart(self)

    def columns(self, by: By = "function") -> dict[str, list[Any]]:
        """Return the columns of a table as lists; see `HeapProfile.columns`."""
        sizes: dict[tuple[Any, ...], list[int]] = {}
        names: list[str] = []
        for place, profile in enumerate((self.before, self.after)):
            columns = profile.columns(by)
            names = [name for name in columns if not name.startswith("sample")]
            rows = zip(*(columns[name] for name in names), strict=True)
            for key, size in zip(rows, columns["sampled_size"], strict=True):
                sizes.setdefault(key, [0, 0])[place] += size
        # Equal changes stay in the order of the profiles.
        rows_by_growth = sorted(
            ((key, before, after) for key, (before, after) in sizes.items() if before or after),
            key=lambda row: row[1] - row[2],
        )
        return {
            **{
                name: [key[place] for key, _, _ in rows_by_growth]
                for place, name in enumerate(names)
            },
            "sampled_delta": [after - before for _, before, after in rows_by_growth],
            "sampled_before": [before for _, before, _ in rows_by_growth],
            "sampled_after": [after for _, _, after in rows_by_growth],
        }

    @cached_property
    def growth(self) -> HeapProfile:
        """The call stacks with what each grew by; those that shrank have 0 bytes."""
        group, functions = numbered((*self.before.functions, *self.after.functions))
        of_before, of_after = self.before.tree, self.after.tree
        n_before = len(of_before.parent)
        parent = np.concatenate([of_before.parent, of_after.parent + np.uint32(n_before)])
        # What the later root called is put below the earlier one, and merged from there down.
        parent = np.where(parent == n_before, 0, parent).astype(np.uint32)
        function = np.concatenate(
            [of_before.function, of_after.function + np.uint32(len(self.before.functions))]
        )
        merged, above, called = (np.empty(len(parent), np.uint32) for _ in range(3))
        calls = np.asarray(group, np.uint32)[function]
        n_merged = merge_stacks(parent, calls, room(len(parent)), merged, above, called)
        sizes = []
        for part, tree in ((merged[:n_before], of_before), (merged[n_before:], of_after)):
            size = np.zeros(n_merged, np.uint64)
            node = part.copy()
            node[0] = 0
            add_by_group(node, tree.self_size, size)
            sizes.append(size)
        grown = np.where(sizes[1] > sizes[0], sizes[1] - sizes[0], 0).astype(np.uint64)
        tree = CallTree(above[:n_merged].copy(), called[:n_merged].copy(), grown, None)
        return HeapProfile(self.after.name, functions, tree)

    def _frame(self, by: By) -> pd.DataFrame:
        import pandas as pd

        columns = self.columns(by)
        dtypes = {name: "int64" if name.startswith("sampled") else "str" for name in columns}
        return pd.DataFrame(columns).astype(dtypes)


def diff_heap_profiles(before: HeapProfile, after: HeapProfile) -> HeapProfileDiff:
    """Compare two heap profiles of one program.

    Parameters
    ----------
    before, after : HeapProfile
        The earlier and the later one, as `heapnb.read_heap_profile` returns them. Functions are the
        same if name, file, line and column are.

    Returns
    -------
    HeapProfileDiff
        Differences of estimates: small ones may be chance.

    Examples
    --------
    >>> import heapnb as hn
    >>> before = hn.read_heap_profile("first.heapprofile")  # doctest: +SKIP
    >>> hn.diff_heap_profiles(before, hn.read_heap_profile("second.heapprofile"))  # doctest: +SKIP
    """
    own = [{one for one in each.functions if one.file} for each in (before, after)]
    warnings: tuple[str, ...] = ()
    if own[0] and own[1] and not own[0] & own[1]:
        warnings = ("The two profiles have no function in common: are they of one program?",)
    return HeapProfileDiff(before, after, warnings)


__all__ = ["DIFF_SIZES", "HeapProfileDiff", "diff_heap_profiles"]
