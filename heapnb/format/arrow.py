"""Arrays between numpy and Arrow, without copies and without pandas.

``pyarrow.array`` and ``to_numpy`` import pandas, which takes longer than opening a small snapshot.
What every opening needs goes through these functions instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, ByteArray, IntArray


def to_arrow(values: AnyArray) -> pa.Array:
    """Make an Arrow array of numbers or truth values.

    Parameters
    ----------
    values : integer[n], float[n] or bool[n]
        Numbers or truth values.

    Returns
    -------
    pyarrow.Array
        It shares the memory of contiguous numbers.

    Examples
    --------
    >>> to_arrow(np.array([3, 1], np.uint32)).to_pylist()
    [3, 1]
    """
    if values.dtype == np.bool_:
        buffer = np.packbits(values, bitorder="little")
    else:
        buffer = np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(buffer)])


def to_numpy(array: pa.Array) -> AnyArray:
    """Return the numbers or truth values of an Arrow array.

    Parameters
    ----------
    array : pyarrow.Array
        Integers, floats or booleans, without nulls.

    Returns
    -------
    integer[n], float[n] or bool[n]
        Numbers are read-only and share the memory of the array.

    Examples
    --------
    >>> to_numpy(pa.array([True, False, True])[1:]).tolist()
    [False, True]
    """
    start, stop = array.offset, array.offset + len(array)
    buffer = array.buffers()[1] if len(array) else b""
    if pa.types.is_boolean(array.type):
        bits = np.frombuffer(buffer, np.uint8)
        return np.unpackbits(bits, count=stop if len(array) else 0, bitorder="little")[start:].view(
            np.bool_
        )
    return np.frombuffer(buffer, array.type.to_pandas_dtype())[start:stop]


def to_texts(texts: Sequence[str | None]) -> pa.LargeStringArray:
    """Make an Arrow array of texts.

    Parameters
    ----------
    texts : sequence of str or None
        Without lone surrogates; None becomes null.

    Returns
    -------
    pyarrow.LargeStringArray

    Examples
    --------
    >>> to_texts(["é", ""]).to_pylist()
    ['é', '']
    >>> to_texts([None, "a"]).to_pylist()
    [None, 'a']
    """
    encoded = [b"" if text is None else text.encode() for text in texts]
    is_known = np.array([text is not None for text in texts], np.bool_)
    known = None if is_known.all() else pa.py_buffer(np.packbits(is_known, bitorder="little"))
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return pa.LargeStringArray.from_buffers(
        len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)), known
    )


def to_text(text: str) -> pa.LargeStringScalar:
    """Make an Arrow text, to compare others with.

    Parameters
    ----------
    text : str
        Without lone surrogates.

    Returns
    -------
    pyarrow.LargeStringScalar

    Examples
    --------
    >>> to_text("Map").as_py()
    'Map'
    """
    return to_texts([text])[0]


def string_buffers(strings: pa.LargeStringArray) -> tuple[IntArray, ByteArray]:
    """Give kernels access to an Arrow string array, without copying.

    Parameters
    ----------
    strings : pyarrow.LargeStringArray
        Without nulls.

    Returns
    -------
    offsets : int64[n + 1]
        String i is ``text[offsets[i]:offsets[i + 1]]``.
    text : uint8[m]
        UTF-8.
    """
    _, offset_buffer, text_buffer = strings.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)
    offsets = offsets[strings.offset : strings.offset + len(strings) + 1]
    if text_buffer is None or text_buffer.size == 0:
        return offsets, np.empty(0, np.uint8)
    return offsets, np.frombuffer(text_buffer, np.uint8)
