"""`expectNoLeak` with each test runner: a leak fails its test with the diagnosis, others pass."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from heapnb.testing import NODE_PACKAGE
from tests.conftest import REQUIRE_EVERYTHING, ROOT, find_chromium

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"

pytestmark = [pytest.mark.node, pytest.mark.slow]

COMMANDS = {
    "node:test": ("node", "--test", "--test-reporter=tap", "node.test.mjs"),
    "vitest": ("npx", "vitest", "run", "--no-color", "--reporter=verbose", "vitest.test.mjs"),
    "vitest in threads": (
        *("npx", "vitest", "run", "--no-color", "--reporter=verbose", "--pool=threads"),
        "vitest.test.mjs",
    ),
    "jest": ("npx", "jest", "--no-color", "--testMatch=**/jest.test.cjs", "--verbose"),
    "mocha": ("npx", "mocha", "--no-color", "mocha.test.cjs"),
    "playwright": (
        "npx",
        "playwright",
        "test",
        "--reporter=line",
        "--config=playwright.config.mjs",
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with the runners and the package, as npm would install it."""
    shutil.copytree(FOLDER / "fixtures", tmp_path, dirs_exist_ok=True)
    modules = tmp_path / "node_modules"
    modules.mkdir()
    if PACKAGES.is_dir():
        for package in PACKAGES.iterdir():
            (modules / package.name).symlink_to(package)
    shutil.copytree(NODE_PACKAGE, modules / "heapnb-testing")
    (tmp_path / "package.json").write_text('{"name": "project", "private": true}')
    (tmp_path / "playwright.config.mjs").write_text(
        "export default { testMatch: '*.spec.mjs', timeout: 60_000, use: { launchOptions: "
        f"{{ executablePath: {json.dumps(find_chromium())}, args: ['--no-sandbox'] }} }} }};"
    )
    return tmp_path


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project to its end, with a folder of its own for temporary files."""
    # Short, because Chromium makes a socket in it.
    with TemporaryDirectory(prefix="hn-") as temporary:
        answer = _run(project, temporary, *command)
        assert not list(Path(temporary).glob("heapnb-*")), "the snapshots are deleted"
    return answer


def _run(project: Path, temporary: str, *command: str) -> subprocess.CompletedProcess[str]:
    heapnb = f"{sys.executable} -m heapnb"
    return subprocess.run(
        command,
        cwd=project,
        env={
            **os.environ,
            "HEAPNB": heapnb,
            "PYTHONPATH": str(ROOT),
            "NO_COLOR": "1",
            "TMPDIR": str(temporary),
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize("runner", COMMANDS)
def test_the_leaking_test_fails_with_the_diagnosis(runner: str, project: Path) -> None:
    if runner != "node:test" and not PACKAGES.is_dir():
        assert not os.environ.get(REQUIRE_EVERYTHING), "needs npm ci --prefix tests/runners"
        pytest.skip("npm ci --prefix tests/runners")
    if runner == "playwright" and find_chromium() is None:
        pytest.skip("needs Chromium")
    answer = run(project, *COMMANDS[runner])
    said = answer.stdout + answer.stderr
    assert answer.returncode != 0, said
    assert "heapnb: leak after 400 calls." in said, said
    if runner == "playwright":
        assert "`Row` objects" in said, said
        assert "rows" in said
    elif runner.startswith("vitest"):
        # Vitest runs a module within a block, whose variables have no names in the heap.
        assert "holds a Map that accumulates `Order` objects" in said, said
    else:
        assert "`Order` objects in the module variable `seen` of" in said, said
        assert "orders.cjs:14" in said
    assert said.count("heapnb: leak after") < 5, "only one of the two tests fails"
    assert "leaking" in said


def test_only_the_leaking_test_fails(project: Path) -> None:
    answer = run(project, *COMMANDS["node:test"])
    assert "not ok 1 - leaking" in answer.stdout
    assert "\nok 2 - healthy" in answer.stdout, answer.stdout


SCRIPT = """
import { expectNoLeak, HeapLeakError } from "heapnb-testing";
import orders from "./orders.cjs";
const options = JSON.parse(process.argv[2]);
try {
  const diagnosis = await expectNoLeak(orders[process.argv[3]], options);
  console.log(JSON.stringify({ verdict: diagnosis.verdict }));
} catch (error) {
  const { name, message, diagnosis } = error;
  console.log(JSON.stringify({ name, message, verdict: diagnosis?.verdict }));
}
"""


def ask(project: Path, function: str, /, **options: object) -> dict[str, str]:
    """Call `expectNoLeak` with options; return the verdict, or the error."""
    (project / "script.mjs").write_text(SCRIPT)
    answer = run(project, "node", "script.mjs", json.dumps(options), function)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, str] = json.loads(answer.stdout)
    return found


def test_a_baseline_accepts_known_leaks(project: Path) -> None:
    found = ask(project, "keep", keep="series", history="h.parquet", build="1")
    assert found["name"] == "HeapLeakError"
    assert "Snapshots: series" in found["message"]
    snapshots = sorted((project / "series").iterdir())
    assert len(snapshots) == 3
    assert {path.stat().st_mode & 0o077 for path in snapshots} == {0}
    assert (project / "h.parquet").is_file()
    command = [sys.executable, "-m", "heapnb", "diagnose", *map(str, snapshots)]
    baseline = project / "known.json"
    update = [*command, "--baseline", str(baseline), "--update-baseline", "--source-root", "."]
    assert run(project, *update).returncode == 0
    assert ask(project, "keep", baseline="known.json") == {"verdict": "leak"}
    again = ask(project, "use", keep="series")
    assert "already contains snapshots" in again["message"]


def test_what_is_wrong_is_said(project: Path) -> None:
    assert "has no option rounds" in ask(project, "use", rounds=3)["message"]
    assert "1 or more (got 0)" in ask(project, "use", calls=0)["message"]
    assert "belong together" in ask(project, "use", build="1")["message"]
    missing = ask(project, "use", command="no-such-heapnb")
    assert "pip install heapnb" in missing["message"]
    slow = ask(project, "use", command=["node", "-e", "setTimeout(() => {}, 1e6)"], timeout=50)
    assert "longer than 50 ms" in slow["message"]
    other = ask(project, "use", command=["node", "-e", "1"])
    assert "heapnb failed: exit code 0" in other["message"]
    absent = ask(project, "use", baseline="absent.json")
    assert "There is no baseline" in absent["message"]


def test_the_version_is_that_of_heapnb() -> None:
    from heapnb._version import __version__

    assert json.loads((NODE_PACKAGE / "package.json").read_text())["version"] == __version__


FETCHES = """
import { createServer } from "node:http";
import { expectNoLeak } from "heapnb-testing";

const server = createServer((request, answer) => answer.end("{}"));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const diagnosis = await expectNoLeak(async () => { await (await fetch(url)).json(); });
console.log("verdict", diagnosis.verdict);
for (const rest of [-1, "1"]) {
  await expectNoLeak(() => {}, { rest }).catch((error) => console.log(error.message));
}
process.exit();
"""


def test_timers_of_fetch_are_not_taken_for_a_leak(project: Path) -> None:
    """They leave their list up to a second after the answer has come."""
    (project / "fetches.mjs").write_text(FETCHES)
    answer = run(project, "node", "fetches.mjs")
    assert answer.stdout.splitlines() == [
        "verdict no-leak",
        "rest must be 0 or more milliseconds (got -1).",
        "rest must be 0 or more milliseconds (got 1).",
    ], answer.stderr
