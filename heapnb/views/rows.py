"""Tables for a terminal and for JSON, without pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rows:
    """What a terminal needs of a DataFrame: importing pandas takes longer than some answers.

    Parameters
    ----------
    columns : dict of str to list
        The values of each column, all of one length; None where one is missing.

    Examples
    --------
    >>> rows = Rows({"class_name": ["Map", "Set"], "count": [2, 7]})
    >>> rows.sorted_by("count").columns
    {'class_name': ['Set', 'Map'], 'count': [7, 2]}
    """

    columns: Mapping[str, list[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def head(self, n: int) -> Rows:
        """Return the first n rows."""
        return Rows({name: values[:n] for name, values in self.columns.items()})

    def take(self, places: Sequence[int]) -> Rows:
        """Return some rows, in the given order."""
        return Rows({name: [v[place] for place in places] for name, v in self.columns.items()})

    def select(self, names: Sequence[str]) -> Rows:
        """Return some columns, in the given order."""
        return Rows({name: self.columns[name] for name in names})

    def sorted_by(self, name: str) -> Rows:
        """Sort by a column, as commands do: texts upwards, numbers downwards, missing ones last.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        Rows
            Equal rows keep their order.
        """
        values = self.columns[name]
        known = [place for place, value in enumerate(values) if value is not None]
        missing = [place for place, value in enumerate(values) if value is None]
        known.sort(key=values.__getitem__, reverse=self.is_numeric(name))
        return self.take([*known, *missing])

    def to_frame(self) -> pd.DataFrame:
        """Return the same as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(dict(self.columns))

    def is_numeric(self, name: str) -> bool:
        """Whether a column has numbers."""
        known = (value for value in self.columns[name] if value is not None)
        return type(next(known, None)) in {int, float}


__all__ = ["Rows"]
