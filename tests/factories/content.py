from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image as PillowImage
from wagtail.models import Collection, Locale, Page

from cms_pages.models import (
    ArticlePage,
    BlogIndexPage,
    CourseIndexPage,
    CoursePage,
    DeckLessonPage,
    HomePage,
    ModulePage,
    QuizLessonPage,
    ReadingLessonPage,
    SiteDocument,
    SiteImage,
    StandardPage,
    VideoLessonPage,
)
from dojo.setup import setup_site

_numbers = count(1)

Block = dict[str, Any]


def make_home() -> HomePage:
    """The page tree of a new installation. A transactional test before this one emptied the
    database, and with it what Wagtail's migrations put there: that is made again first."""
    home = HomePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    if home is not None:
        return home
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    if not Page.objects.filter(depth=1).exists():
        Page.add_root(instance=Page(title="Root", slug="root"))
    if not Collection.objects.filter(depth=1).exists():
        Collection.add_root(name="Root")
    return setup_site()


def make_course(
    *, price: str = "199.00", title: str = "Cours d’essai", **fields: Any
) -> CoursePage:
    """A live course without modules."""
    catalogue = CourseIndexPage.objects.child_of(make_home()).get()
    return catalogue.add_child(
        instance=CoursePage(
            **{
                "title": title,
                "slug": f"cours-{next(_numbers)}",
                "summary": "Un cours pour les tests.",
                "category": "professionals",
                "price": Decimal(price),
                **fields,
            }
        )
    )


def make_module(course: CoursePage, **fields: Any) -> ModulePage:
    number = next(_numbers)
    values = {"title": f"Module {number}", "slug": f"module-{number}", **fields}
    return course.add_child(instance=ModulePage(**values))


def make_reading(
    parent: CoursePage | ModulePage, text: str = "", **fields: Any
) -> ReadingLessonPage:
    """A live reading; below a course, in a module of its own."""
    module = parent if isinstance(parent, ModulePage) else make_module(parent)
    number = next(_numbers)
    values = {"title": f"Lecture {number}", "slug": f"lecture-{number}", **fields}
    body = [{"type": "text", "value": text or "<p>Texte réservé aux inscrits.</p>"}]
    return module.add_child(instance=ReadingLessonPage(body=body, **values))


def _module_of(parent: CoursePage | ModulePage) -> ModulePage:
    return parent if isinstance(parent, ModulePage) else make_module(parent)


def make_video(parent: CoursePage | ModulePage, **fields: Any) -> VideoLessonPage:
    """A live video lesson, on Vimeo unless a file is given."""
    number = next(_numbers)
    values = {"title": f"Vidéo {number}", "slug": f"video-{number}", **fields}
    if "video_file" not in values:
        values.setdefault("vimeo_url", "https://vimeo.com/123456789")
    return _module_of(parent).add_child(instance=VideoLessonPage(**values))


def make_deck(
    parent: CoursePage | ModulePage, cards: list[tuple[str, str]] | None = None, **fields: Any
) -> DeckLessonPage:
    """A live deck; by default of one card."""
    number = next(_numbers)
    values = {"title": f"Cartes {number}", "slug": f"cartes-{number}", **fields}
    blocks = [
        {"type": "card", "id": str(uuid4()), "value": {"front": front, "back": back}}
        for front, back in cards or [("<p>Recto</p>", "<p>Verso</p>")]
    ]
    return _module_of(parent).add_child(instance=DeckLessonPage(cards=blocks, **values))


def make_quiz(
    parent: CoursePage | ModulePage, questions: list[Block] | None = None, **fields: Any
) -> QuizLessonPage:
    """A live quiz; by default with two questions of one point, of which `a` is right."""
    module = parent if isinstance(parent, ModulePage) else make_module(parent)
    number = next(_numbers)
    values = {
        "title": f"Quiz {number}",
        "slug": f"quiz-{number}",
        "shuffle_options": False,
        **fields,
    }
    if questions is None:
        questions = [single_choice("Première question"), single_choice("Seconde question")]
    page = module.add_child(instance=QuizLessonPage(questions=questions, **values))
    return QuizLessonPage.objects.get(pk=page.pk)


def _question(kind: str, text: str, points: str, **value: Any) -> Block:
    common = {"text": f"<p>{text}</p>", "points": points, "explanation": "<p>Parce que.</p>"}
    return {"type": kind, "id": str(uuid4()), "value": {**common, **value}}


def option_id(text: str, name: str) -> str:
    """The id that the option `name` of the question `text` has here."""
    return str(uuid5(NAMESPACE_OID, f"{text}:{name}"))


def _options(text: str, names: str, right: str) -> list[Block]:
    return [
        {
            "type": "item",
            "id": option_id(text, name),
            "value": {
                "text": f"<p>Choix {name}</p>",
                "is_correct": name in right,
                "feedback": f"<p>Rétroaction {name}</p>",
            },
        }
        for name in names
    ]


def single_choice(text: str = "Choisir", points: str = "1", right: str = "a") -> Block:
    return _question("single_choice", text, points, options=_options(text, "abc", right))


def multiple_choice(text: str = "Cocher", points: str = "2", right: str = "ab") -> Block:
    return _question("multiple_choice", text, points, options=_options(text, "abcd", right))


def true_false(text: str = "Vrai?", points: str = "1", answer: str = "true") -> Block:
    return _question("true_false", text, points, answer=answer, feedback_true="", feedback_false="")


def short_answer(
    text: str = "Nommer", points: str = "1", variants: list[str] | None = None
) -> Block:
    items = [
        {"type": "item", "id": str(uuid4()), "value": variant}
        for variant in variants or ["Échéance"]
    ]
    return _question(
        "short_answer", text, points, variants=items, case_sensitive=False, accents_required=False
    )


def numeric(text: str = "Calculer", points: str = "1", answer: str = "1102.50") -> Block:
    return _question("numeric", text, points, answer=answer, tolerance="0.01", unit="$")


def make_document(name: str = "notes.pdf", content: bytes = b"%PDF-1.4 contenu") -> SiteDocument:
    document = SiteDocument(title=name)
    document.file.save(name, ContentFile(content), save=False)
    document._set_document_file_metadata()
    document.save()
    return document


def document_block(document: SiteDocument) -> Block:
    return {"type": "document", "value": {"document": document.pk, "title": ""}}


def make_image(name: str = "dessin.png", color: str = "navy") -> SiteImage:
    data = BytesIO()
    PillowImage.new("RGB", (320, 180), color).save(data, "PNG")
    return SiteImage.objects.create(
        title=name, description="Un dessin.", file=ImageFile(BytesIO(data.getvalue()), name=name)
    )


def make_standard_page(**fields: Any) -> StandardPage:
    number = next(_numbers)
    values = {"title": f"Page {number}", "slug": f"page-{number}", **fields}
    return make_home().add_child(instance=StandardPage(**values))


def make_article(**fields: Any) -> ArticlePage:
    blog = BlogIndexPage.objects.child_of(make_home()).get()
    number = next(_numbers)
    values = {
        "title": f"Article {number}",
        "slug": f"article-{number}",
        "excerpt": "Un extrait.",
        "body": [{"type": "text", "value": "<p>Le corps.</p>"}],
        **fields,
    }
    return blog.add_child(instance=ArticlePage(**values))
