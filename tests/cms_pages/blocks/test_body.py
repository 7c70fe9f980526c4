"""The blocks of a text: what they refuse, and what they show."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.blocks import StructBlockValidationError
from wagtail.test.utils.form_data import (
    nested_form_data,
    querydict_from_html,
    rich_text,
    streamfield,
)

from cms_pages.blocks import BodyBlock, CardsBlock, FaqBlock, QuestionsBlock, TextItemsBlock
from cms_pages.blocks.body import FormulaBlock, TextBlock
from cms_pages.blocks.rich_text import PROSE_FEATURES
from tests.factories import (
    make_course,
    make_document,
    make_image,
    make_reading,
    make_standard_page,
    make_user,
)

pytestmark = pytest.mark.django_db


def render(kind, value):
    """A block as a page shows it, its spaces collapsed."""
    page = make_standard_page(body=[{"type": kind, "value": value}])
    [block] = type(page).objects.get(pk=page.pk).body
    return " ".join(block.render().split())


def test_heading_has_an_anchor():
    assert render("heading", {"text": "Les obligations & l’impôt"}) == (
        '<h2 id="les-obligations-limpot">Les obligations &amp; l’impôt</h2>'
    )


def test_text_renders_its_formulas():
    html = render("text", r"<p>Soit \(x\).</p>")
    assert html.startswith('<div class="rich-text"><p>Soit <math ')
    assert html.endswith("</math>.</p></div>")


@pytest.mark.parametrize(
    ("kind", "title", "shown"),
    [
        ("info", "", "À retenir"),
        ("warning", "", "Attention"),
        ("example", "", "Exemple"),
        ("info", "Un titre", "Un titre"),
    ],
)
def test_callout_has_the_title_of_its_kind(kind, title, shown):
    html = render("callout", {"kind": kind, "title": title, "text": r"<p>\(x\)</p>"})
    assert f'<div class="callout callout--{kind}" role="note">' in html
    assert f'<p class="callout__title">{shown}</p>' in html
    assert "<math " in html


def test_quote_names_its_source_if_it_has_one():
    value = {"text": "Le temps <b>", "source": "Anonyme"}
    assert render("quote", value) == (
        '<figure class="quote"> <blockquote><p>Le temps &lt;b&gt;</p></blockquote> '
        "<figcaption>Anonyme</figcaption> </figure>"
    )
    assert "figcaption" not in render("quote", {"text": "Le temps", "source": ""})


def test_table_has_a_caption_a_header_and_rows():
    table = {
        "columns": [{"type": "text", "heading": heading} for heading in ("Titre", "Taux")],
        "rows": [{"values": ["Obligation", "5 %"]}, {"values": ["Action <b>", ""]}],
        "caption": "",
    }
    html = render("table", {"title": "Les taux", "table": table})
    assert "<caption>Les taux</caption>" in html
    assert '<thead><tr><th scope="col">Titre</th><th scope="col">Taux</th></tr></thead>' in html
    assert (
        "<tbody><tr><td>Obligation</td><td>5 %</td></tr>"
        "<tr><td>Action &lt;b&gt;</td><td></td></tr></tbody>"
    ) in html


def test_formula_stands_alone_with_its_words():
    html = render("formula", {"latex": r"\frac{C}{P}", "description": "Le coupon sur le prix."})
    assert html.startswith('<figure class="formula"><math ')
    assert 'display="block"' in html
    assert html.endswith("<figcaption>Le coupon sur le prix.</figcaption></figure>")


def test_accordion_opens_on_its_answers():
    item = {"question": "Combien ?", "answer": r"<p>\(x\)</p>"}
    items = [{"type": "item", "id": str(uuid4()), "value": item}]
    html = render("accordion", {"items": items})
    assert "<summary>Combien ?<svg " in html
    assert '<div class="accordion__body"><div class="rich-text"><p><math ' in html


def test_image_has_the_editor_s_alternative_and_caption():
    image = make_image()
    html = render("image", {"image": image.pk, "alt": "Une courbe", "caption": "La courbe"})
    assert 'alt="Une courbe"' in html
    assert "<figcaption>La courbe</figcaption>" in html
    assert 'loading="lazy"' in html
    assert "original_images" not in html
    decorative = render("image", {"image": image.pk, "alt": "", "caption": ""})
    assert 'alt=""' in decorative
    assert "figcaption" not in decorative


def test_course_call_leads_to_a_live_course_only():
    course = make_course(title="Obligations")
    html = render("course_call", {"course": course.pk})
    assert "Obligations" in html
    assert f'href="{course.url}"' in html
    course.unpublish()
    assert render("course_call", {"course": course.pk}) == ""


def test_document_says_its_type_and_leads_to_the_guarded_address():
    document = make_document("notes.pdf")
    html = render("document", {"document": document.pk, "title": "Mes notes"})
    assert f'href="/documents/{document.pk}/{document.filename}"' in html
    assert "<strong>Mes notes</strong>" in html
    assert "PDF, " in html
    assert "<strong>notes.pdf</strong>" in render(
        "document", {"document": document.pk, "title": ""}
    )


# What is refused ---------------------------------------------------------------------------------


def test_unreadable_formula_in_a_text_is_refused_by_name():
    block = TextBlock()
    with pytest.raises(ValidationError) as refusal:
        block.clean(block.to_python(r"<p>\(x\), \(\frac{\) et \[\sqrt{\]</p>"))
    assert refusal.value.messages == [r"Formule illisible : \frac{, \sqrt{"]
    assert block.clean(block.to_python(r"<p>\(x\)</p>")).source == r"<p>\(x\)</p>"


def test_unreadable_formula_alone_is_refused_on_its_field():
    block = FormulaBlock()
    with pytest.raises(StructBlockValidationError) as refusal:
        block.clean(block.to_python({"latex": r"\frac{", "description": ""}))
    assert {name: error.messages for name, error in refusal.value.block_errors.items()} == {
        "latex": ["Cette formule est illisible."]
    }


@pytest.mark.parametrize("latex", [r"\href{javascript:alert(1)}{x}", r"\text{<img src=x>}"])
def test_hostile_formula_alone_is_refused(latex):
    block = FormulaBlock()
    with pytest.raises(StructBlockValidationError):
        block.clean(block.to_python({"latex": latex, "description": ""}))


def test_unreadable_formula_is_refused_in_the_editor_s_form_and_nothing_is_lost(client):
    client.force_login(make_user(is_superuser=True))
    page = make_reading(make_course())
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = querydict_from_html(client.get(url).text, form_id="page-edit-form").dict()
    typed = rich_text(r"<p>Avant \(\frac{\) apres</p>", features=PROSE_FEATURES)
    data |= nested_form_data({"body": streamfield([("text", typed)])})
    response = client.post(url, {**data, "action-publish": "action-publish"})
    assert response.status_code == 200
    assert response.context["form"].errors.as_data()["body"][0].as_json_data() == {
        "blockErrors": {0: {"messages": [r"Formule illisible : \frac{"]}}
    }
    assert "apres" in response.text
    page.refresh_from_db()
    assert [block.value.source for block in page.body] == ["<p>Texte réservé aux inscrits.</p>"]


# In the editor -----------------------------------------------------------------------------------

STREAMS = {
    "body": BodyBlock(),
    "cards": CardsBlock(),
    "questions": QuestionsBlock(),
    "items": TextItemsBlock(),
}
CHILDREN = [(stream, name) for stream, block in STREAMS.items() for name in block.child_blocks]


@pytest.mark.parametrize(("stream", "name"), CHILDREN)
def test_block_has_a_label_an_icon_and_a_description(stream, name):
    block = STREAMS[stream].child_blocks[name]
    assert str(block.label)
    assert block.meta.icon != "placeholder"
    assert block.get_description()


@pytest.mark.parametrize(("stream", "name"), CHILDREN)
def test_block_has_a_preview(stream, name):
    assert STREAMS[stream].child_blocks[name].is_previewable


@pytest.mark.parametrize(("stream", "name"), CHILDREN)
def test_preview_of_a_block_is_shown_with_the_site_s_styles(client, stream, name):
    make_course()  # for the block that calls to one
    client.force_login(make_user(is_superuser=True))
    block = STREAMS[stream].child_blocks[name]
    response = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
    assert response.status_code == 200
    assert "css/components.css" in response.text
    shown = response.text.split('<div class="prose">')[1].split("</main>")[0]
    assert len(shown) > 40


def test_faq_block_is_the_accordion_of_a_text():
    assert type(STREAMS["body"].child_blocks["accordion"]) is FaqBlock
