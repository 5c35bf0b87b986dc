"""Which framework renders a page, and the hooks in which components add and release things.

Frameworks are recognised by the properties of their own objects, which stay in minified bundles, as
the modules of the framework share them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heapnb.decode.links import edges_named, nodes_named
from heapnb.decode.native_listeners import DOCUMENTS
from heapnb.graph import derived
from heapnb.graph.edges import child

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph


@dataclass(frozen=True)
class Framework:
    """A framework that renders components.

    Parameters
    ----------
    name : str
        ``"React"``, ``"Vue"`` …
    adding : str
        The hook in which a component usually adds listeners and timers.
    releasing : str
        What to write so that they are released, as the end of a sentence.
    """

    name: str
    adding: str
    releasing: str


_EFFECT: Final = "return a clean-up function from `{hook}`"
REACT: Final = Framework("React", "useEffect", _EFFECT)
PREACT: Final = Framework("Preact", "useEffect", _EFFECT)
VUE: Final = Framework("Vue", "onMounted", "do so in `onUnmounted`")
SVELTE: Final = Framework(
    "Svelte", "onMount", "return a clean-up function from `onMount`, or do so in `onDestroy`"
)
ANGULAR: Final = Framework("Angular", "ngOnInit", "do so in `ngOnDestroy`")

_SHAPES: Final = (
    (REACT, ("memoizedState", "alternate", "stateNode")),
    (VUE, ("subTree", "vnode", "appContext")),
    (ANGULAR, ("__ngContext__",)),
    (SVELTE, ("teardown", "deps", "prev", "next", "parent", "first")),
    (PREACT, ("__k", "__e", "__c")),
)
"""Properties that one object of each framework has: a fiber, an instance, an effect …"""

_HOOKS: Final = {
    "useEffect": REACT,
    "useLayoutEffect": REACT,
    "useInsertionEffect": REACT,
    "componentDidMount": REACT,
    "onMounted": VUE,
    "setup": VUE,
    "onMount": SVELTE,
    "ngOnInit": ANGULAR,
    "ngAfterViewInit": ANGULAR,
}
_MOST_LOOKED_AT: Final = 32


@derived(keep=False)
def framework_of(graph: HeapGraph) -> Framework | None:
    """Find the framework that renders a page.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    Framework or None
    """
    if not is_page(graph):
        return None
    for framework, names in _SHAPES:
        edges = edges_named(graph, names[0])[:_MOST_LOOKED_AT]
        for node in graph.edge_from(edges).tolist():
            if all(child(graph, node, name) is not None for name in names[1:]):
                return framework
    return None


@derived(keep=False)
def is_page(graph: HeapGraph) -> bool:
    """Tell whether a heap is that of a page in a browser: it has a document."""
    return len(nodes_named(graph, DOCUMENTS, "native")) > 0


def hook_of(texts: Collection[str]) -> str:
    """Find the hook around a call, by the texts in the code around.

    Parameters
    ----------
    texts : collection of str
        See `heapnb.decode.additions.Addition.hooks`.

    Returns
    -------
    str
        Empty if there is none.
    """
    return next((name for name in _HOOKS if name in texts), "")


__all__ = ["Framework", "framework_of", "hook_of", "is_page"]
