"""Compare heapnb's server for assistants with chrome-devtools-mcp, on the same files.

    python -m tests.benchmarks.assistants [CASE…]

A script plays an assistant that follows the method of the server's own skill until an answer names
what holds the leaking objects. chrome-devtools-mcp leaves the choice of a class to the assistant:
one row takes the class that grew most, the other one is told which class leaks. Tokens are those of
`gpt-tokenizer` (npm, which contains its vocabulary, o200k_base): of the definitions, the
instructions, and all answers of a case.
"""

from __future__ import annotations

import gzip
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import anyio
import click
import orjson
import platformdirs
import zstandard
from mcp import Client, StdioServerParameters

from tests.conftest import ROOT, SERIES_NAMES, find_chromium, sample_series
from tests.node_versions import runtime
from tests.samples.test_diagnosis import LEAKING, case_of

PEER: Final = "chrome-devtools-mcp"
PEER_VERSION: Final = "1.11.0"
TOKENIZER: Final = "gpt-tokenizer"
TOKENIZER_VERSION: Final = "4.0.0"
_COUNT: Final = """
const { encode } = require('gpt-tokenizer');
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map((text) => encode(text).length)));
"""
_PEER_NODE: Final = "24"
"""The version needs `Promise.withResolvers`."""

_FULL: Final = "heapnb: diagnose"
_THREE: Final = "heapnb: diagnose, explain_suspect, inspect_node"
_GREW_MOST: Final = f"{PEER}: the class that grew most"
_TOLD: Final = f"{PEER}: told which class leaks"


@dataclass
class Conversation:
    """One case with one server, until an answer names the holder."""

    case: str
    client: Client
    n_calls: int = 0
    n_bytes: int = 0
    largest: int = 0
    read: list[str] = field(default_factory=list)
    seconds: float = 0.0
    is_named: bool = False
    has_line: bool = False

    async def ask(self, tool: str, **arguments: Any) -> str:
        """Call a tool and count all that it answers; return the structured part if it has one."""
        begin = time.perf_counter()
        result = await self.client.call_tool(tool, arguments)
        self.seconds += time.perf_counter() - begin
        text = "\n".join(getattr(part, "text", "") for part in result.content)
        if result.is_error:
            raise click.ClickException(f"{tool}: {text}")
        data = orjson.dumps(result.structured_content).decode() if result.structured_content else ""
        size = len(text.encode()) + len(data.encode())
        self.n_calls += 1
        self.read += [text, data]
        self.n_bytes += size
        self.largest = max(self.largest, size)
        return data or text

    def judge(self, text: str) -> None:
        """Look for the holder's name and the line in what an answer says of the objects' path."""
        expected = case_of(self.case)["expected"]
        anchor = expected["anchor"]
        names = {anchor["name"], *anchor["other_names"]}
        self.is_named |= any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)
        places = [expected.get("added_at"), expected["location"]]
        self.has_line |= any(place is not None and place in text for place in places)


async def with_heapnb(talk: Conversation, files: list[Path]) -> None:
    """Diagnose the folder; explain the suspect if that does not name the holder."""
    case = str(files[0].parent)
    [first, *_] = orjson.loads(await talk.ask("diagnose", case=case))["suspects"]
    talk.judge(f"{first['anchor']} {first['location']}")
    if not talk.is_named:
        suspect = orjson.loads(await talk.ask("explain_suspect", case=case))["suspect"]
        talk.judge(" ".join(suspect["chain"]))


async def with_three_calls(talk: Conversation, files: list[Path]) -> None:
    """Diagnose, explain the first suspect, and inspect one of its objects."""
    case = str(files[0].parent)
    [first, *_] = orjson.loads(await talk.ask("diagnose", case=case))["suspects"]
    talk.judge(f"{first['anchor']} {first['location']}")
    await talk.ask("explain_suspect", case=case)
    await talk.ask("inspect_node", case=case, node_id=first["node_id"])


async def with_class_that_grew_most(talk: Conversation, files: list[Path]) -> None:
    """Compare the first and the last snapshot, and follow the first class of the list."""
    await _follow(talk, files, lambda _: True)


async def with_told_class(talk: Conversation, files: list[Path]) -> None:
    """The same with the class that the sample's author knows to leak."""
    leaked = {one["class_name"] for one in case_of(talk.case)["expected"]["leaked"]}
    await _follow(talk, files, leaked.__contains__)


async def _follow(talk: Conversation, files: list[Path], is_chosen: Callable[[str], bool]) -> None:
    both = {"baseFilePath": str(files[0]), "currentFilePath": str(files[-1])}
    summary = await talk.ask("compare_heapsnapshots", **both)
    # One row: index, class, counts, sizes. Class names may have commas.
    rows = re.findall(r"^(\d+),(.*?),(\d+),(\d+),(-?\d+),[^,]*,[^,]*,[^,]*$", summary, re.MULTILINE)
    chosen = next((int(row[0]) for row in rows if is_chosen(row[1]) and int(row[4]) > 0), None)
    if chosen is None:
        return
    members = await talk.ask("compare_heapsnapshots", **both, classIndex=chosen)
    added = re.search(r"\+ @(\d+)", members)
    if added is None:
        return
    node = {"filePath": str(files[-1]), "nodeId": int(added[1])}
    talk.judge(await talk.ask("get_heapsnapshot_retaining_paths", **node))


_Play = Callable[[Conversation, list[Path]], Any]


def heapnb_server(folder: Path) -> StdioServerParameters:
    """Return what starts heapnb, with an empty cache."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "heapnb", "mcp", "--root", str(folder)],
        env={**os.environ, "HEAPNB_CACHE_DIR": str(folder / "cache")},
    )


def peer_server(folder: Path) -> StdioServerParameters:
    """Return what starts chrome-devtools-mcp, installed from npm on first use."""
    script = installed(PEER, PEER_VERSION) / "build/src/bin/chrome-devtools-mcp.js"
    options = ("--memoryDebugging", "--no-usage-statistics", "--headless", "--isolated")
    browser = ["--executablePath", find_chromium() or "chromium"]
    if os.geteuid() == 0:
        # Chromium's sandbox refuses root.
        browser.append("--chromeArg=--no-sandbox")
    return StdioServerParameters(
        command=runtime(_PEER_NODE),
        args=[str(script), *options, *browser],
        env={**os.environ, "HOME": str(folder)},
    )


def installed(package: str, version: str) -> Path:
    """Return the folder of a package of npm, installed on first use."""
    place = platformdirs.user_cache_path("heapnb-tests") / f"{package}-{version}"
    folder = place / "node_modules" / package
    if not folder.exists():
        place.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--no-save")
        subprocess.run(
            ["npm", "install", "--prefix", str(place), *quiet, f"{package}@{version}"],
            check=True,
            stdout=sys.stderr,
        )
    return folder


def tokens_of(texts: list[str]) -> list[int]:
    """Count the tokens of texts."""
    place = installed(TOKENIZER, TOKENIZER_VERSION).parents[1]
    counted = subprocess.run(
        ["node", "-e", _COUNT],
        input=orjson.dumps(texts),
        cwd=place,
        capture_output=True,
        check=True,
    )
    found: list[int] = orjson.loads(counted.stdout)
    return found


async def play(name: str, play_case: _Play, server: Any, folder: Path, cases: list[str]) -> str:
    """Play all cases with one server; return a row of the table."""
    talks = []
    async with _connected(server) as (client, definitions):
        for case in cases:
            talk = Conversation(case, client)
            await play_case(talk, [folder / case / f"{one}.heapsnapshot" for one in SERIES_NAMES])
            talks.append(talk)
            missed = "" if talk.is_named else "  holder not named"
            click.echo(
                f"  {name}, {case}: {talk.n_calls} calls, {talk.n_bytes} B{missed}", err=True
            )
    before, *of_answers = tokens_of([definitions, *("\n".join(talk.read) for talk in talks)])
    tokens = [before + answers for answers in of_answers]
    named, lines = sum(talk.is_named for talk in talks), sum(talk.has_line for talk in talks)
    cells = (
        name,
        f"{named} of {len(talks)}",
        f"{lines} of {len(talks)}",
        f"{statistics.mean(talk.n_calls for talk in talks):.1f}",
        f"{statistics.median(talk.n_bytes for talk in talks):,.0f}",
        f"{max(talk.largest for talk in talks):,}",
        f"{statistics.median(talk.seconds for talk in talks):.2f}",
        f"{before:,}",
        f"{statistics.median(tokens):,.0f}",
        f"{max(tokens):,}",
    )
    return f"| {' | '.join(cells)} |"


@asynccontextmanager
async def _connected(server: StdioServerParameters) -> AsyncIterator[tuple[Client, str]]:
    async with Client(server, mode="legacy", read_timeout_seconds=300) as client:
        tools = (await client.list_tools()).tools
        read = [[tool.name, tool.description, tool.input_schema] for tool in tools]
        yield client, f"{client.instructions or ''}\n{orjson.dumps(read).decode()}"


def _unpacked(folder: Path, cases: list[str]) -> None:
    """Write the snapshots without compression, which chrome-devtools-mcp does not read."""
    for case in cases:
        (folder / case).mkdir()
        for path, name in zip(sample_series(case), SERIES_NAMES, strict=True):
            target = folder / case / f"{name}.heapsnapshot"
            unpack = gzip.open if path.suffix == ".gz" else zstandard.open
            with unpack(path, "rb") as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)


def _plays() -> Iterator[tuple[str, _Play, Callable[[Path], StdioServerParameters]]]:
    yield _FULL, with_heapnb, heapnb_server
    yield _THREE, with_three_calls, heapnb_server
    yield _GREW_MOST, with_class_that_grew_most, peer_server
    yield _TOLD, with_told_class, peer_server


@click.command()
@click.argument("cases", nargs=-1, type=click.Choice(LEAKING))
def main(cases: tuple[str, ...]) -> None:
    """Print a table in Markdown; progress goes to stderr."""
    chosen = list(cases) or LEAKING
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _unpacked(folder, chosen)
        click.echo(
            f"{platform.machine()}, {os.cpu_count()} cores; {len(chosen)} samples of {ROOT.name}"
        )
        click.echo(
            "| server, and what the assistant does | holder named | line named | calls | "
            "bytes of answers (median) | largest answer | seconds (median) | "
            "tokens of definitions | all tokens (median) | all tokens (most) |"
        )
        click.echo(f"|{' --- |' * 10}")
        for title, play_case, server in _plays():
            click.echo(anyio.run(play, title, play_case, server(folder), folder, chosen))


if __name__ == "__main__":
    main()
