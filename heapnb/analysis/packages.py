"""The owner of code: an npm package, Node itself, or the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import unquote

import numpy as np

from heapnb._typing import IntArray, NodeArray
from heapnb.graph import HeapGraph
from heapnb.graph.group_sizes import retained_by_group
from heapnb.graph.locations import is_internal, script_name, script_names, scripts_of
from heapnb.graph.sources import HeapSource, graph_of

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["npm", "runtime", "own"]

PACKAGES_FOLDER: Final = "/node_modules/"
"""Folder of npm packages, in the path of a script of theirs."""

RUNTIME_NAME: Final = "Node.js"
"""Name of the runtime's scripts."""

OWN_NAME: Final = "own code"
"""Name of scripts outside all packages."""

_PLACE: Final = re.compile(r"(:\d+){1,2}$")
_VERSION: Final = r"\d+\.\d+\.[0-9A-Za-z.+-]+"
_NAME: Final = r"(?:@[^/@]+/)?[^/@]+"

# Where a store's folder says a version: pnpm, Bun (scope+name@version, perhaps with peers).
_STORE_FOLDER: Final = re.compile(
    rf"(?P<name>@?[^@/]+)@(?P<version>{_VERSION}?)(?:[_(][^/]*)?", re.ASCII
)
# npminstall: _name@version@name.
_LINKED_FOLDER: Final = re.compile(
    rf"_@?[^/@]+@(?P<version>{_VERSION})@(?P<name>{_NAME})(?:/|$)", re.ASCII
)
# Yarn: name-npm-version-hash, packed as .zip or not.
_YARN_FOLDER: Final = re.compile(
    rf"/(?P<name>@?[^/]+?)-npm-(?P<version>{_VERSION}?)-[0-9a-f]{{8,}}(?:-[^/]*)?(?:\.zip)?/",
    re.ASCII,
)
# Recognised by their shape, because hosts vary: URLs of content delivery networks, and the folders
# of Deno's cache, one for each host.
_HOST: Final = r"[\w-]+(?:\.[\w-]+)+(?:_\d+)?"
_REMOTE: Final = (
    re.compile(rf"//[^/]+/npm[/:](?P<name>{_NAME})@(?P<version>[^/?]+)"),
    re.compile(rf"//[^/]+/(?:v\d+/|stable/)?(?P<name>{_NAME})@(?P<version>{_VERSION})"),
    re.compile(rf"/npm/{_HOST}/(?P<name>{_NAME})/(?P<version>{_VERSION})/", re.ASCII),
)
# Packages that Bazel builds, such as those of Angular, by the paths in their source maps.
_BAZEL_FOLDER: Final = re.compile(r"[\w-]+-fastbuild[\w-]*/bin/packages/(?P<name>[\w-]+)/")
_VITE_FOLDER: Final = re.compile(r"/node_modules/\.vite[^/]*/deps(?:_[^/]*)?/(?P<file>[^/?]+)")
_BAZEL_SCOPE: Final = "@angular/"
_VITE_CHUNK: Final = "chunk-"


@dataclass(frozen=True)
class Package:
    """The owner of a script.

    Parameters
    ----------
    name : str
        Name of the npm package, ``"Node.js"`` or ``"own code"``.
    version : str or None
        The version of the package, if the path shows it.
    kind : {"npm", "runtime", "own"}
        The kind of owner.
    """

    name: str
    version: str | None
    kind: Kind

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


RUNTIME: Final = Package(RUNTIME_NAME, None, "runtime")
OWN: Final = Package(OWN_NAME, None, "own")


def package_of(location: str) -> Package:
    """Find the owner of a script by its path.

    Parameters
    ----------
    location : str
        A script's path, URL or name, with or without line and column.

    Returns
    -------
    Package
        For nested packages the innermost.

    Examples
    --------
    >>> str(package_of("/srv/node_modules/.pnpm/lru-cache@10.2.0/node_modules/lru-cache/i.js:1:2"))
    'lru-cache 10.2.0'
    >>> str(package_of("node:events:12:5")), str(package_of("/srv/app/lib/cache.js:7:3"))
    ('Node.js', 'own code')
    """
    path = _PLACE.sub("", location).replace("\\", "/")
    if is_internal(f"{path}:1:1"):
        return RUNTIME
    path = unquote(path)
    for remote in _REMOTE:
        found = remote.search(path)
        if found:
            return Package(found["name"], found["version"], "npm")
    vite = _VITE_FOLDER.search(path)
    if vite:
        return _bundled_by_vite(vite["file"])
    bazel = _BAZEL_FOLDER.search(path)
    if bazel:
        return Package(f"{_BAZEL_SCOPE}{bazel['name']}", None, "npm")
    before, separator, rest = f"/{path}".rpartition(PACKAGES_FOLDER)
    yarn = _last(_YARN_FOLDER, before + separator if separator else f"/{path}")
    if not separator or not rest:
        return OWN if yarn is None else Package(_scoped(yarn["name"], "-"), yarn["version"], "npm")
    parts = rest.split("/")
    linked = _LINKED_FOLDER.match(rest)
    if linked:
        return Package(linked["name"], linked["version"], "npm")
    if parts[0].startswith(".") and len(parts) > 1:
        # A real store folder, not a link: node_modules/.store/name-npm-…/package.
        in_store = _YARN_FOLDER.search(f"/{parts[1]}/") or _STORE_FOLDER.fullmatch(parts[1])
        if in_store:
            separator_of_scope = "-" if "-npm-" in parts[1] else "+"
            return Package(
                _scoped(in_store["name"], separator_of_scope), in_store["version"] or None, "npm"
            )
    name = "/".join(parts[:2]) if parts[0].startswith("@") and len(parts) > 1 else parts[0]
    return Package(name, _version_of(name, before, yarn), "npm")


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _scoped(name: str, separator: str) -> str:
    """Write ``@scope-name`` as ``@scope/name``."""
    return name.replace(separator, "/", 1) if name.startswith("@") else name


def _version_of(name: str, before: str, yarn: re.Match[str] | None) -> str | None:
    """Find the version in the name of the folder that stores a package."""
    if yarn is not None and yarn["name"] == name.replace("/", "-"):
        return yarn["version"]
    stored = _STORE_FOLDER.fullmatch(before.rpartition("/")[2])
    if stored and _scoped(stored["name"], "+") == name:
        return stored["version"]
    return None


def _bundled_by_vite(file: str) -> Package:
    stem = file.rsplit(".", 1)[0]
    if stem.startswith(_VITE_CHUNK):
        return Package("(shared chunk)", None, "npm")
    return Package(_scoped(stem, "_"), None, "npm")


def packages(source: HeapSource) -> pd.DataFrame:
    """Sum functions and objects by the package that defines them.

    Parameters
    ----------
    source : Snapshot, HeapGraph, path, …
        The heap.

    Returns
    -------
    pandas.DataFrame
        ``package``, ``version`` (missing if the paths do not show it), ``kind`` (``npm``,
        ``runtime``, ``own``); ``count`` of closures and of objects whose class has a
        definition site; ``shallow_size`` and ``retained_size`` in bytes, where each byte counts
        once for a package. Largest retained size first.

    Notes
    -----
    Objects without a class of the package (plain objects, arrays, Maps) count only in the
    retained sizes of their holders.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>f f/shared>info info/script>script f>own")
    >>> _ = builder.node("f", type="closure", location=(7, 0, 0))
    >>> _ = builder.node("script", type="code", name="/srv/node_modules/qs/lib/parse.js")
    >>> packages(builder.graph())[["package", "count", "retained_size"]].values.tolist()
    [['qs', 1, 64]]
    """
    import pandas as pd

    graph = graph_of(source)
    group, found = _groups(graph)
    n_groups = len(found) + 1
    retained = retained_by_group(graph, group, n_groups)[:-1].astype(np.int64)
    counted = np.flatnonzero((group < len(found)) & (graph.shallow_size > 0))
    count = np.bincount(group[counted], minlength=n_groups)[:-1]
    size = np.bincount(group[counted], weights=graph.shallow_size[counted], minlength=n_groups)
    columns: dict[str, Any] = {
        "package": pd.array([package.name for package in found], dtype="str"),
        "version": pd.array([package.version for package in found], dtype="str"),
        "kind": pd.array([package.kind for package in found], dtype="str"),
        "count": count,
        "shallow_size": size[:-1].astype(np.int64),
        "retained_size": retained,
    }
    frame = pd.DataFrame(columns)
    frame = frame[frame["count"] > 0]
    return frame.sort_values("retained_size", ascending=False, kind="stable", ignore_index=True)


def _groups(graph: HeapGraph) -> tuple[NodeArray, list[Package]]:
    """Number the packages; nodes without one get the number after the last."""
    numbers: dict[Package, int] = {}
    of_node = np.full(graph.n_nodes, -1, np.int64)
    names = script_names(graph)
    locations = graph.raw.locations
    if locations is not None:
        ids, script = np.unique(locations.script_id, return_inverse=True)
        number = _numbers([names.get(script_id) for script_id in ids.tolist()], numbers)
        of_node[locations.node] = number[script]
    # A function without a location has the script of its shared function info.
    closures = np.flatnonzero(
        (graph.node_type == graph.node_type_index("closure")) & (of_node == -1)
    )
    scripts, script = np.unique(scripts_of(graph, closures), return_inverse=True)
    texts = [script_name(graph, node) if node >= 0 else None for node in scripts.tolist()]
    of_node[closures] = _numbers(texts, numbers)[script]
    of_node[of_node < 0] = len(numbers)
    return of_node.astype(np.uint32), list(numbers)


def _numbers(names: list[str | None], numbers: dict[Package, int]) -> IntArray:
    """Number the packages of scripts; -1 for scripts without a name."""
    return np.array(
        [
            -1 if name is None else numbers.setdefault(package_of(name), len(numbers))
            for name in names
        ],
        np.int64,
    )


__all__ = ["Kind", "Package", "package_of", "packages"]
