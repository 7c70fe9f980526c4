"""What wagtail-localize makes of a course: the same questions, the same rules, one enrolment."""

import pytest
from wagtail.models import Locale
from wagtail_localize.models import Translation, TranslationSource

from cms_pages.models import CourseIndexPage, HomePage
from lms.access import Reason, lesson_access
from lms.questions import question_content
from lms.services.registry import lesson_row
from tests.factories import (
    make_course,
    make_deck,
    make_module,
    make_quiz,
    make_student,
    multiple_choice,
    numeric,
    single_choice,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def translate(django_capture_on_commit_callbacks):
    """The English page that wagtail-localize makes and publishes, or brings up to date."""
    english = Locale.objects.get(language_code="en")

    def translate(page):
        source, _created = TranslationSource.update_or_create_from_instance(page)
        translation, _created = Translation.objects.get_or_create(
            source=source, target_locale=english
        )
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
        return type(page).objects.get(pk=page.get_translation(english).pk)

    return translate


@pytest.fixture
def course():
    return make_course(price="199.00", access_days=365)


@pytest.fixture
def module(course, translate):
    module = make_module(course)
    for page in (HomePage.objects.get(), CourseIndexPage.objects.get(), course, module):
        translate(page)
    return module


def identities(quiz):
    """The ids of a quiz's questions and of their options."""
    return [
        (child.id, [option.id for option in child.value["options"].bound_blocks])
        for child in quiz.questions
    ]


def test_translated_quiz_asks_the_same_questions(module, translate):
    quiz = make_quiz(module, [single_choice("Un choix"), multiple_choice("Des choix")])
    translated = translate(quiz)
    assert translated.pk != quiz.pk
    assert identities(translated) == identities(quiz)
    assert lesson_row(translated) == lesson_row(quiz)


def test_translated_quiz_follows_reordering_and_deleting(module, translate):
    quiz = make_quiz(module, [single_choice(f"Question {number}") for number in range(3)])
    translate(quiz)
    quiz.questions = [quiz.questions.raw_data[2], quiz.questions.raw_data[0]]
    quiz.save()
    assert identities(translate(quiz)) == identities(type(quiz).objects.get(pk=quiz.pk))


def test_rules_points_and_right_answers_are_the_same_in_every_language(module, translate):
    quiz = make_quiz(
        module,
        [single_choice("Un choix", points="3"), numeric("Un nombre", answer="42.5")],
        passing_score=55,
        attempts_allowed=2,
        time_limit_minutes=30,
        reveal="after_last",
    )
    translated = translate(quiz)
    for page in (quiz, translated):
        assert (page.passing_score, page.attempts_allowed, page.time_limit_minutes) == (55, 2, 30)
        choice, number = (
            question_content(child.block_type, child.value) for child in page.questions
        )
        assert choice["points"] == "3"
        assert [option["is_correct"] for option in choice["options"]] == [True, False, False]
        assert (number["answer"], number["tolerance"], number["unit"]) == ("42.5", "0.01", "$")


def test_changed_price_and_rules_reach_the_translation(course, module, translate):
    quiz = make_quiz(module, passing_score=70)
    translate(quiz)
    course.price = "249.00"
    course.save()
    quiz.passing_score = 80
    quiz.save()
    assert str(translate(course).price) == "249.00"
    assert translate(quiz).passing_score == 80


def test_translated_cards_keep_their_ids(module, translate):
    deck = make_deck(module)
    assert [card.id for card in translate(deck).cards] == [card.id for card in deck.cards]


def test_course_bought_in_one_language_is_open_in_the_other(client, course, module, translate):
    quiz = make_quiz(module)
    translated = translate(quiz)
    student = make_student(course)
    assert lesson_access(student, translated).reason is Reason.ENROLLED
    client.force_login(student)
    response = client.get(translated.url)
    assert translated.url.startswith("/en/")
    assert response.status_code == 200
    client.force_login(make_student())
    assert client.get(translated.url).status_code == 403
