"""Plug-ins: objects that other installed packages add by entry points.

docs/plugins.md describes the interface. Each registry asks for its own kind when it is first used,
so `import heapnb` and ``heapnb --help`` read no entry points. A plug-in that fails is named in a
warning and left out; what asked goes on without it.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from heapnb.errors import HeapnbError
from heapnb.literals import cut, visible

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

INTERFACE: Final = 1
"""The version of the interface; docs/plugins.md says what does not change within a version."""

VARIABLE: Final = "HEAPNB_PLUGINS"
"""Environment variable; ``0`` disables all plug-ins."""

DETECTORS: Final = "heapnb.detectors"
WORDS: Final = "heapnb.words"
TABLES: Final = "heapnb.tables"
KNOWN_LEAKS: Final = "heapnb.known_leaks"
GROUPS: Final = (DETECTORS, WORDS, TABLES, KNOWN_LEAKS)
"""The groups of entry points."""

_LONGEST_PROBLEM: Final = 300

_Made = TypeVar("_Made")


class PluginWarning(UserWarning):
    """A plug-in failed and is left out."""


class PluginError(HeapnbError):
    """A plug-in does not keep to the interface."""


@dataclass(eq=False)
class Plugin:
    """One entry point of an installed package.

    Parameters
    ----------
    group : str
        One of `GROUPS`.
    name : str
        The name of the entry point.
    package, version : str
        The package that it belongs to.
    problem : str or None
        Why it is left out.
    """

    group: str
    name: str
    package: str
    version: str
    problem: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def source(self) -> str:
        """The package with its version."""
        return f"{self.package} {self.version}".strip()

    @property
    def state(self) -> str:
        """Whether it is used: ``"ready"``, ``"broken"`` or ``"off"``."""
        if is_off():
            return "off"
        return "ready" if self.problem is None else "broken"

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Leave the plug-in out if the block fails, and warn once with its name."""
        try:
            yield
        except (Exception, SystemExit) as error:  # noqa: BLE001  the code of others may raise anything
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if self.problem is not None:
                return
            self.problem = described(error)
        warnings.warn(
            f"The plug-in `{self.name}` of {self.source} ({self.group}) is left out: "
            f"{self.problem}",
            PluginWarning,
            stacklevel=2,
        )


@dataclass(frozen=True)
class Plugged(Generic[_Made]):
    """What a plug-in provides.

    Parameters
    ----------
    plugin : Plugin
        Where it is from.
    value : object
        The checked object.
    """

    plugin: Plugin
    value: _Made


_found: dict[str, tuple[tuple[Plugin, EntryPoint], ...]] = {}
_loaded: dict[str, tuple[Plugged[Any], ...]] = {}
_lock = threading.RLock()


def is_off() -> bool:
    """Tell whether the user disabled plug-ins."""
    return os.environ.get(VARIABLE, "").strip() == "0"


def found(group: str) -> tuple[Plugin, ...]:
    """List the plug-ins of a group without importing them.

    Parameters
    ----------
    group : str
        One of `GROUPS`.

    Returns
    -------
    tuple of Plugin
        In alphabetical order of names.
    """
    return tuple(plugin for plugin, _ in _entries(group))


def loaded(group: str, made: Callable[[Plugin, Any], _Made]) -> tuple[Plugged[_Made], ...]:
    """Import the plug-ins of a group, once in a process.

    Parameters
    ----------
    group : str
        One of `GROUPS`.
    made : callable
        Checks what an entry point refers to, and returns what to use.

    Returns
    -------
    tuple of Plugged
        Those that work; without any where `VARIABLE` disables them.
    """
    if is_off():
        return ()
    with _lock:
        if group not in _loaded:
            working: list[Plugged[_Made]] = []
            for plugin, entry in _entries(group):
                with plugin.guarded():
                    working.append(Plugged(plugin, made(plugin, entry.load())))
            _loaded[group] = tuple(working)
        return _loaded[group]


def check_interface(value: object) -> None:
    """Refuse what was written for another version of the interface.

    Parameters
    ----------
    value : object
        What an entry point refers to.

    Raises
    ------
    PluginError
        If its attribute ``interface`` is not `INTERFACE`.
    """
    version = getattr(value, "interface", None)
    if version != INTERFACE:
        raise PluginError(
            f"it is written for interface {version}, and this heapnb has interface {INTERFACE}."
            if version is not None
            else f"it lacks the attribute interface = {INTERFACE}."
        )


def forget() -> None:
    """Read entry points again when they are next asked for."""
    with _lock:
        _found.clear()
        _loaded.clear()


def _entries(group: str) -> tuple[tuple[Plugin, EntryPoint], ...]:
    with _lock:
        if group not in _found:
            # Slow to load.
            from importlib.metadata import entry_points

            entries = sorted(entry_points(group=group), key=lambda entry: entry.name)
            _found[group] = tuple(
                (
                    Plugin(
                        group,
                        visible(entry.name),
                        visible(entry.dist.name if entry.dist else "an unnamed package"),
                        visible(entry.dist.version if entry.dist else ""),
                    ),
                    entry,
                )
                for entry in entries
            )
        return _found[group]


def described(error: BaseException) -> str:
    """Write an error of a plug-in's code on one line, with its class unless it is ours."""
    text = str(error).strip()
    if not isinstance(error, PluginError):
        name = type(error).__name__
        text = f"{name}: {text}" if text else f"{name}."
    return cut(visible(text), _LONGEST_PROBLEM)


__all__ = [
    "DETECTORS",
    "GROUPS",
    "INTERFACE",
    "KNOWN_LEAKS",
    "TABLES",
    "VARIABLE",
    "WORDS",
    "Plugged",
    "Plugin",
    "PluginError",
    "PluginWarning",
    "check_interface",
    "described",
    "forget",
    "found",
    "is_off",
    "loaded",
]
