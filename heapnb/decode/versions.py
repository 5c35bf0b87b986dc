"""Versions that a program has in its memory: of the runtime, and of npm packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from heapnb.decode.hashtables import entries
from heapnb.decode.links import has_type, owners_of, property_of, string_values

if TYPE_CHECKING:
    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_ENGINE: Final = "v8"
"""A property of ``process.versions`` and of ``Deno.version``, and hardly of another object."""

_DISCLOSED: Final = {"svelte": ("__svelte", "v")}
"""By package, the global variable that tells the version, and the property with it."""

_OF_MANIFESTS: Final = ("dependencies", "devDependencies", "license", "main", "repository")
"""Properties of a package.json one of which an object has, to be taken for one."""


def runtime_versions(graph: HeapGraph, name: str) -> tuple[str, ...]:
    """Return the version of the runtime or of a part of it.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    name : str
        As ``process.versions`` or ``Deno.version`` calls it: ``"node"``, ``"undici"``.

    Returns
    -------
    tuple of str
        None or one; more only if a program has objects that look the same.
    """
    nodes, _ = owners_of(graph, _ENGINE)
    return _texts(graph, property_of(graph, nodes, name))


def manifest_versions(graph: HeapGraph, package: str) -> tuple[str, ...]:
    """Return the version of a package whose package.json the program has loaded.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    package : str
        Name of the package.

    Returns
    -------
    tuple of str
        Each version once.
    """
    nodes, versions = owners_of(graph, "version")
    names = string_values(graph, property_of(graph, nodes, "name"))
    is_wanted = pc.fill_null(pc.equal(names, package), False).to_numpy(zero_copy_only=False)
    is_manifest = property_of(graph, nodes, *_OF_MANIFESTS) >= 0
    return _texts(graph, versions[is_wanted & is_manifest])


def disclosed_versions(graph: HeapGraph, package: str) -> tuple[str, ...]:
    """Return the version that a package tells the page that it runs in.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    package : str
        Name of the package.

    Returns
    -------
    tuple of str
        Svelte puts its major version into the Set ``window.__svelte.v``, from 5 on.
    """
    path = _DISCLOSED.get(package)
    if path is None:
        return ()
    owners = property_of(graph, owners_of(graph, path[0])[1], *path[1:])
    found = [entries(graph, node) for node in owners[owners >= 0].tolist()]
    return tuple(
        dict.fromkeys(text for one in found if one is not None for text in _texts(graph, one.key))
    )


def _texts(graph: HeapGraph, nodes: IntArray) -> tuple[str, ...]:
    is_text = has_type(graph, nodes, "string", "concatenated string")
    return tuple(dict.fromkeys(string_values(graph, nodes[is_text]).to_pylist()))


__all__ = ["disclosed_versions", "manifest_versions", "runtime_versions"]
