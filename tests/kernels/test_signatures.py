"""The list of what is compiled when the package is built, against the kernels there are."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest

from heapnb import kernels
from heapnb.kernels import _build
from heapnb.kernels._jit import IS_DISABLED, Kernel

pytestmark = pytest.mark.skipif(IS_DISABLED, reason="there are no kernels without a compiler")


def all_kernels() -> Iterator[tuple[str, str, Kernel[..., object]]]:
    """Yield module, name and kernel."""
    for found in pkgutil.iter_modules(kernels.__path__):
        if found.name.startswith("_"):
            continue
        module = import_module(f"{kernels.__name__}.{found.name}")
        for name, value in vars(module).items():
            if isinstance(value, Kernel) and value.__module__ == module.__name__:
                yield module.__name__, name, value


def test_each_entry_fits_the_kernel_it_names() -> None:
    n_parameters = {
        (module, name): len(inspect.signature(kernel.py_func).parameters)
        for module, name, kernel in all_kernels()
    }
    for module, name, arguments in _build.read_signatures():
        n_arguments = len(list(_build.split_signature(arguments)))
        assert n_parameters.get((module, name)) == n_arguments, f"{module}.{name}({arguments})"


def test_every_kernel_is_listed_unless_only_kernels_call_it() -> None:
    """Whoever calls a kernel that is not listed waits for numba, on every run for its import."""
    listed = {(module, name) for module, name, _ in _build.read_signatures()}
    inner = {name for _, _, kernel in all_kernels() for name in kernel.py_func.__code__.co_names}
    missing = [
        f"{module}.{name}"
        for module, name, _ in all_kernels()
        if (module, name) not in listed and name not in inner
    ]
    assert not missing, "run commands that use them as CONTRIBUTING.md says, section 'A kernel'"
