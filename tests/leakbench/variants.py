"""The shapes in which programs of the leak bench run, their forms, and the versions of Node.js."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.leakbench.cases import Case
from tests.node_versions import NODE_VERSIONS, runtime
from tests.variants.forms import FORMS, TYPESCRIPT, executable

DRIVERS: Final = Path(__file__).parent / "drivers"

CALLED: Final = "called"
TOP_LEVEL: Final = "top-level"
WORKER: Final = "worker"

MAIN_STATE: Final = "main-state"
SHAPES: Final = (CALLED, "events", TOP_LEVEL, "main-loop", MAIN_STATE, WORKER)
"""Who calls ``work``: another module; callbacks of timers; the module itself while it waits at its
top level; an async function that loops; one that has the program's variables as its own; messages
in a worker thread."""

_COMMONJS_ONLY: Final = {
    "arguments_kept": "`arguments` is another thing in strict mode",
    "global_metrics": "strict mode has no undeclared variables",
    "page_counter_object": "its exports are one object",
}
"""Programs that cannot be ES modules, and why."""

_WAITING: Final = (
    "events_on_unread",
    "healthy_keep_alive_agent",
    "healthy_websocket_clients",
    "i18next_language_listeners",
    "undici_client_per_tenant",
    "ws_subscribers",
)
"""Programs that wait at top level in every shape."""

_ESM_ONLY: Final = {"esm_reload": "each import has another URL"}
"""Programs that are ES modules in files of their own, and why."""

_TYPESCRIPT_OUTPUT: Final = "__esModule"
"""In programs that were compiled from TypeScript before they came here."""

_EXPORTS: Final = re.compile(r"^exports\.", re.MULTILINE)

_OLDEST: Final = NODE_VERSIONS[0]
_NEED_NEWER: Final = {"lru-cache", "undici"}
"""Packages that do not run on the oldest Node.js."""


@dataclass(frozen=True)
class Variant:
    """How a program runs.

    Parameters
    ----------
    shape : str
        One of `SHAPES`.
    form : str, optional
        One of `FORMS`; empty for that in which the program is written.
    node : str, optional
        One of `NODE_VERSIONS`; empty for the Node.js on the path.
    """

    shape: str = CALLED
    form: str = ""
    node: str = ""

    def __str__(self) -> str:
        return "/".join((self.shape, self.form or "written", self.node or "node"))

    @property
    def program(self) -> str:
        """The Node.js to run."""
        return runtime(self.node) if self.node else executable("node")


WRITTEN: Final = Variant()
"""As the program is written, on the Node.js of this machine."""


def variants(shapes: list[str], forms: list[str], nodes: list[str]) -> list[Variant]:
    """Return all combinations.

    Parameters
    ----------
    shapes, forms, nodes : list of str
        See `Variant`.

    Returns
    -------
    list of Variant
    """
    return [Variant(shape, form, node) for shape in shapes for form in forms for node in nodes]


ALL: Final = variants(list(SHAPES), list(FORMS), list(NODE_VERSIONS))
"""The whole matrix."""


def form_of(case: Case, variant: Variant) -> str:
    """Return the form in which a program runs.

    Parameters
    ----------
    case : Case
        The program.
    variant : Variant
        How it runs.

    Returns
    -------
    str
        One of `FORMS`.
    """
    if variant.form:
        return variant.form
    if case.is_bundled:
        return "minified"
    return "esm" if case.main.endswith(".mjs") or waits(case, variant) else "commonjs"


def waits(case: Case, variant: Variant) -> bool:
    """Tell whether the program waits at top level: compilers are then to make ES modules.

    Parameters
    ----------
    case : Case
        The program.
    variant : Variant
        How it runs.

    Returns
    -------
    bool
    """
    is_inside = variant.shape == MAIN_STATE
    return variant.shape == TOP_LEVEL or (case.name in _WAITING and not is_inside)


def is_possible(case: Case, variant: Variant) -> bool:
    """Tell whether a program can run in a way.

    Parameters
    ----------
    case : Case
        The program.
    variant : Variant
        How it would run.

    Returns
    -------
    bool
        False also if another form is the same, and where the packages need a newer Node.js.
    """
    form = form_of(case, variant)
    is_waiting = waits(case, variant)
    if is_waiting and form in ("commonjs", "ts-es5"):
        return False  # None of these waits at top level.
    if form in TYPESCRIPT or form == "esm" or is_waiting:
        main = (case.folder / case.main).read_text(encoding="utf-8")
        if case.name in _COMMONJS_ONLY or _TYPESCRIPT_OUTPUT in main:
            return False
        if variant.shape == MAIN_STATE and len(_EXPORTS.findall(main)) > 1:
            return False  # A function does not export.
    if case.name in _ESM_ONLY and form != "esm":
        return False
    return not (variant.node == _OLDEST and _NEED_NEWER.intersection(case.packages))
