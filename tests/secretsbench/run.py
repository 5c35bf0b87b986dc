"""Plant the corpus in real heaps, and count what is readable in each outlet.

    python -m tests.secretsbench.run [--half held_out] [--rounds 3] [--personal] [--missed]

For each outlet: how many secrets are readable without masking, how many with it, and how many
harmless texts are still readable, of those that are readable without masking.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.secretsbench.corpus import HALVES, PARTS, Entry, corpus
from tests.secretsbench.outlets import OUTLETS, Program, file_names, readable

_PROGRAM = Path(__file__).with_name("plant.cjs")
_FILE_NAMES = "file names"
_MOST_FILE_NAMES = 20
_SHORTEST_HALF = 20
_HARMLESS = "harmless"
_PERSONAL = "personal"


@click.command()
@click.option("--half", type=click.Choice([*PARTS, "both"]), default="both", show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Heaps with other structures.")
@click.option("--outlets", default="", help="Only these, with commas.")
@click.option("--personal", is_flag=True, help="Mask and count personal data too.")
@click.option(
    "--missed", is_flag=True, help="List what is readable, and harmless texts that are not."
)
def main(half: str, rounds: int, outlets: str, *, personal: bool, missed: bool) -> None:
    """Count the secrets that are readable in each outlet."""
    halves = HALVES if half == "both" else (half,)
    wanted = [one.strip() for one in outlets.split(",") if one] or [*OUTLETS, _FILE_NAMES]
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    for one in halves:
        for number in range(rounds):
            entries = corpus(one)
            with TemporaryDirectory() as folder:
                structures = plant(entries, Path(folder), number)
                for outlet in wanted:
                    tally = _score(
                        outlet,
                        entries,
                        structures,
                        Path(folder),
                        personal=personal,
                        missed=missed,
                    )
                    tallies[outlet].update(tally)
                    click.echo(f"{one} {number} {outlet}: {dict(tally)}", err=True)
    click.echo(table(tallies))


def plant(entries: Sequence[Entry], folder: Path, number: int) -> list[str]:
    """Run the program that holds the entries; returns the structure of each."""
    listed = [[e.role, e.name, e.text, e.structure] for e in entries]
    (folder / "corpus.json").write_text(json.dumps({"round": number, "entries": listed}))
    command = ["node", "--expose-gc", str(_PROGRAM), str(folder / "corpus.json"), str(folder)]
    subprocess.run(command, check=True, timeout=120)
    structures: list[str] = json.loads((folder / "structures.json").read_text())
    return structures


def _score(
    outlet: str,
    entries: Sequence[Entry],
    structures: Sequence[str],
    folder: Path,
    *,
    personal: bool,
    missed: bool,
) -> Counter[str]:
    program = Program(folder, on=False)
    masked = replace(program, on=True, personal=personal)
    if outlet == _FILE_NAMES:
        shapes = [e for e in entries if e.role == "shape"][:_MOST_FILE_NAMES]
        entries, structures = shapes, ["file name"] * len(shapes)
        names = [e.text for e in shapes]
        before, after = (readable(file_names(one, names)) for one in (program, masked))
    else:
        before, after = (readable(OUTLETS[outlet](one)) for one in (program, masked))
    tally: Counter[str] = Counter()
    for entry, structure in zip(entries, structures, strict=True):
        if entry.role == _PERSONAL and not personal:
            continue
        if entry.role == _HARMLESS:
            if entry.text in before:
                tally["harmless"] += 1
                tally["untouched"] += entry.text in after
                if missed and entry.text not in after:
                    click.echo(
                        f"  {outlet}: lost {entry.kind} in {structure}: {entry.text[:120]!r}"
                    )
        elif is_left(entry.secret, before):
            tally["secrets"] += 1
            if is_left(entry.secret, after):
                tally["readable"] += 1
                if missed:
                    click.echo(
                        f"  {outlet}: {entry.kind} {entry.name} in {structure}: "
                        f"{entry.text[:120]!r}"
                    )
    return tally


def is_left(secret: str, text: str) -> bool:
    """Return whether a secret, or a half of a long one, is in a text."""
    forms = [secret]
    if len(secret) >= _SHORTEST_HALF and "PRIVATE KEY" not in secret and "://" not in secret:
        forms += [secret[-(len(secret) // 2) :]]
    forms += [one.replace("\n", "\\n") for one in forms if "\n" in one]
    return any(one in text for one in forms)


def table(tallies: dict[str, Counter[str]]) -> str:
    """Return the totals as a table in Markdown."""
    lines = [
        "| outlet | secrets shown | with masking | recall | harmless texts | untouched |",
        "|---|---|---|---|---|---|",
    ]
    for outlet, tally in tallies.items():
        recall = 1 - tally["readable"] / tally["secrets"] if tally["secrets"] else 1
        kept = f"{tally['untouched'] / tally['harmless']:.1%}" if tally["harmless"] else "–"
        lines.append(
            f"| {outlet} | {tally['secrets']:,} | {tally['readable']:,} | {recall:.2%} "
            f"| {tally['harmless']:,} | {kept} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
