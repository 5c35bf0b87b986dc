"""A real JupyterLab: a server of its own, and a page in Chromium that a test drives."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote, urlencode

from playwright.sync_api import ConsoleMessage, Error, Locator, Page

Theme: TypeAlias = Literal["JupyterLab Light", "JupyterLab Dark"]

START_SECONDS: Final = 60
PATIENCE_MS: Final = 20_000


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Parameters
    ----------
    url : str
        Its address, with a slash at the end.
    token : str
        What lets one in.
    root : Path
        The folder with the notebooks.
    """

    url: str
    token: str
    root: Path

    def address(self, path: str) -> str:
        return f"{self.url}{quote(path)}?{urlencode({'token': self.token, 'reset': ''})}"


@contextmanager
def running_server(home: Path) -> Iterator[Server]:
    """Run JupyterLab, with Notebook 7 in the same server, for as long as the block lasts."""
    root = home / "work"
    runtime = home / "runtime"
    for folder in (root, runtime):
        folder.mkdir(parents=True)
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    token = secrets.token_hex(16)
    own = {
        "HOME": home,
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": runtime,
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("JUPYTER")}
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={token}",
        # Nothing is asked of the network.
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=inherited | {name: str(path) for name, path in own.items()},
            cwd=root,
            stdout=log,
            stderr=log,
        )
        try:
            yield Server(_url_of(process, runtime, home / "server.log"), token, root)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _url_of(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """Wait until the server says where it is."""
    file = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists():
            try:
                return str(json.loads(file.read_text())["url"])
            except ValueError:
                # Half-written.
                continue
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab does not start:\n{log.read_text()[-2000:]}")


def write_notebook(path: Path) -> None:
    """Write a notebook without cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": [], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content))


@dataclass
class Notebook:
    """A notebook that is open in a page.

    Parameters
    ----------
    page : Page
        The page.
    problems : list of str
        What the page complained of: errors on the console, and dialogs.
    """

    page: Page
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", self._hear)
        self.page.on("dialog", self._refuse)
        self.page.on("console", self._listen)

    def _hear(self, error: Error) -> None:
        # Modules of widgets have such addresses; other parts of the page may err as they like.
        if "blob:" in (error.stack or ""):
            self.problems.append(str(error))

    def _refuse(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "heapnb" in message.text:
            self.problems.append(message.text)

    def open(self, server: Server, name: str, *, app: Literal["lab", "notebook"] = "lab") -> None:
        """Open a notebook and wait for its kernel."""
        write_notebook(server.root / name)
        places = {"lab": f"lab/workspaces/{secrets.token_hex(4)}/tree/{name}"}
        self.page.goto(server.address(places.get(app, f"notebooks/{name}")))
        self.page.wait_for_function(
            """() => {
              const panel = window.jupyterapp?.shell.currentWidget;
              return panel?.sessionContext?.session?.kernel?.status === "idle";
            }"""
        )

    def run(self, code: str) -> Locator:
        """Run code in a new cell at the end, wait for it, and return the cell's output."""
        number = self.page.evaluate(
            """async (code) => {
              const { commands, shell } = window.jupyterapp;
              const { content } = shell.currentWidget;
              const number = content.model.sharedModel.cells.length;
              content.model.sharedModel.insertCell(number, { cell_type: "code", source: code });
              content.activeCellIndex = number;
              await commands.execute("notebook:run-cell");
              content.node.scrollTop = content.node.scrollHeight;
              return number;
            }""",
            code,
        )
        return self.page.locator(".jp-Notebook .jp-Cell").nth(int(number)).locator(".jp-OutputArea")

    def answer(self, code: str) -> str:
        """Run code in a new cell and return the text that it prints, answers or fails with."""
        self.run(code)
        return str(
            self.page.evaluate(
                """() => {
                  const { content } = window.jupyterapp.shell.currentWidget;
                  const texts = content.model.sharedModel.cells.at(-1).outputs.map(
                    ({ text, data, traceback }) => text ?? data?.["text/plain"] ?? traceback ?? "",
                  );
                  return texts.flat().join("").trim();
                }"""
            )
        )

    def value(self, expression: str) -> Any:
        """Return what an expression is in the kernel: numbers, texts, lists, dicts, None."""
        said = self.answer(
            f"import json\nprint(json.dumps({expression}, default=lambda x: x.item()))"
        )
        try:
            return json.loads(said)
        except ValueError:
            raise AssertionError(said) from None

    def wait_for(self, expression: str, expected: object) -> None:
        """Wait until an expression is something: what a page changes takes a moment to arrive."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while (found := self.value(expression)) != expected:
            assert time.monotonic() < deadline, f"{expression}: {found!r}, not {expected!r}"

    def cells(self) -> list[str]:
        """Return the code of all cells."""
        return list(
            self.page.evaluate(
                "window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells"
                ".map((cell) => cell.source)"
            )
        )

    def use_theme(self, theme: Theme) -> None:
        """Change the colours of JupyterLab, and wait until they are there."""
        self.page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            theme,
        )
        self.page.wait_for_function(
            "(theme) => document.body.dataset.jpThemeName === theme", arg=theme
        )

    def restart_kernel(self) -> None:
        """Restart the kernel, without being asked whether one is sure."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")

    def shut_down_kernel(self) -> None:
        """End the kernel for good."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
