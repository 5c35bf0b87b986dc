"""How often cause, class, anchor and line are right, for each leak in each shape of program.

    python -m tests.shapes.matrix [--sites …] [--frames …] [--forms …] [--nodes …] [--json FILE]

Without forms and versions of Node.js, the programs run as they are written, on the Node.js of this
machine. A cell lists what is wrong: ``v`` the leak was not found, ``c`` the class, ``a`` the
anchor, ``k`` the cause, ``l`` the line; ``.`` if all is right. Node runs the programs when they are
first asked for; what they left, and the answers, are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

import click

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from tests.benchmarks.compare import render
from tests.node_versions import NODE_VERSIONS
from tests.shapes.capture import captured_of, source_of, written_form
from tests.shapes.programs import ADDING_LINES, FRAMES, LOCAL_VARIABLE, NAMELESS, SITES, Site
from tests.variants.command import finish, judge, matching, sampled, with_options
from tests.variants.forms import FORMS, WITH_SOURCES, NotPossibleError
from tests.variants.results import ASPECTS, Result, answered
from tests.variants.running import Captured

_COMMAND_NAME = "python -m tests.shapes.matrix"
_WITHOUT_GENERATORS: Final = "ts-es5"

_WORD: Final = re.compile(r"#?[A-Za-z_$][\w$]*")


@dataclass(frozen=True)
class Shaped:
    """A leak in a shape of program.

    Parameters
    ----------
    site : Site
        What leaks.
    frame : str
        How the program runs.
    form : str, optional
        One of `tests.variants.forms.FORMS`; that of the frame if not given.
    node : str, optional
        The version of Node.js; the one on the path if not given.
    """

    site: Site
    frame: str
    form: str = ""
    node: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.site.name, self.frame, self.form, self.node)))

    @property
    def is_possible(self) -> bool:
        """Whether the program can have the form; a form that another one equals counts as no."""
        is_esm = self.frame.endswith(".mjs")
        return self.form not in (("commonjs", "ts-es5") if is_esm else ("esm",))


def judged(shaped: Shaped, *, keep: str = "current") -> Result:
    """Diagnose a program and compare the first suspect with what its author knows.

    Parameters
    ----------
    shaped : Shaped
        The program.
    keep : str, optional
        See `tests.variants.results.answered`.

    Returns
    -------
    Result
    """
    site, form = shaped.site, shaped.form or written_form(shaped.frame)
    result = Result(site.name, Path(shaped.frame).stem, form, shaped.node)
    try:
        captured = captured_of(site, shaped.frame, form, shaped.node)
    except NotPossibleError as error:
        return replace(result, reason=str(error))
    wanted = _compiled(site) if form == _WITHOUT_GENERATORS else site
    return answered(
        captured, repr(wanted), lambda: _answer(result, wanted, shaped, captured), keep=keep
    )


def _compiled(site: Site) -> Site:
    """Say what is right where TypeScript compiles async functions and classes away.

    Async functions are callbacks of a helper, and what extends `Error` makes a plain `Error`.
    """
    if site.line.startswith("async function"):
        return replace(site, class_name="Function", line="")
    if site.class_name.endswith("Error"):
        return replace(site, class_name="Error", line="")
    return site


def _answer(result: Result, site: Site, shaped: Shaped, captured: Captured) -> Result:
    roots = captured.program if result.form in WITH_SOURCES else None
    diagnosis = diagnose(captured.snapshots, cache=False, progress=False, source_root=roots)
    result = replace(
        result, verdict=diagnosis.verdict, checked=ASPECTS[:1], n_suspects=len(diagnosis.suspects)
    )
    if not diagnosis.suspects:
        return replace(result, wrong=ASPECTS[:1])
    suspect = diagnosis.suspects[0]
    names = captured.names
    checks = {
        "leak": diagnosis.verdict == "leak",
        "class": suspect.class_name in (site.class_name, *names.get(site.class_name, ())),
        "anchor": any(anchor in suspect.anchor for anchor in _in_form(site.anchor, names))
        or _is_nameless(shaped.frame, suspect),
        "cause": suspect.kind == site.kind,
    }
    # Of code from strings the heap says which function compiled it: here the whole module.
    is_module = shaped.frame == NAMELESS and site.kind == "compiled-code"
    if result.form in WITH_SOURCES and not is_module:
        # The line that adds, where the source was searched; else a definition.
        expected = ADDING_LINES[site.name] if suspect.added_at else site.line
        checks["line"] = expected in _line(suspect, source_of(site, shaped.frame))
    return replace(
        result,
        checked=tuple(checks),
        wrong=tuple(what for what, is_right in checks.items() if not is_right),
        kind=suspect.kind,
        class_name=suspect.class_name,
        anchor=suspect.anchor,
        location=suspect.location,
        confidence=suspect.confidence,
    )


def _in_form(anchor: str, names: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """List an anchor with the names that a minified file has for its own."""
    words = _WORD.findall(anchor)
    texts = _WORD.split(anchor)
    for chosen in product(*((word, *names.get(word, ())) for word in words)):
        yield "".join(text + word for text, word in zip(texts, (*chosen, ""), strict=True))


def _is_nameless(frame: str, suspect: Suspect) -> bool:
    """Tell whether the holder is a local variable of which no heap has the name."""
    return frame == NAMELESS and suspect.anchor.startswith(LOCAL_VARIABLE)


def _line(suspect: Suspect, source: list[str]) -> str:
    """Return the line of the program that a location names."""
    parts = (suspect.location or "").rsplit(":", 2)
    place = int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 0
    is_there = parts[0].rpartition("/")[2].startswith("main.") and 0 < place <= len(source)
    return source[place - 1] if is_there else ""


@click.command()
@click.option("--sites", default="*", show_default=True, help="Patterns, with commas.")
@click.option("--frames", default="*", show_default=True, help="Patterns, with commas.")
@with_options
def main(
    sites: str,
    frames: str,
    forms: str | None,
    nodes: str | None,
    sample: int | None,
    seed: int,
    keep: str,
    jobs: int,
    markdown: bool,
    json_file: Path | None,
) -> None:
    """Judge each leak in each shape of program."""
    names = matching([site.name for site in SITES], sites)
    stems = matching([Path(frame).stem for frame in FRAMES], frames)
    asked = [
        shaped
        for site in SITES
        if site.name in names
        for shaped in sampled(
            site.name,
            possible(
                [site],
                [frame for frame in FRAMES if Path(frame).stem in stems],
                [""] if forms is None else matching(FORMS, forms),
                [""] if nodes is None else matching(NODE_VERSIONS, nodes),
            ),
            sample,
            seed,
        )
    ]
    results = list(judge(asked, lambda shaped: judged(shaped, keep=keep), jobs))
    if forms is None and nodes is None and sample is None:
        click.echo(_table(results, names, stems, markdown=markdown))
        click.echo("")
    finish(results, markdown=markdown, json_file=json_file)


def possible(
    sites: Sequence[Site], frames: Sequence[str], forms: Sequence[str], nodes: Sequence[str]
) -> list[Shaped]:
    """Return all combinations that can run.

    Parameters
    ----------
    sites : sequence of Site
        What leaks.
    frames, forms, nodes : sequence of str
        See `Shaped`.

    Returns
    -------
    list of Shaped
    """
    every = (Shaped(*values) for values in product(sites, frames, forms, nodes))
    return [shaped for shaped in every if shaped.is_possible]


def _table(
    results: Sequence[Result], sites: Sequence[str], frames: Sequence[str], *, markdown: bool
) -> str:
    marks = {(result.program, result.shape): result.mark for result in results}
    rows = [[site, *(marks[site, frame] for frame in frames)] for site in sites]
    return render(["", *frames], rows, markdown=markdown)


if __name__ == "__main__":
    main(prog_name=_COMMAND_NAME)
