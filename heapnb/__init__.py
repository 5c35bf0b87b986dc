"""heapnb: a Jupyter-native forensic toolkit for V8 heap snapshots.

The stub ``__init__.pyi`` declares the public names. Each is imported on first use, so that
``import heapnb`` costs next to nothing.
"""

from __future__ import annotations

from heapnb import _lazy, _showing, capture, timeline
from heapnb._lazy import load_ipython_extension as load_ipython_extension
from heapnb._version import __version__ as __version__

# Two rooms share their name with a function: `heapnb.capture` and `heapnb.timeline`. Python binds
# it to the room when that is first loaded: so load them now (they are empty), and leave the names
# to the functions.
del capture, timeline

__all__ = sorted(["__version__", *_lazy.homes()])  # noqa: PLE0605  read from the stub

_showing.fill(_lazy.Views())


def __getattr__(name: str) -> object:
    if name not in _lazy.homes():
        if name.startswith("_"):
            raise AttributeError(f"module 'heapnb' has no attribute {name!r}")
        from heapnb.errors import UnknownNameError

        raise UnknownNameError("heapnb", name, _lazy.homes())
    value = _lazy.public_name(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
