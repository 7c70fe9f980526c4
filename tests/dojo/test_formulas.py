"""LaTeX becomes MathML, and nothing else, whatever is typed."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.formulas import (
    FormulaError,
    latex_to_mathml,
    render_formulas,
    unreadable_formulas,
)

MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"'
HOSTILE = [
    r"\text{<img src=x onerror=alert(1)>}",
    r"\text{<img src=x onerror=alert(1) />}",
    r"\text{<script>alert(1)</script>}",
    r"\text{<mtext onclick='alert(1)'>x</mtext>}",
    r"\text{<mi href='javascript:alert(1)'>x</mi>}",
    r"\text{<mi xmlns:x='http://www.w3.org/1999/xlink' x:href='javascript:alert(1)'>x</mi>}",
    r"\text{<mi style='position:fixed'>x</mi>}",
    r"\text{<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>}",
    r"\text{<maction actiontype='statusline'>x</maction>}",
    r"\text{<annotation-xml encoding='text/html'><p>x</p></annotation-xml>}",
    # XML ends these at the end; a browser at the first >, and then sees an image.
    r"\text{<!--><img/src=x/onerror=alert(1)>-->}",
    r"\text{<!---><img/src=x/onerror=alert(1)>-->}",
    r"\text{<?x><img/src=x/onerror=alert(1)>?>}",
    r"\text{<![CDATA[<img/src=x/onerror=alert(1)>]]>}",
    r"\text{</mtext></math><img src=x onerror=alert(1)><math><mtext>}",
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://exemple.test}{x}",
    r"\style{position:fixed}{x}",
    r"\class{x onclick=alert(1)}{x}",
    r"\class{x}{y}",
]
ELEMENTS = {
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
}
HARMLESS = {
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
    "xmlns",
}


class Elements(HTMLParser):
    """What a browser would make of a text: its elements and their attributes."""

    def __init__(self, markup):
        super().__init__()
        self.found = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name for name, _value in attrs}))

    def handle_comment(self, data):
        self.found.append(("comment", set()))

    def handle_pi(self, data):
        self.found.append(("instruction", set()))


def assert_only_mathml(markup):
    for tag, attributes in Elements(markup).found:
        assert tag in ELEMENTS
        assert attributes <= HARMLESS


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("x", "<mrow><mi>x</mi></mrow>"),
        (
            r"\frac{C}{P}",
            "<mrow><mfrac><mrow><mi>C</mi></mrow><mrow><mi>P</mi></mrow></mfrac></mrow>",
        ),
        ("x^2", "<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow>"),
        ("135{,}43", "<mrow><mn>135,43</mn></mrow>"),
        (r"\text{taux}", "<mrow><mtext>taux</mtext></mrow>"),
    ],
)
def test_latex_becomes_mathml(latex, expected):
    assert latex_to_mathml(latex) == f'<math {MATHML} display="inline">{expected}</math>'
    assert latex_to_mathml(latex, display=True) == (
        f'<math {MATHML} display="block">{expected}</math>'
    )


@pytest.mark.parametrize(
    "latex",
    [
        r"P = \sum_{t=1}^{n} \frac{C}{(1+r)^t} + \frac{F}{(1+r)^n}",
        r"\sqrt{x} \le \sqrt[3]{y}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\overline{x} \times 100\,\%",
        r"\left( \frac{1}{2} \right)",
        r"\mathbf{R} \approx 5{,}25\ \text{\%}",
        r"a < b",
        r"\textcolor{red}{x}",
    ],
)
def test_formulas_of_the_trade_are_readable(latex):
    markup = latex_to_mathml(latex)
    assert markup.startswith("<math ")
    assert_only_mathml(markup)


@pytest.mark.parametrize("latex", [r"\frac{", "{", r"\begin{matrix}", r"\left("])
def test_unreadable_formula_is_an_error(latex):
    with pytest.raises(FormulaError):
        latex_to_mathml(latex)


@pytest.mark.parametrize("latex", HOSTILE)
def test_hostile_latex_is_refused_or_harmless(latex):
    try:
        markup = latex_to_mathml(latex)
    except FormulaError:
        return
    assert_only_mathml(markup)


@pytest.mark.parametrize("latex", HOSTILE)
def test_hostile_formula_in_a_text_stays_as_typed(latex):
    # As rich text stores what is typed: escaped.
    typed = rf"\({latex}\)".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert_only_mathml(render_formulas(typed))


@given(st.text(alphabet=r"\{}<>&;!-?[]/='abtexhrfimgscript^_ 01", max_size=40))
def test_any_latex_is_refused_or_harmless(text):
    for latex in (text, rf"\text{{{text}}}"):
        try:
            markup = latex_to_mathml(latex)
        except FormulaError:
            continue
        assert_only_mathml(markup)


def test_text_without_formulas_is_left_alone():
    text = "<p>Un prix (en dollars) de 5 [environ], et \\ seul.</p>"
    assert render_formulas(text) == text
    assert unreadable_formulas(text) == []


def test_each_formula_of_a_text_is_rendered_in_its_way():
    assert render_formulas(r"<p>Ici \(x\), puis \[y\].</p>") == (
        f'<p>Ici <math {MATHML} display="inline"><mrow><mi>x</mi></mrow></math>, puis '
        f'<math {MATHML} display="block"><mrow><mi>y</mi></mrow></math>.</p>'
    )


def test_escaped_characters_are_read_as_typed():
    assert "<mo>&#x0003C;</mo>" in render_formulas(r"\(a &lt; b\)")


def test_unreadable_formulas_stay_as_typed_and_are_named():
    text = r"<p>\(x\) \(\frac{\) \[\sqrt{\]</p>"
    assert unreadable_formulas(text) == [r"\frac{", r"\sqrt{"]
    rendered = render_formulas(text)
    assert rendered.endswith(r"</math> \(\frac{\) \[\sqrt{\]</p>")
