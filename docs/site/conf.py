"""Builds the site: ``make docs``. The folder of the sources is the repository's root.

So the pages are the same files that one reads in the repository, with the same links between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from heapnb import __version__

project = "heapnb"
author = "heapnb contributors"
smartquotes = False  # they would make one dash of the two before an option
version = release = __version__
root_doc = "README"
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/agents/*.md",
    "docs/site/*.md",
    "notebooks/README.md",
    "notebooks/*.ipynb",
    "sample_snapshots/README.md",
    "tests/oracle/*.md",
]
exclude_patterns = [".*", "build", "**/node_modules"]  # not looked through
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_click",
]

# -- pages and notebooks ------------------------------------------------------------------------

myst_heading_anchors = 3
nb_execution_mode = "off"  # the tests execute them; the site shows the outputs that are stored
# A widget without a kernel is an empty box: the output before it stands in its place. So no page
# needs the scripts for widgets, which would come from a content delivery network.
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

# -- reference ----------------------------------------------------------------------------------

default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings have types, with shapes and units
numpydoc_show_class_members = False  # autodoc lists them

# -- looks --------------------------------------------------------------------------------------

html_theme = "furo"
html_title = f"heapnb {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
templates_path = ["templates"]
html_additional_pages = {"index": "index.html"}
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
highlight_language = "none"  # of blocks that do not say theirs
pygments_style = "tango"
pygments_dark_style = "monokai"

# The pages are read in the repository as well, so what only the site needs is added here.

FOLDER = Path(__file__).parents[1]
FIRST = ["notebooks", "diagnosis", "detectors", "culprits", "decoding", "columns", "queries"]
NOTEBOOKS = ["first-look", "dataframes-and-sql", "from-devtools", "from-memlab", "from-eclipse-mat"]


def guides() -> list[str]:
    """Return the pages of ``docs/``: those to begin with, and all others."""
    pages = sorted(path.stem for path in FOLDER.glob("*.md"))
    return [f"docs/{name}" for name in dict.fromkeys([*FIRST, *pages])]


CONTENTS = {
    "Guides": [*guides(), "docs/agents/SKILL"],
    "Notebooks": [*(f"notebooks/{name}" for name in NOTEBOOKS), "Gallery <notebooks/README>"],
    "Reference": ["docs/site/api", "docs/site/tables", "docs/site/commands"],
    "Project": [
        "ARCHITECTURE",
        "CONTRIBUTING",
        "CHANGELOG",
        "sample_snapshots/README",
        "tests/oracle/README",
        "tests/oracle/SEMANTICS",
    ],
}


def toctree(entries: Iterable[str], caption: str = "") -> str:
    """Return a table of contents that is in the side bar only."""
    options = ":hidden:\n:titlesonly:\n" + (f":caption: {caption}\n" if caption else "")
    return "\n```{toctree}\n" + options + "\n" + "\n".join(entries) + "\n```\n"


def gallery(page: str) -> list[str]:
    """Return the notebooks that the page lists and that are no guides, in its order."""
    listed = re.findall(r"\]\(([\w-]+)\.ipynb\)", page)
    return [name for name in dict.fromkeys(listed) if name not in NOTEBOOKS]


def add_contents(_: Sphinx, page: str, source: list[str]) -> None:
    """Add to the start page what is in the side bar, to the gallery its notebooks."""
    if page == root_doc:
        source[0] += "".join(toctree(pages, caption) for caption, pages in CONTENTS.items())
    elif page == "notebooks/README":
        source[0] += toctree(gallery(source[0]))


def setup(app: Sphinx) -> None:
    """Let Sphinx call what is above."""
    app.add_lexer("mermaid", TextLexer)
    app.connect("source-read", add_contents)
