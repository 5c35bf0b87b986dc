"""From what a report says to its HTML."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import heapnb
from heapnb.report import tables
from heapnb.report.content import Report
from heapnb.report.plain import HEADLINES, UNDECIDED, report_dict
from heapnb.views import charts, fmt


def render(report: Report) -> str:
    """Fill in the template.

    Parameters
    ----------
    report : Report
        What to say.

    Returns
    -------
    str
        A complete HTML document.
    """
    style = _static("heapnb.report", "report.css") + _static("heapnb.views", "graph.css")
    script = _static("heapnb.report", "report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            headline=HEADLINES.get(report.diagnosis.verdict, UNDECIDED),
            data=_json_block(report),
            version=heapnb.__version__,
            style=Markup(style),  # noqa: S704  our own files
            script=Markup(script),  # noqa: S704
            content_security_policy=_content_security_policy(style, script),
        )
    )


def _json_block(report: Report) -> Markup:
    """Write what programs read; nothing in it ends the element that it stands in."""
    import orjson

    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    text = orjson.dumps(report_dict(report), option=options).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  escaped above


def _content_security_policy(style: str, script: str) -> str:
    """Allow the one style sheet and the one script of the report, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_source_hash(style)}'",
            f"script-src '{_source_hash(script)}'",
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
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("heapnb.report"),
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
        "text": tables.safe_text,
        "place": tables.place,
        "code": tables.code,
        "prose": tables.prose,
        "inline_prose": tables.inline_prose,
    }
    environment.globals |= {"swatch": charts.swatch, "plural": fmt.plural}
    return environment
