"""Compiles kernels ahead of their use: run when heapnb is built, and by hand.

``python -m heapnb.kernels._build`` compiles the combinations of argument types that
``_signatures.json`` lists into one object file (see `heapnb.kernels._native`). With ``--record
FILE`` it adds those that a run with ``HEAPNB_RECORD_KERNELS=FILE`` had to compile.

Each kernel gets a wrapper that takes addresses in place of arrays. numba makes LLVM IR of it for a
processor of the given kind, not for the one that builds, so that a package runs on other machines.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple

import llvmlite
import llvmlite.binding as llvm
import numba
import numpy as np
from numba import types
from numba.extending import overload
from numba.np.numpy_support import from_dtype

from heapnb.kernels import _jit, _native

SIGNATURES_FILE: Final = _native.FOLDER / "_signatures.json"

_PROCESSORS: Final = {
    "x86_64": ("x86-64-v3", ("avx2", "bmi", "bmi2", "fma", "lzcnt", "movbe", "popcnt")),
    "amd64": ("x86-64-v3", ("avx2", "bmi", "bmi2", "fma", "lzcnt", "movbe", "popcnt")),
}
"""LLVM's name of the oldest processor that is compiled for, and the features to look for in one."""

_RUNTIME: Final = """
declare ptr @malloc(i64)
declare void @free(ptr)

define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %alignment = zext i32 %align to i64
  %with_header = add i64 %size, 48
  %total = add i64 %with_header, %alignment
  %block = call ptr @malloc(i64 %total)
  %failed = icmp eq ptr %block, null
  br i1 %failed, label %end, label %fill
fill:
  %address = ptrtoint ptr %block to i64
  %after_header = add i64 %address, 48
  %last = add i64 %alignment, -1
  %beyond = add i64 %after_header, %last
  %mask = sub i64 0, %alignment
  %aligned = and i64 %beyond, %mask
  %data = inttoptr i64 %aligned to ptr
  store i64 1, ptr %block
  %at_destructor = getelementptr i8, ptr %block, i64 8
  store ptr null, ptr %at_destructor
  %at_data = getelementptr i8, ptr %block, i64 24
  store ptr %data, ptr %at_data
  %at_size = getelementptr i8, ptr %block, i64 32
  store i64 %size, ptr %at_size
  br label %end
end:
  ret ptr %block
}

define ptr @NRT_MemInfo_new_varsize_dtor(i64 %size, ptr %destructor) {
  %block = call ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 32)
  ret ptr %block
}

define void @NRT_MemInfo_call_dtor(ptr %block) {
  call void @free(ptr %block)
  ret void
}
"""
"""What compiled code needs of numba's runtime: memory for arrays that a kernel makes for itself.

The layout is that of ``MemInfo`` in numba's ``nrt.h``: a reference count, a destructor, its
argument, the data, the size, an allocator.
"""

_UNDEFINED: Final = re.compile(r"^declare [^@]*@\"?((?!llvm\.)[\w.$]+)", re.MULTILINE)
_PROVIDED: Final = frozenset(re.findall(r"define [^@]*@(\w+)", _RUNTIME))


class Specialisation(NamedTuple):
    """A kernel and the types of its arguments.

    Parameters
    ----------
    module, name : str
        The kernel.
    arguments : str
        As `heapnb.kernels._native.signature_of` writes them.
    """

    module: str
    name: str
    arguments: str


class _Compiled(NamedTuple):
    """The LLVM IR of a specialisation."""

    specialisation: Specialisation
    ir: str
    symbol: str
    returns: str


def read_signatures() -> list[Specialisation]:
    """Read which combinations of argument types are compiled.

    Returns
    -------
    list of Specialisation
    """
    return [Specialisation(*entry) for entry in json.loads(SIGNATURES_FILE.read_text("utf-8"))]


def add_signatures(recorded: Path) -> None:
    """Add what a run recorded to the list.

    Parameters
    ----------
    recorded : Path
        The file that ``HEAPNB_RECORD_KERNELS`` named.
    """
    known = set(read_signatures()) if SIGNATURES_FILE.exists() else set()
    lines = recorded.read_text("utf-8").splitlines()
    found = known | {Specialisation(*json.loads(line)) for line in lines}
    entries = [json.dumps(entry) for entry in sorted(found) if entry.arguments]
    SIGNATURES_FILE.write_text("[\n  " + ",\n  ".join(entries) + "\n]\n", "utf-8")


def build() -> tuple[Path, Path]:
    """Compile all kernels that are listed, unless that is done.

    Returns
    -------
    tuple of Path
        The object file and its index.
    """
    files = (_native.OBJECT_FILE, _native.INDEX_FILE)
    if _native.is_up_to_date(_compilers()):
        return files
    processor, features = _PROCESSORS.get(platform.machine().lower(), ("generic", ()))
    os.environ |= {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""}
    specialisations = read_signatures()
    # Workers are new processes: numba reads its settings when they import it.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        compiled = [one for one in pool.map(_compile, specialisations, chunksize=4) if one]
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.get_process_triple()
    module = llvm.parse_assembly(_RUNTIME)
    module.triple = triple
    entry_points = []
    for number, one in enumerate(compiled):
        entry_points.append(f"kernel_{number}")
        module.link_in(_with_names_of_its_own(one, entry_points[-1]))
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=processor, opt=3, reloc="pic", codemodel="default", jit=True
    )
    _native.OBJECT_FILE.write_bytes(machine.emit_object(module))
    index = {
        "sources": _native.sources_hash(),
        "compilers": _compilers(),
        "triple": triple,
        "features": features,
        "entries": [
            {
                "kernel": f"{one.specialisation.module}.{one.specialisation.name}",
                "arguments": one.specialisation.arguments,
                "symbol": symbol,
                "returns": one.returns,
            }
            for one, symbol in zip(compiled, entry_points, strict=True)
        ],
    }
    _native.INDEX_FILE.write_text(json.dumps(index), "utf-8")
    return files


def _compilers() -> dict[str, str]:
    """Return the versions that the machine code depends on, besides the sources."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "numpy": np.__version__,
    }


def _with_names_of_its_own(one: _Compiled, entry_point: str) -> llvm.ModuleRef:
    """Return the module of a kernel, with its entry point under a name and all else private.

    numba's names count the functions of a process, and contain addresses. With them, two builds
    would differ: the workers do not always compile the same kernels.
    """
    module = llvm.parse_assembly(one.ir)
    values = [*module.functions, *module.global_variables]
    for number, value in enumerate(value for value in values if not value.is_declaration):
        if value.name == one.symbol:
            value.name = entry_point
        else:
            value.linkage = "internal"
            value.name = f"{entry_point}_{number}"
    return module


def _compile(specialisation: Specialisation) -> _Compiled | None:
    """Compile one kernel; None if it needs more of a runtime than there is."""
    # Nothing calls these from Python, and nothing is kept but the result.
    _jit.NUMBA_OPTIONS.update(
        {"cache": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    )
    module = importlib.import_module(specialisation.module)
    dispatcher = getattr(module, specialisation.name).dispatcher
    wrapper = _Wrapper(dispatcher, vars(module))
    arguments = wrapper.add(specialisation.arguments)
    function = wrapper.function(arguments)
    compiled = numba.cfunc(types.int64(*wrapper.types), nopython=True, error_model="numpy")(
        function
    )
    ir = compiled.inspect_llvm()
    missing = set(_UNDEFINED.findall(ir)) - _PROVIDED
    if missing:
        warnings.warn(f"{specialisation.name} needs {', '.join(missing)}", stacklevel=1)
        return None
    (returned,) = wrapper.returned
    scalars = returned.types if isinstance(returned, types.BaseTuple) else [returned]
    codes = ",".join(_code_of(one) for one in scalars if one != types.none)
    return _Compiled(specialisation, ir, compiled.native_name, codes)


def _code_of(scalar: Any) -> str:
    """Return the code of a numba type, as in signatures."""
    return np.dtype(str(scalar)).str[1:]


class _Wrapper:
    """The source of a function that takes addresses and calls a kernel with arrays."""

    def __init__(self, dispatcher: Any, names: dict[str, Any]) -> None:
        self.types: list[Any] = []
        self._names = names
        self._parameters: list[str] = []
        self.returned: set[Any] = set()
        self._globals = {
            "__name__": __name__,
            "kernel": dispatcher,
            "carray": numba.carray,
            "store": _store_function(self.returned),
        }

    def add(self, signature: str) -> list[str]:
        """Add parameters for arguments of some types; return the expressions of these."""
        return [self._add(part) for part in split_signature(signature)]

    def _add(self, part: str) -> str:
        if part.endswith(")"):
            name, _, inner = part[:-1].partition("(")
            items = ", ".join(self.add(inner))
            if not name:
                return f"({items},)"
            self._globals[name] = self._names[name]
            return f"{name}({items})"
        code, bracket, dimensions = part.partition("[")
        # numba has no pointers to bool; bytes look the same in memory.
        scalar = _scalar_type(code)
        if not bracket:
            return self._parameter(scalar)
        address = self._parameter(types.CPointer(_scalar_type("u1") if code == "b1" else scalar))
        shape = [self._parameter(types.intp) for _ in range(int(dimensions[:-1]))]
        array = f"carray({address}, ({', '.join(shape)},))"
        if code != "b1":
            return array
        self._globals["boolean"] = np.bool_
        return f"{array}.view(boolean)"

    def _parameter(self, kind: Any) -> str:
        name = f"p{len(self.types)}"
        self.types.append(kind)
        self._parameters.append(name)
        return name

    def function(self, arguments: list[str]) -> Any:
        """Make the function."""
        out = self._parameter(types.CPointer(types.int64))
        source = (
            f"def wrapper({', '.join(self._parameters)}):\n"
            "    try:\n"
            f"        store({out}, kernel({', '.join(arguments)}))\n"
            "    except Exception:\n"
            "        return 1\n"
            "    return 0\n"
        )
        exec(source, self._globals)  # noqa: S102  it is made of names and numbers here
        return self._globals["wrapper"]


def split_signature(signature: str) -> Iterator[str]:
    """Split a signature at the spaces that are not within parentheses."""
    depth, start = 0, 0
    for place, character in enumerate(signature):
        depth += (character == "(") - (character == ")")
        if character == " " and depth == 0:
            yield signature[start:place]
            start = place + 1
    if signature:
        yield signature[start:]


def _scalar_type(code: str) -> Any:
    return from_dtype(np.dtype(code))


def _store_function(returned: set[Any]) -> Any:
    """Return what writes a result to an address, whatever its type; note the type."""

    def store(out: Any, value: Any) -> None:
        raise NotImplementedError

    @overload(store, inline="always", strict=False)
    def _overload(out: Any, value: Any) -> Any:
        returned.add(types.unliteral(value))
        if isinstance(value, types.BaseTuple):
            lines = [f"    out[{place}] = value[{place}]" for place in range(len(value.types))]
        elif isinstance(value, types.NoneType):
            lines = ["    pass"]
        else:
            lines = ["    out[0] = value"]
        made: dict[str, Any] = {"__name__": __name__}
        exec("def impl(out, value):\n" + "\n".join(lines), made)  # noqa: S102  see above
        return made["impl"]

    return store


def main() -> None:
    """Compile, after adding what a run recorded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", type=Path, metavar="FILE", help="add what FILE lists first")
    options = parser.parse_args()
    if options.record is not None:
        add_signatures(options.record)
    build()


if __name__ == "__main__":
    main()
