"""The rows of courses and lessons follow their pages, and outlive them."""

import pytest
from wagtail.models import Locale

from cms_pages.models import CourseIndexPage, CoursePage, HomePage, QuizLessonPage
from lms.access import Reason, lesson_access
from lms.models import Attempt, Course, Enrolment, Lesson, LessonProgress
from lms.selectors.pages import course_pages, lesson_page
from lms.selectors.progress import completed_keys
from lms.services.attempts import start_attempt, submit_attempt
from lms.services.progress import complete_lesson
from lms.services.registry import course_row, lesson_row
from tests.factories import make_course, make_module, make_quiz, make_reading, make_student

pytestmark = pytest.mark.django_db


def test_new_pages_have_their_rows():
    course = make_course(title="Obligations")
    lesson = make_reading(course, title="Le coupon")
    assert list(Course.objects.values_list("translation_key", "title")) == [
        (course.translation_key, "Obligations")
    ]
    assert list(
        Lesson.objects.values_list("translation_key", "title", "kind", "course__title")
    ) == [(lesson.translation_key, "Le coupon", "reading", "Obligations")]


def test_titles_follow_the_pages():
    course = make_course(title="Obligations")
    lesson = make_reading(course, title="Le coupon")
    course.title, lesson.title = "Obligations I", "Le coupon couru"
    course.save()
    lesson.save()
    assert course_row(course).title == "Obligations I"
    assert lesson_row(lesson).title == "Le coupon couru"
    assert (Course.objects.count(), Lesson.objects.count()) == (1, 1)


def test_draft_does_not_rename_the_row():
    lesson = make_reading(make_course(), title="Le coupon")
    lesson.title = "Brouillon"
    lesson.save_revision()
    assert lesson_row(lesson).title == "Le coupon"


def test_publishing_a_draft_renames_the_row():
    lesson = make_reading(make_course(), title="Le coupon")
    lesson.title = "Le coupon couru"
    lesson.save_revision().publish()
    assert lesson_row(lesson).title == "Le coupon couru"


def test_lesson_moved_to_another_course_takes_its_row_along():
    here, there = make_course(title="Ici"), make_course(title="Là")
    lesson = make_reading(here)
    target = make_module(there)
    before = lesson_row(lesson)
    lesson.move(target, pos="last-child")
    after = Lesson.objects.get()
    assert (after.pk, after.course.title) == (before.pk, "Là")


def test_module_moved_to_another_course_takes_its_lessons_along():
    here, there = make_course(title="Ici"), make_course(title="Là")
    module = make_module(here)
    make_reading(module)
    make_quiz(module)
    draft = make_reading(module)
    draft.unpublish()
    stays = make_reading(here)
    module.move(there, pos="last-child")
    courses = dict(Lesson.objects.values_list("translation_key", "course__title"))
    assert courses.pop(stays.translation_key) == "Ici"
    assert list(courses.values()) == ["Là", "Là", "Là"]


def test_moved_lesson_follows_the_access_of_its_new_course():
    here, there = make_course(), make_course()
    lesson = make_reading(here)
    student, newcomer = make_student(here), make_student(there)
    lesson.move(make_module(there), pos="last-child")
    moved = type(lesson).objects.get(pk=lesson.pk)
    assert lesson_access(student, moved).reason is Reason.NOT_ENROLLED
    assert lesson_access(newcomer, moved).reason is Reason.ENROLLED


def test_copied_course_is_another_course():
    course = make_course()
    quiz = make_quiz(course)
    student = make_student(course)
    start_attempt(user=student, page=quiz)
    copy = course.copy(recursive=True, update_attrs={"slug": "copie", "title": "Copie"})
    copied = QuizLessonPage.objects.descendant_of(copy).get()
    assert lesson_row(copied).course.title == "Copie"
    assert lesson_row(copied).pk != lesson_row(quiz).pk
    assert lesson_access(student, copied).reason is Reason.NOT_ENROLLED
    assert Attempt.objects.get().lesson == lesson_row(quiz)


def test_deleting_a_course_keeps_what_students_did():
    course = make_course()
    quiz, reading = make_quiz(course), make_reading(course)
    student = make_student(course)
    attempt = start_attempt(user=student, page=quiz)
    submit_attempt(user=student, attempt_id=attempt.pk)
    complete_lesson(user=student, lesson=lesson_row(reading))
    CoursePage.objects.get(pk=course.pk).delete()
    assert not CoursePage.objects.exists()
    assert (Course.objects.count(), Lesson.objects.count()) == (1, 2)
    assert Attempt.objects.get().questions.count() == 2
    assert LessonProgress.objects.get().completed_at is not None
    assert Enrolment.objects.get().terms.count() == 1
    assert lesson_page(lesson_row(quiz)) is None


# Languages ---------------------------------------------------------------------------------------


@pytest.fixture
def english():
    return Locale.objects.get(language_code="en")


def translate(course, english):
    """The English tree down to the course, as wagtail-localize would copy it."""
    for page in (HomePage.objects.first(), CourseIndexPage.objects.first()):
        if not page.has_translation(english):
            page.copy_for_translation(english)
    copies = {}
    for page in [course, *course.get_descendants().order_by("path").specific()]:
        copy = page.copy_for_translation(english)
        copy.live = True
        copy.save()
        copies[page.pk] = copy
    return copies


def test_translation_shares_the_rows(english):
    course = make_course(title="Obligations")
    quiz = make_quiz(course, title="Le quiz")
    copies = translate(course, english)
    translated = copies[quiz.pk]
    assert translated.locale == english
    assert lesson_row(translated) == lesson_row(quiz)
    assert course_row(copies[course.pk]) == course_row(course)
    assert (Course.objects.count(), Lesson.objects.count()) == (1, 1)


def test_translated_title_does_not_rename_the_row(english):
    course = make_course(title="Obligations")
    quiz = make_quiz(course, title="Le quiz")
    copies = translate(course, english)
    for page, title in ((course, "Bonds"), (quiz, "The quiz")):
        copies[page.pk].title = title
        copies[page.pk].save()
    assert course_row(course).title == "Obligations"
    assert lesson_row(quiz).title == "Le quiz"


def test_enrolment_and_progress_are_shared_across_languages(english):
    course = make_course()
    reading, quiz = make_reading(course), make_quiz(course)
    copies = translate(course, english)
    student = make_student(course)
    assert lesson_access(student, copies[reading.pk]).reason is Reason.ENROLLED
    complete_lesson(user=student, lesson=lesson_row(copies[reading.pk]))
    assert completed_keys(student, course.lessons) == {reading.translation_key}
    attempt = start_attempt(user=student, page=quiz)
    assert start_attempt(user=student, page=copies[quiz.pk]).pk == attempt.pk


def test_pages_are_found_in_the_language_of_the_request(english, settings):
    from django.utils import translation

    course = make_course()
    quiz = make_quiz(course)
    copies = translate(course, english)
    row, key = lesson_row(quiz), course.translation_key
    for language, expected in (("fr", quiz), ("en", copies[quiz.pk])):
        with translation.override(language):
            assert lesson_page(row).pk == expected.pk
    with translation.override("en"):
        assert course_pages([key])[key].pk == copies[course.pk].pk
    CoursePage.objects.get(pk=copies[course.pk].pk).unpublish()
    with translation.override("en"):
        assert course_pages([key])[key].pk == course.pk
