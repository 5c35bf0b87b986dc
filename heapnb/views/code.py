"""Lines of a program, coloured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from heapnb.views.masking import Masking, printable

if TYPE_CHECKING:
    from heapnb.decode.source_text import SourceText


def code_html(source: SourceText, masking: Masking | None = None) -> Markup:
    """Write lines of a program as HTML, in the colours of `result.css`.

    Parameters
    ----------
    source : SourceText
        The lines.
    masking : Masking, optional
        As for `heapnb.printable`.

    Returns
    -------
    markupsafe.Markup
        A ``<pre>`` whose parts have classes such as ``hn-k`` for key words.
    """
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers.javascript import TypeScriptLexer

    lexer = TypeScriptLexer(stripnl=False, ensurenl=False)
    coloured = highlight(
        printable(source.text, masking), lexer, HtmlFormatter(nowrap=True, classprefix="hn-")
    )
    # pygments escapes every piece.
    return Markup('<pre class="hn-code"><code>{}</code></pre>').format(Markup(coloured))  # noqa: S704


__all__ = ["code_html"]
