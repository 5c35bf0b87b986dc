"""From what a report says to its HTML."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from heapnb._version import __version__
from heapnb.reports.content import Report
from heapnb.reports.embedding import Embedded
from heapnb.reports.fleet_content import FleetReport
from heapnb.reports.packing import as_script
from heapnb.reports.plain import HEADLINES, UNDECIDED, report_dict
from heapnb.reports.tables import Writer
from heapnb.views import flame_graphs, fmt, svg_parts
from heapnb.workbench.linker import link

_STYLES: Final = (
    ("heapnb.reports", "report.css"),
    ("heapnb.drawing", "graph.css"),
    ("heapnb.views", "flame_graph.css"),
    ("heapnb.workbench", "browser.css"),
    ("heapnb.workbench", "browser-shell.css"),
)


def render(report: Report, embedded: Embedded | None = None) -> str:
    """Fill in the template.

    Parameters
    ----------
    report : Report
        What to say.
    embedded : Embedded, optional
        What there is to browse.

    Returns
    -------
    str
        A complete HTML document.
    """
    scripts = [_static("heapnb.reports", "report.js") + str(flame_graphs.script())]
    if embedded is not None:
        scripts.append(link("report.js").replace("\r\n", "\n"))
    return _page(
        "report.html.j2",
        report.write,
        _STYLES,
        scripts,
        report=report,
        headline=HEADLINES.get(report.diagnosis.verdict, UNDECIDED),
        data=_json(report_dict(report)),
        embedded=embedded,
        heap=_json(embedded.data) if embedded is not None else None,
    )


def render_fleet(report: FleetReport) -> str:
    """Fill in the template of a fleet.

    Parameters
    ----------
    report : FleetReport
        What to say.

    Returns
    -------
    str
        A complete HTML document.
    """
    scripts = [_static("heapnb.reports", "report.js")]
    return _page("fleet.html.j2", report.write, _STYLES[:1], scripts, report=report)


def _page(
    template: str,
    write: Writer,
    styles: Sequence[tuple[str, str]],
    scripts: Sequence[str],
    **content: object,
) -> str:
    """Fill in a template with its style sheets and scripts, and allow nothing else."""
    style = "".join(_static(package, name) for package, name in styles)
    return (
        _environment(write)
        .get_template(template)
        .render(
            **content,
            version=__version__,
            style=Markup(style),  # noqa: S704  our own files
            scripts=[Markup(script) for script in scripts],  # noqa: S704
            content_security_policy=_content_security_policy(style, scripts),
        )
    )


def _json(data: object) -> Markup:
    """Write what programs read."""
    return Markup(as_script(data))  # noqa: S704  escaped there


def _content_security_policy(style: str, scripts: Sequence[str]) -> str:
    """Allow the style sheet and the scripts of the report, and nothing else."""
    hashes = " ".join(f"'{_source_hash(script)}'" for script in scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_source_hash(style)}'",
            f"script-src {hashes}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _source_hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _static(package: str, name: str) -> str:
    # Line ends as the browser hashes them, also where the files were checked out with others.
    text = files(package).joinpath("static", name).read_text("utf-8")
    return text.replace("\r\n", "\n")


@cache
def _environment(write: Writer) -> Environment:
    environment = Environment(
        loader=PackageLoader("heapnb.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "bytes": fmt.format_bytes,
        "bytes_delta": fmt.format_bytes_delta,
        "count": fmt.format_count,
        "count_delta": fmt.format_count_delta,
        "percent": fmt.format_percent,
        "text": write.text,
        "place": write.place,
        "code": write.code,
        "prose": write.prose,
        "inline_prose": write.inline_prose,
    }
    environment.globals |= {"swatch": svg_parts.swatch, "plural": fmt.plural}
    return environment
