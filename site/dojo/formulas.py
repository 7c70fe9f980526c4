r"""LaTeX between \( … \) or \[ … \] in a text becomes MathML, on the server."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert

_DELIMITED = re.compile(r"\\\((?P<inline>.+?)\\\)|\\\[(?P<display>.+?)\\\]", re.DOTALL)


_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = frozenset(
    [
        "math",
        "menclose",
        "mfrac",
        "mi",
        "mmultiscripts",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mphantom",
        "mprescripts",
        "mroot",
        "mrow",
        "ms",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
        "msup",
        "mtable",
        "mtd",
        "mtext",
        "mtr",
        "munder",
        "munderover",
        "none",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "accent",
        "accentunder",
        "align",
        "columnalign",
        "columnlines",
        "columnspacing",
        "columnspan",
        "depth",
        "display",
        "displaystyle",
        "fence",
        "form",
        "frame",
        "height",
        "largeop",
        "linebreak",
        "linethickness",
        "lspace",
        "mathbackground",
        "mathcolor",
        "mathsize",
        "mathvariant",
        "maxsize",
        "minsize",
        "movablelimits",
        "notation",
        "rowalign",
        "rowlines",
        "rowspacing",
        "rowspan",
        "rspace",
        "scriptlevel",
        "separator",
        "stretchy",
        "symmetric",
        "voffset",
        "width",
    ]
)

# « 135{,}43 »: the converter takes the decimal comma for punctuation, and sets a space after it.
_DECIMAL_COMMA = re.compile(r"<mn>(\d+)</mn><mrow><mo>&#x0002C;</mo></mrow><mn>(\d+)</mn>")


class FormulaError(ValueError):
    """The LaTeX of a formula could not be read."""


def _check_mathml(mathml: str) -> None:
    r"""Raise FormulaError unless this is MathML and nothing else.

    The converter copies \text{…}, \href{…} and \class{…} into its output as they are, markup
    included.
    """
    # A comment, an instruction or a CDATA section ends elsewhere for a browser than for XML.
    if "<!" in mathml or "<?" in mathml:
        raise FormulaError(mathml)
    try:
        root = ElementTree.fromstring(mathml)  # noqa: S314 - no doctype can stand inside <math>
    except ElementTree.ParseError as error:
        raise FormulaError(mathml) from error
    for element in root.iter():
        if element.tag.removeprefix(_MATHML) not in _ELEMENTS or not _ATTRIBUTES.issuperset(
            element.attrib
        ):
            raise FormulaError(mathml)


@lru_cache(maxsize=2048)
def latex_to_mathml(latex: str, display: bool = False) -> str:
    """MathML for one formula, without delimiters. Raises FormulaError when it can't be read."""
    try:
        mathml = convert(latex, display="block" if display else "inline")
    except Exception as error:
        raise FormulaError(latex) from error
    _check_mathml(mathml)
    return _DECIMAL_COMMA.sub(r"<mn>\1,\2</mn>", mathml)


def render_formulas(markup: str) -> str:
    """HTML in which each delimited formula is MathML; one that can't be read stays as typed."""

    def replace(match: re.Match[str]) -> str:
        latex = match["inline"] or match["display"]
        try:
            return latex_to_mathml(html.unescape(latex).strip(), match["display"] is not None)
        except FormulaError:
            return match[0]

    return _DELIMITED.sub(replace, markup)


def unreadable_formulas(markup: str) -> list[str]:
    """The formulas of a text that can't be read, for a form to point at."""
    broken = []
    for match in _DELIMITED.finditer(markup):
        latex = html.unescape(match["inline"] or match["display"]).strip()
        try:
            latex_to_mathml(latex)
        except FormulaError:
            broken.append(latex)
    return broken
