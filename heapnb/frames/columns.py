"""Columns of texts, categories and integers, some of which are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.graph import derived

if TYPE_CHECKING:
    from heapnb._typing import AnyArray, BoolArray
    from heapnb.graph import HeapGraph


def texts(values: pa.Array) -> Any:
    """Wrap Arrow strings as a pandas column, without copying; null becomes ``<NA>``."""
    return pd.array(values, dtype=pd.StringDtype("pyarrow"))


def masked(values: AnyArray, is_missing: BoolArray) -> Any:
    """Make a column of integers of which some are ``<NA>``.

    Parameters
    ----------
    values : integer[k]
        The integers; anything where one is missing.
    is_missing : bool[k]
        Which are.

    Returns
    -------
    pandas array
        Of type ``Int64``, ``UInt32`` …, after the integers.
    """
    return pd.arrays.IntegerArray(values, is_missing)


def categorical(codes: AnyArray, categories: pa.Array) -> Any:
    """Make a column of texts from numbers and what they stand for.

    Parameters
    ----------
    codes : unsigned[k]
        Indices into ``categories``.
    categories : pyarrow.Array
        The texts; equal ones become one category.

    Returns
    -------
    pandas.Categorical

    Examples
    --------
    >>> categorical(np.array([0, 1, 2], np.uint8), pa.array(["a", "b", "a"])).codes.tolist()
    [0, 1, 0]
    """
    table = NameTable.of(categories)
    return table.categorical(codes)


@dataclass(frozen=True)
class NameTable:
    """Texts as categories of columns, each once.

    Parameters
    ----------
    dtype : pandas.CategoricalDtype
        The texts.
    code_of : int[n] or None
        Which category each text was put into; None if they are numbered alike.
    code_of_renamed : int32[n] or None
        The same for texts with ``Detached`` before them, where nodes are named so.
    """

    dtype: pd.CategoricalDtype
    code_of: AnyArray | None
    code_of_renamed: AnyArray | None = None

    @classmethod
    def of(cls, values: pa.Array, renamed: AnyArray | None = None) -> NameTable:
        """Number texts.

        Parameters
        ----------
        values : pyarrow.Array
            The texts; equal ones become one category.
        renamed : unsigned[k], optional
            Texts that are also wanted with ``Detached`` before them.

        Returns
        -------
        NameTable
        """
        n_values = len(values)
        if renamed is not None:
            values = pa.concat_arrays([values, with_detached(values.take(pa.array(renamed)))])
        codes = None
        categories = pd.Index(texts(values))
        if not categories.is_unique:
            unique = values.dictionary_encode()
            codes = unique.indices.to_numpy()
            categories = pd.Index(texts(unique.dictionary))
        code_of_renamed = None
        if renamed is not None:
            code_of_renamed = np.zeros(n_values, np.int32)
            new = np.arange(n_values, len(values)) if codes is None else codes[n_values:]
            code_of_renamed[renamed] = new
        return cls(pd.CategoricalDtype(categories), codes, code_of_renamed)

    def categorical(
        self,
        numbers: AnyArray,
        renamed: BoolArray | None = None,
        is_missing: BoolArray | None = None,
    ) -> Any:
        """Make a column of the texts that numbers stand for.

        Parameters
        ----------
        numbers : unsigned[k]
            Indices into the texts.
        renamed : bool[k], optional
            Rows whose text gets ``Detached`` put before it.
        is_missing : bool[k], optional
            Rows without a text.

        Returns
        -------
        pandas.Categorical
        """
        if self.code_of is not None:
            codes = self.code_of[numbers]
        elif numbers.dtype == np.uint32:
            codes = numbers.view(np.int32)
        else:
            codes = numbers
        if renamed is not None and self.code_of_renamed is not None:
            rows = np.flatnonzero(renamed)
            codes = codes.copy()
            codes[rows] = self.code_of_renamed[numbers[rows]]
        if is_missing is not None:
            codes = np.where(is_missing, np.int32(vocab.NO_INDEX), codes)
        return pd.Categorical.from_codes(codes, dtype=self.dtype)


@derived(keep=False)
def name_table(graph: HeapGraph) -> NameTable:
    """Return the names of nodes and edges, shared by all tables of a snapshot."""
    renamed = None
    if graph.renamed is not None and graph.renamed.any():
        renamed = np.unique(graph.node_name[np.flatnonzero(graph.renamed)])
    return NameTable.of(graph.strings, renamed)


def with_detached(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """Put DevTools' ``Detached`` before names."""
    prefix, separator = (pa.scalar(text, names.type) for text in (vocab.DETACHED_PREFIX, ""))
    return pc.binary_join_element_wise(prefix, names, separator)


def by_type(flags: AnyArray) -> AnyArray:
    """Spread one value per type over all that a type column can hold."""
    spread = np.zeros(1 << 8, flags.dtype)
    spread[: len(flags)] = flags
    return spread
