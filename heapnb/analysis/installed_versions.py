"""Which version of a package or of the runtime a program ran with, as far as anything tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from heapnb.analysis.packages import package_of
from heapnb.decode.versions import disclosed_versions, manifest_versions, runtime_versions
from heapnb.graph import HeapGraph

# Packages that Node.js contains; their versions are in `process.versions`.
_IN_RUNTIME: Final = re.compile(r"^(?:node:)?internal/deps/(?P<name>[^/:]+)/")


def owner_of(location: str) -> str:
    """Name the package whose code is somewhere, also if the runtime contains it.

    Parameters
    ----------
    location : str
        A place in the code.

    Returns
    -------
    str
        As `Package.name`.

    Examples
    --------
    >>> owner_of("node:internal/deps/undici/undici:12:5"), owner_of("node:events:3:1")
    ('undici', 'Node.js')
    """
    built_in = _IN_RUNTIME.match(location)
    return built_in["name"] if built_in else package_of(location).name


def installed_versions(
    graph: HeapGraph, package: str, locations: Iterable[str] = ()
) -> tuple[str, ...]:
    """Find the version of a package.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    package : str
        Name of an npm package.
    locations : iterable of str
        Places in its code.

    Returns
    -------
    tuple of str
        Of the first source that knows it: a path such as ``.pnpm/ws@8.1.0/``, what the runtime
        contains, ``node_modules`` of the sources, their lock files, a package.json in the heap,
        what the package tells the page.
        Empty if none does, more than one where several versions are installed.
    """
    places = tuple(locations)
    if any(_IN_RUNTIME.match(place) for place in places):
        return runtime_versions(graph, package)
    owners = [package_of(place) for place in places]
    in_paths = [owner.version for owner in owners if owner.name == package and owner.version]
    if in_paths:
        return _unique(in_paths)
    files = graph.source_files
    if files is not None:
        copies = [files.package_version(package, place) for place in places or (None,)]
        found = _unique(version for version in copies if version is not None)
        if found or (found := files.locked_versions(package)):
            return found
    return manifest_versions(graph, package) or disclosed_versions(graph, package)


def _unique(versions: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(versions))


__all__ = ["installed_versions", "owner_of"]
