"""Loads the demo content. What is there already is left as it is: an editor's changes stay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import Group
from django.core.files import File
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page

from cms_pages.models import (
    ArticleCategory,
    ArticlePage,
    BlogIndexPage,
    CourseIndexPage,
    CoursePage,
    DeckLessonPage,
    HomePage,
    LessonPage,
    ModulePage,
    Person,
    QuizLessonPage,
    ReadingLessonPage,
    SiteDocument,
    SiteImage,
    StandardPage,
    VideoLessonPage,
)
from dojo.setup import setup_site
from dojo.users.models import User
from dojo.users.roles import Role
from lms.models import Enrolment, TermSource
from lms.services.attempts import save_answer, start_attempt, submit_attempt
from lms.services.enrolments import grant_term
from lms.services.progress import complete_lesson
from lms.services.registry import course_row, lesson_row
from shop.models import Coupon, CouponKind

from .blocks import BlockBuilder, unwrap

CONTENT = Path(__file__).parent / "content"
MEDIA = CONTENT / "media"

PASSWORD = "dojo-demo-2026"  # noqa: S105 - printed by `make demo`, refused in production
FIRST_COURSE = "ccvm-volume-1"
ADMIN, EDITOR, STUDENT = "admin@dojo.test", "editeur@dojo.test", "etudiant@dojo.test"

LESSONS: dict[str, type[LessonPage]] = {
    "video": VideoLessonPage,
    "reading": ReadingLessonPage,
    "quiz": QuizLessonPage,
    "deck": DeckLessonPage,
}
QUIZ_RULES = [
    "passing_score",
    "time_limit_minutes",
    "attempts_allowed",
    "shuffle_questions",
    "shuffle_options",
    "reveal",
]

Raw = dict[str, Any]


@transaction.atomic
def load_demo() -> None:
    home = setup_site()
    Loader(home).load()


class Loader:
    def __init__(self, home: HomePage) -> None:
        self.home = home
        self.locale = Locale.objects.get(language_code="fr")
        self.catalogue = CourseIndexPage.objects.child_of(home).get()
        self.blog = BlogIndexPage.objects.child_of(home).get()
        self.people: dict[str, Person] = {}

    def load(self) -> None:
        courses = [_read(path) for path in sorted((CONTENT / "courses").glob("*.yaml"))]
        articles = [_read(path) for path in sorted((CONTENT / "articles").glob("*.yaml"))]
        pages = _read(CONTENT / "pages.yaml")
        for person in _read(CONTENT / "people.yaml"):
            self.people[person["key"]] = self._person(person)
        # Pages first and their texts after, since the texts link to pages.
        new_courses = [raw for raw in courses if self._add_course(raw)]
        new_articles = [raw for raw in articles if self._add_article(raw)]
        new_pages = [raw for raw in pages["pages"] if self._add_standard_page(raw)]
        for raw in new_courses:
            self._fill_course(raw)
        for raw in new_articles:
            self._fill_article(raw)
        for raw in new_pages:
            page = StandardPage.objects.child_of(self.home).get(slug=raw["slug"])
            page.body = self._builder(page).body(raw["body"])
            _publish(page)
        self._fill_indexes(pages)
        self._add_coupons()
        self._add_users()

    # Pages -------------------------------------------------------------------------------------

    def _person(self, raw: Raw) -> Person:
        person, _created = Person.objects.get_or_create(
            name=raw["name"],
            locale=self.locale,
            defaults={"title": raw["title"], "bio": unwrap(raw["bio"])},
        )
        return person

    def _add_course(self, raw: Raw) -> bool:
        if CoursePage.objects.child_of(self.catalogue).filter(slug=raw["slug"]).exists():
            return False
        self.catalogue.add_child(
            instance=CoursePage(
                title=raw["title"],
                slug=raw["slug"],
                summary=raw["summary"],
                category=raw["category"],
                price=Decimal(raw["price"]),
                access_days=raw["access_days"],
                instructor=self.people[raw["instructor"]],
                cover=_image(raw["cover"]),
                search_description=raw["summary"][:155],
            )
        )
        return True

    def _fill_course(self, raw: Raw) -> None:
        course = CoursePage.objects.child_of(self.catalogue).get(slug=raw["slug"])
        builder = self._builder(course)
        course.body = builder.body(raw["body"])
        course.outcomes = builder.text_items(raw["outcomes"], "outcomes")
        course.audience = builder.text_items(raw["audience"], "audience")
        course.faq = builder.faq(raw["faq"])
        _publish(course)
        for raw_module in raw["modules"]:
            module = course.add_child(
                instance=ModulePage(
                    title=raw_module["title"],
                    slug=raw_module["slug"],
                    summary=raw_module["summary"],
                )
            )
            _publish(module)
            for raw_lesson in raw_module["lessons"]:
                self._add_lesson(module, raw_lesson)

    def _add_lesson(self, module: ModulePage, raw: Raw) -> None:
        lesson = LESSONS[raw["kind"]](
            title=raw["title"],
            slug=raw["slug"],
            minutes=raw["minutes"],
            is_preview=raw.get("preview", False),
        )
        builder = BlockBuilder(f"{module.slug}/{raw['slug']}", self._page_id)
        match lesson:
            case VideoLessonPage():
                video = raw["video"]
                lesson.video_file = _document(video["file"])
                lesson.captions_file = _document(video["captions"])
                lesson.transcript = builder.html(video["transcript"])
                lesson.body = builder.body(raw.get("body") or [])
            case ReadingLessonPage():
                lesson.body = builder.body(raw["body"])
            case QuizLessonPage():
                lesson.intro = builder.html(raw["intro"])
                lesson.questions = builder.questions(raw["questions"])
                for rule in QUIZ_RULES:
                    if rule in raw:
                        setattr(lesson, rule, raw[rule])
            case DeckLessonPage():
                lesson.intro = builder.html(raw["intro"])
                lesson.cards = builder.cards(raw["cards"])
        module.add_child(instance=lesson)
        _publish(lesson)

    def _add_article(self, raw: Raw) -> bool:
        if ArticlePage.objects.child_of(self.blog).filter(slug=raw["slug"]).exists():
            return False
        category, _created = ArticleCategory.objects.get_or_create(
            slug=raw["category"]["slug"],
            locale=self.locale,
            defaults={"name": raw["category"]["name"]},
        )
        article = ArticlePage(
            title=raw["title"],
            slug=raw["slug"],
            excerpt=raw["excerpt"],
            seo_title=raw["seo_title"],
            search_description=raw["search_description"],
            keywords=", ".join(raw["keywords"]),
            published_on=raw["published_on"],
            category=category,
            author=self.people[raw["author"]],
            cover=_image(raw["cover"]),
        )
        self.blog.add_child(instance=article)
        article.tags.add(*raw["tags"])
        return True

    def _fill_article(self, raw: Raw) -> None:
        article = ArticlePage.objects.child_of(self.blog).get(slug=raw["slug"])
        article.body = self._builder(article).body(raw["body"])
        article.related = ArticlePage.objects.child_of(self.blog).filter(slug__in=raw["related"])
        _publish(article)

    def _add_standard_page(self, raw: Raw) -> bool:
        if StandardPage.objects.child_of(self.home).filter(slug=raw["slug"]).exists():
            return False
        self.home.add_child(
            instance=StandardPage(title=raw["title"], slug=raw["slug"], lead=raw["lead"])
        )
        return True

    def _fill_indexes(self, pages: Raw) -> None:
        for page, raw in ((self.catalogue, pages["courses"]), (self.blog, pages["blog"])):
            if not page.lead:
                page.title, page.lead = raw["title"], raw["lead"]
                _publish(page)
        home, raw = self.home, pages["home"]
        if not home.lead:
            home.headline, home.lead = raw["headline"], raw["lead"]
            home.cover = _image(raw["cover"])
            home.body = self._builder(home).body(raw["body"])
            _publish(home)

    def _builder(self, page: Page) -> BlockBuilder:
        return BlockBuilder(page.slug, self._page_id)

    def _page_id(self, kind: str, slug: str) -> int:
        if kind == "course":
            return CoursePage.objects.child_of(self.catalogue).get(slug=slug).pk
        return ArticlePage.objects.child_of(self.blog).get(slug=slug).pk

    # Shop and people ---------------------------------------------------------------------------

    def _add_coupons(self) -> None:
        Coupon.objects.get_or_create(
            code="BIENVENUE10", defaults={"kind": CouponKind.PERCENT, "value": Decimal(10)}
        )
        Coupon.objects.get_or_create(
            code="EXPIRE",
            defaults={
                "kind": CouponKind.PERCENT,
                "value": Decimal(25),
                "valid_until": timezone.now() - timedelta(days=30),
            },
        )

    def _add_users(self) -> None:
        _user(ADMIN, "Alice", "Tremblay", Role.ADMINISTRATOR, is_superuser=True, is_staff=True)
        _user(EDITOR, "Émile", "Gagnon", Role.EDITOR)
        student = _user(STUDENT, "Sofia", "Nguyen", None)
        course = CoursePage.objects.child_of(self.catalogue).get(slug=FIRST_COURSE)
        if not Enrolment.objects.filter(user=student).exists():
            grant_term(
                user=student,
                course=course_row(course),
                days=course.access_days,
                source=TermSource.GIFT,
            )
            self._study(student, course)

    def _study(self, student: User, course: CoursePage) -> None:
        """The first lessons done and the first quiz taken once, with some wrong answers."""
        for lesson in course.lessons[:2]:
            complete_lesson(user=student, lesson=lesson_row(lesson))
        quiz = next(lesson for lesson in course.lessons if isinstance(lesson, QuizLessonPage))
        quiz = QuizLessonPage.objects.get(pk=quiz.pk)
        attempt = start_attempt(user=student, page=quiz)
        for question in attempt.questions.select_related("version"):
            values = _answer(question.version.content, right=question.position % 3 != 0)
            save_answer(
                user=student, attempt_id=attempt.pk, position=question.position, values=values
            )
        submit_attempt(user=student, attempt_id=attempt.pk)


def _answer(content: Raw, *, right: bool) -> list[str]:
    match content["kind"]:
        case "single_choice":
            return [o["id"] for o in content["options"] if o["is_correct"] is right][:1]
        case "multiple_choice":
            return [o["id"] for o in content["options"] if o["is_correct"] is right]
        case "true_false":
            return ["true" if content["answer"] is right else "false"]
        case "short_answer":
            return [content["variants"][0] if right else "je ne sais pas"]
        case _:
            return [content["answer"] if right else "0"]


def _user(email: str, first: str, last: str, role: Role | None, **fields: Any) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD, first_name=first, last_name=last, **fields)
        if role is not None:
            user.groups.add(Group.objects.get(name=role.value))
    return user


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _publish(page: Page) -> None:
    page.full_clean()
    page.save_revision().publish()
    page.refresh_from_db()


def _image(raw: Raw) -> SiteImage:
    image = SiteImage.objects.filter(title=raw["file"]).first()
    if image is None:
        with (MEDIA / raw["file"]).open("rb") as file:
            image = SiteImage(title=raw["file"], description=unwrap(raw["alt"])[:255])
            image.file = ImageFile(file, name=raw["file"])
            image.save()
    return image


def _document(name: str) -> SiteDocument:
    document = SiteDocument.objects.filter(title=name).first()
    if document is None:
        with (MEDIA / name).open("rb") as file:
            document = SiteDocument(title=name)
            document.file.save(name, File(file), save=True)
    return document
