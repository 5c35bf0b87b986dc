"""Array aliases: what the columns of a snapshot are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

BoolArray: TypeAlias = npt.NDArray[np.bool_]
ByteArray: TypeAlias = npt.NDArray[np.uint8]
NodeArray: TypeAlias = npt.NDArray[np.uint32]
"""Node ordinals, or counts of nodes."""
OffsetArray: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
"""CSR offsets: ``uint32`` while they fit, else ``uint64``."""
SizeArray: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
"""Bytes."""
DistanceArray: TypeAlias = npt.NDArray[np.int32]
IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
AnyArray: TypeAlias = npt.NDArray[Any]

ProgressCallback: TypeAlias = Callable[[str, int, int], None]
"""Called with (stage, done, total); total is 0 where it is unknown."""
