"""What may stand below what."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from cms_pages.models import (
    ArticleCategory,
    ArticlePage,
    BlogIndexPage,
    CourseIndexPage,
    CoursePage,
    DeckLessonPage,
    HomePage,
    ModulePage,
    QuizLessonPage,
    ReadingLessonPage,
    StandardPage,
    VideoLessonPage,
)
from cms_pages.models.courses import syllabuses
from cms_pages.models.lessons import lesson_models
from tests.factories import (
    make_article,
    make_course,
    make_deck,
    make_document,
    make_home,
    make_module,
    make_quiz,
    make_reading,
    make_standard_page,
    make_student,
    make_user,
    make_video,
)

pytestmark = pytest.mark.django_db

LESSONS = {VideoLessonPage, ReadingLessonPage, QuizLessonPage, DeckLessonPage}


@pytest.mark.parametrize(
    ("parent", "children"),
    [
        (HomePage, {StandardPage, CourseIndexPage, BlogIndexPage}),
        (StandardPage, {StandardPage}),
        (CourseIndexPage, {CoursePage}),
        (CoursePage, {ModulePage}),
        (ModulePage, LESSONS),
        (BlogIndexPage, {ArticlePage}),
        (ArticlePage, set()),
        *((lesson, set()) for lesson in sorted(LESSONS, key=lambda model: model.__name__)),
    ],
)
def test_page_allows_below_it_what_makes_sense(parent, children):
    assert set(parent.allowed_subpage_models()) == children


@pytest.mark.parametrize(
    ("page", "parents"),
    [
        (HomePage, {Page}),
        (StandardPage, {HomePage, StandardPage}),
        (CourseIndexPage, {HomePage}),
        (CoursePage, {CourseIndexPage}),
        (ModulePage, {CoursePage}),
        (BlogIndexPage, {HomePage}),
        (ArticlePage, {BlogIndexPage}),
        *((lesson, {ModulePage}) for lesson in sorted(LESSONS, key=lambda model: model.__name__)),
    ],
)
def test_page_stands_below_what_makes_sense(page, parents):
    assert set(page.allowed_parent_page_models()) == parents


def test_home_has_one_catalogue_and_one_blog():
    home = make_home()
    assert not CourseIndexPage.can_create_at(home)
    assert not BlogIndexPage.can_create_at(home)
    assert StandardPage.can_create_at(home)


def test_lesson_can_not_be_moved_out_of_a_module():
    lesson, course = make_reading(make_course()), make_course()
    assert not lesson.can_move_to(course)
    assert lesson.can_move_to(make_module(course))


def test_lesson_models_are_every_kind_of_lesson():
    assert set(lesson_models()) == LESSONS
    assert [str(model().get_kind_label()) for model in lesson_models()] == [
        "Vidéo",
        "Lecture",
        "Quiz",
        "Cartes",
    ]


def test_lesson_knows_its_module_and_its_course():
    course = make_course()
    module = make_module(course)
    lesson = ReadingLessonPage.objects.get(pk=make_reading(module).pk)
    assert (lesson.module, lesson.course, lesson.module.course) == (module, course, course)


# Course ------------------------------------------------------------------------------------------


def test_syllabus_is_what_is_live_in_order():
    course = make_course()
    first, hidden, last = (make_module(course, title=title) for title in ("Un", "Caché", "Deux"))
    quiz = make_quiz(first, minutes=5)
    video = make_video(first, minutes=20)
    video.move(quiz, pos="left")
    make_deck(last, minutes=7)
    make_reading(hidden)
    make_reading(last).unpublish()
    hidden.unpublish()
    course = CoursePage.objects.get(pk=course.pk)
    assert [
        (part.module.title, [lesson.kind for lesson in part.lessons], part.minutes)
        for part in course.syllabus
    ] == [("Un", ["video", "quiz"], 25), ("Deux", ["deck"], 7)]
    assert [lesson.kind for lesson in course.lessons] == ["video", "quiz", "deck"]


def test_syllabuses_of_many_courses_take_the_same_queries(django_assert_num_queries):
    courses = [make_course() for _course in range(6)]
    for course in courses:
        make_reading(course)
        make_quiz(make_module(course))
    with django_assert_num_queries(5):
        one = syllabuses(courses[:1])
    with django_assert_num_queries(5):
        many = syllabuses(courses)
    assert [len(part.lessons) for part in one[courses[0].pk]] == [1, 1]
    assert {pk: [len(part.lessons) for part in parts] for pk, parts in many.items()} == {
        course.pk: [1, 1] for course in courses
    }


def test_syllabus_of_a_course_holds_no_lesson_of_a_course_whose_path_begins_alike():
    courses = [make_course() for _course in range(2)]
    make_reading(courses[1])
    assert syllabuses(courses)[courses[0].pk] == []


def test_course_page_says_what_it_holds(client):
    course = make_course(title="Obligations", price="1199.50", access_days=180)
    module = make_module(course, title="Le coupon")
    make_reading(module, minutes=50)
    make_reading(module, minutes=20, is_preview=True, title="Un aperçu")
    text = " ".join(client.get(course.url).text.split())
    assert "<h1>Obligations</h1>" in text
    assert "1\N{NO-BREAK SPACE}199,50\N{NO-BREAK SPACE}$".replace("\xa0", " ") in text
    assert "Accès pendant 180 jours dès l’achat" in text
    assert "2 leçons" in text
    assert "1 h 10 min" in text
    assert "Aperçu gratuit" in text


@pytest.mark.parametrize(("field", "value"), [("price", Decimal("-0.01")), ("access_days", 0)])
def test_course_refuses_what_can_not_be_sold(field, value):
    course = make_course()
    setattr(course, field, value)
    with pytest.raises(ValidationError) as refusal:
        course.full_clean()
    assert list(refusal.value.message_dict) == [field]
    with pytest.raises(IntegrityError), transaction.atomic():
        course.save(clean=False)


# Files, categories -------------------------------------------------------------------------------


def test_video_file_of_a_lesson_can_not_be_deleted():
    document = make_document("video.mp4")
    make_video(make_course(), video_file=document)
    with pytest.raises(ProtectedError):
        document.delete()


def test_category_with_articles_can_not_be_deleted():
    category = ArticleCategory.objects.create(
        name="Obligations", slug="obligations", locale=make_home().locale
    )
    make_article(category=category)
    with pytest.raises(ProtectedError):
        category.delete()


def test_address_of_a_category_is_taken_once_per_language():
    locale = make_home().locale
    ArticleCategory.objects.create(name="Obligations", slug="obligations", locale=locale)
    with pytest.raises(IntegrityError):
        ArticleCategory.objects.create(name="Encore", slug="obligations", locale=locale)


# Preview and editing -----------------------------------------------------------------------------


@pytest.fixture
def editor(client):
    client.force_login(make_user(is_superuser=True))
    return client


def make_pages():
    course = make_course()
    module = make_module(course)
    return [
        make_home(),
        CourseIndexPage.objects.get(),
        course,
        module,
        make_video(module),
        make_reading(module),
        make_quiz(module),
        make_deck(module),
        BlogIndexPage.objects.get(),
        make_article(),
        make_standard_page(),
    ]


def test_every_page_can_be_edited_and_previewed(editor):
    for page in make_pages():
        edit = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert (page, edit.status_code) == (page, 200)
        page.title = "Un brouillon"
        preview = page.make_preview_request(original_request=edit.wsgi_request)
        assert (page, preview.status_code) == (page, 200)
        assert "Un brouillon" in preview.content.decode()


def test_new_lesson_can_be_previewed_before_it_is_saved(editor):
    module = make_module(make_course())
    for model in lesson_models():
        name = model._meta.model_name
        url = reverse("wagtailadmin_pages:preview_on_add", args=["cms_pages", name, module.pk])
        add = editor.get(reverse("wagtailadmin_pages:add", args=["cms_pages", name, module.pk]))
        data = querydict_from_html(add.text, form_id="page-edit-form").dict()
        data |= {"title": "Pas encore là", "slug": "pas-encore-la"}
        data |= {"vimeo_url": "https://vimeo.com/1"}
        data |= {"body-count": "0", "questions-count": "0", "cards-count": "0"}
        assert editor.post(url, data).json() == {"is_valid": True, "is_available": True}
        response = editor.get(url)
        assert (model, response.status_code) == (model, 200)
        assert "Pas encore là" in response.text


def test_student_sees_no_draft(client):
    page = make_standard_page()
    page.title = "Un brouillon"
    page.save_revision()
    client.force_login(make_student())
    assert "Un brouillon" not in client.get(page.url).text
    draft = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
    assert client.get(draft).status_code == 403
