"""Kernels that were compiled when heapnb was built: finding them, and calling them.

The build (`heapnb.kernels._build`) writes two files beside this module: an object file with one
function for each kernel and combination of argument types, and an index that lists them. llvmlite
maps the object file into memory within milliseconds; numba is not involved.

A function takes, for each array, its address and its shape; for each scalar, the scalar; and at the
end the address of what it returns. It answers 0, or 1 if memory ran out.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

FOLDER: Final = Path(__file__).parent
OBJECT_FILE: Final = FOLDER / "_compiled.o"
INDEX_FILE: Final = FOLDER / "_compiled.json"

SWITCH: Final = "HEAPNB_PRECOMPILED"
"""Environment variable: ``0`` leaves all kernels to numba."""

_lock = threading.Lock()

_DTYPES: Final = tuple(
    np.dtype(name) for name in ("b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f8")
)
_CODE_OF_DTYPE: Final = {dtype: dtype.str[1:] for dtype in _DTYPES}
_C_TYPES: Final = {
    "b1": ctypes.c_bool,
    "u1": ctypes.c_uint8,
    "u2": ctypes.c_uint16,
    "u4": ctypes.c_uint32,
    "u8": ctypes.c_uint64,
    "i1": ctypes.c_int8,
    "i2": ctypes.c_int16,
    "i4": ctypes.c_int32,
    "i8": ctypes.c_int64,
    "f8": ctypes.c_double,
}
_LARGEST_INT: Final = (1 << 63) - 1
_MOST_RETURNED: Final = 16


def signature_of(args: tuple[Any, ...]) -> str:
    """Describe the types of a call's arguments.

    Parameters
    ----------
    args : tuple
        Arrays, scalars, and tuples of these.

    Returns
    -------
    str
        Such as ``"u4[1] i8 Columns(u4[1] u1[1])"``; empty where an argument is of no such type,
        or is not contiguous.

    Examples
    --------
    >>> signature_of((np.zeros(3, np.uint32), 7, (np.zeros((2, 2)), True)))
    'u4[1] i8 (f8[2] b1)'
    """
    parts = []
    for value in args:
        part = _type_of(value)
        if not part:
            return ""
        parts.append(part)
    return " ".join(parts)


def _type_of(value: Any) -> str:
    kind = type(value)
    if kind is np.ndarray:
        code = _CODE_OF_DTYPE.get(value.dtype)
        flags = value.flags
        is_plain = code is not None and flags.c_contiguous and flags.aligned
        return f"{code}[{value.ndim}]" if is_plain else ""
    if kind is int:
        return "i8" if -_LARGEST_INT <= value <= _LARGEST_INT else ""
    if kind is bool:
        return "b1"
    if kind is float:
        return "f8"
    if isinstance(value, np.generic):
        return _CODE_OF_DTYPE.get(value.dtype, "")
    if isinstance(value, tuple):
        inner = signature_of(value)
        name = kind.__name__ if hasattr(value, "_fields") else ""
        return f"{name}({inner})" if inner else ""
    return ""


@dataclass(frozen=True)
class NativeFunction:
    """A kernel for one combination of argument types.

    Parameters
    ----------
    function : callable
        The machine code, through ctypes.
    returns : str
        ``""`` for None, a code such as ``"i8"`` for a scalar, several for a tuple.
    """

    function: Callable[..., int]
    returns: str

    def __call__(self, args: tuple[Any, ...]) -> Any:
        """Run it; the types of the arguments are the caller's care."""
        out = (ctypes.c_int64 * _MOST_RETURNED)()
        if self.function(*_flattened(args), out):
            raise MemoryError("not enough memory for a kernel")
        if not self.returns:
            return None
        if "," not in self.returns:
            return _returned(out[0], self.returns)
        codes = self.returns.split(",")
        return tuple(_returned(value, code) for value, code in zip(out, codes, strict=False))


def _flattened(args: tuple[Any, ...]) -> Iterator[Any]:
    for value in args:
        if isinstance(value, np.ndarray):
            yield value.__array_interface__["data"][0]
            yield from value.shape
        elif isinstance(value, tuple):
            yield from _flattened(value)
        elif isinstance(value, np.generic):
            yield value.item()
        else:
            yield value


def _returned(value: int, code: str) -> Any:
    """Turn 64 bits into what Python expects of a type."""
    if code == "b1":
        return bool(value)
    return value & 0xFFFF_FFFF_FFFF_FFFF if code == "u8" else value


@cache
def functions_of(module: str, name: str) -> dict[str, NativeFunction]:
    """Return the machine code of a kernel by the types of its arguments.

    Parameters
    ----------
    module, name : str
        Where the kernel is defined.

    Returns
    -------
    dict of str to NativeFunction
        By `signature_of` its arguments; empty where nothing was compiled for this machine.
    """
    with _lock:
        library = _library()
    return {} if library is None else library.functions_of(f"{module}.{name}")


class _Library:
    """The object file, mapped into memory."""

    def __init__(self, engine: Any, entries: list[dict[str, str]]) -> None:
        self._engine = engine
        self._entries: dict[str, list[dict[str, str]]] = {}
        for entry in entries:
            self._entries.setdefault(entry["kernel"], []).append(entry)

    def functions_of(self, kernel: str) -> dict[str, NativeFunction]:
        return {
            entry["arguments"]: NativeFunction(
                ctypes.CFUNCTYPE(ctypes.c_int64, *_c_arguments(entry["arguments"]))(
                    self._engine.get_function_address(entry["symbol"])
                ),
                entry["returns"],
            )
            for entry in self._entries.get(kernel, ())
        }


def _c_arguments(signature: str) -> list[Any]:
    """Return the C types of a function's arguments."""
    types: list[Any] = []
    for part in signature.replace("(", " ").replace(")", " ").split():
        code, bracket, dimensions = part.partition("[")
        if bracket:
            types += [ctypes.c_void_p, *[ctypes.c_int64] * int(dimensions[:-1])]
        elif code in _C_TYPES:
            types.append(_C_TYPES[code])
    return [*types, ctypes.c_void_p]


@cache
def _library() -> _Library | None:
    """Map the object file, if it was built of these sources and for a machine like this one."""
    index = _read_index() if os.environ.get(SWITCH, "1") != "0" else None
    if index is None:
        return None
    import llvmlite.binding as llvm

    if index["triple"] != llvm.get_process_triple():
        return None
    features = llvm.get_host_cpu_features()
    if not all(features.get(feature) for feature in index["features"]):
        return None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_triple(index["triple"]).create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_path(str(OBJECT_FILE)))
    engine.finalize_object()
    return _Library(engine, index["entries"])


def _read_index() -> dict[str, Any] | None:
    """Return the index of the object file if it was made of these sources."""
    try:
        index: dict[str, Any] = json.loads(INDEX_FILE.read_bytes())
    except (OSError, ValueError):
        return None
    return index if index["sources"] == sources_hash() else None


def is_up_to_date(compilers: dict[str, str] | None = None) -> bool:
    """Tell whether there is an object file made of these sources.

    Parameters
    ----------
    compilers : dict of str to str, optional
        Versions that must have made it, for a build. Any version will do for a user.

    Returns
    -------
    bool
    """
    index = _read_index() if OBJECT_FILE.exists() else None
    if index is None:
        return False
    return compilers is None or index.get("compilers") == compilers


def sources_hash() -> str:
    """Identify the sources of all kernels: code that was compiled of others is not used."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(FOLDER.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    for path in (FOLDER / "_signatures.json", FOLDER.parent / "vocab.py"):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
