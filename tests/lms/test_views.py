"""The player's endpoints, as a browser uses them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from cms_pages.models import QuizLessonPage
from lms.models import Attempt, LessonProgress
from lms.services.attempts import start_attempt, submit_attempt
from tests.factories import (
    make_course,
    make_deck,
    make_module,
    make_quiz,
    make_reading,
    make_student,
    make_video,
    multiple_choice,
    numeric,
    short_answer,
    single_choice,
    true_false,
)
from tests.factories.content import option_id

pytestmark = pytest.mark.django_db

START = timezone.datetime.fromisoformat("2026-03-10T12:00:00+00:00")
RIGHT = {
    "q1": option_id("Première question", "a"),
    "q2": option_id("Seconde question", "a"),
}
WRONG = {
    "q1": option_id("Première question", "b"),
    "q2": option_id("Seconde question", "c"),
}


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def student(course, client):
    with time_machine.travel(START - timedelta(days=1)):
        student = make_student(course, days=3650)
    client.force_login(student)
    return student


def sentences(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def url(name, *args):
    return reverse(f"lms:{name}", args=args)


def words(response):
    """The text of a page without markup, its spaces collapsed."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


# Start -------------------------------------------------------------------------------------------


def test_start_leads_to_the_attempt(client, course, student):
    quiz = make_quiz(course)
    response = client.post(url("start_attempt", quiz.pk))
    attempt = Attempt.objects.get()
    assert (response.status_code, response["Location"]) == (302, url("attempt", attempt.pk))
    again = client.post(url("start_attempt", quiz.pk))
    assert again["Location"] == url("attempt", attempt.pk)
    assert Attempt.objects.count() == 1


def test_start_without_an_attempt_left_says_so(client, course, student):
    quiz = make_quiz(course, attempts_allowed=1)
    attempt = start_attempt(user=student, page=quiz)
    submit_attempt(user=student, attempt_id=attempt.pk)
    response = client.post(url("start_attempt", quiz.pk))
    assert response["Location"] == quiz.url
    assert sentences(response) == ["Vous avez utilisé toutes les tentatives permises."]
    assert "Vous avez utilisé toutes vos tentatives." in words(client.get(quiz.url))


def test_start_of_an_empty_quiz_says_so(client, course, student):
    quiz = make_quiz(course, [])
    response = client.post(url("start_attempt", quiz.pk))
    assert response["Location"] == quiz.url
    assert sentences(response) == ["Ce quiz n’a pas encore de questions."]
    assert "Les questions de ce quiz arrivent bientôt." in words(client.get(quiz.url))


def test_start_of_a_page_that_is_no_quiz_is_not_found(client, course, student):
    assert client.post(url("start_attempt", make_reading(course).pk)).status_code == 404


def test_quiz_page_offers_what_can_be_done_next(client, course, student):
    quiz = make_quiz(course, attempts_allowed=2)
    assert "Commencer le quiz" in words(client.get(quiz.url))
    attempt = start_attempt(user=student, page=quiz)
    assert "Reprendre la tentative 1" in words(client.get(quiz.url))
    submit_attempt(user=student, attempt_id=attempt.pk)
    page = words(client.get(quiz.url))
    assert "Nouvelle tentative" in page
    assert "1 sur 2" in page


# Attempt -----------------------------------------------------------------------------------------


def test_attempt_page_asks_every_kind_and_leaks_nothing_that_is_right(client, course, student):
    quiz = make_quiz(
        course,
        [
            single_choice("Un choix"),
            multiple_choice("Des choix"),
            true_false("Une affirmation"),
            short_answer("Un mot", variants=["Obligation-secrète"]),
            numeric("Un nombre", answer="4321.5"),
        ],
        time_limit_minutes=30,
    )
    attempt = start_attempt(user=student, page=quiz)
    response = client.get(url("attempt", attempt.pk))
    page = words(response)
    for text in ("Un choix", "Des choix", "Une affirmation", "Un mot", "Un nombre"):
        assert text in page
    assert (response.context["answered_count"], response.context["question_count"]) == (0, 5)
    for kind, count in (("radio", 5), ("checkbox", 4), ("text", 2)):
        assert (
            response.text.count(f'<input type="{kind}"') + response.text.count(f'" type="{kind}"')
            == count
        )
    for secret in (
        "Parce que.",
        "Rétroaction",
        "Obligation-secrète",
        "4321",
        "is_correct",
        "correct",
        "tolerance",
    ):
        assert secret not in response.text
    # Every choice is written alike, right or wrong: only ids, names and words differ.
    choices = re.findall(r'<div class="choice">.*?</div>\s*</div>', response.text, re.DOTALL)
    assert len(choices) == 9
    shapes = {
        re.sub(r'(name|value|id|for|aria-labelledby|type)="[^"]*"|>[^<]+<', "", choice)
        for choice in choices
    }
    assert len(shapes) == 2  # an editor's choices hold a paragraph, « Vrai » and « Faux » don't


def test_attempt_resumes_with_its_answers_after_a_reload(client, course, student):
    quiz = make_quiz(course, [single_choice("Première question"), numeric("Un nombre")])
    attempt = start_attempt(user=student, page=quiz)
    client.post(url("save_answer", attempt.pk, 1), {"q1": WRONG["q1"]})
    client.post(url("save_answer", attempt.pk, 2), {"q2": "1 234,5 <b>"})
    response = client.get(url("attempt", attempt.pk))
    assert response.context["answered_count"] == 2
    checked = re.findall(r'value="([^"]+)"[^>]* checked', response.text)
    assert checked == [WRONG["q1"]]
    assert 'value="1 234,5 &lt;b&gt;"' in response.text


def test_attempt_page_counts_down_from_the_server_s_clock(client, course, student):
    with time_machine.travel(START, tick=False) as clock:
        quiz = make_quiz(course, time_limit_minutes=30)
        attempt = start_attempt(user=student, page=quiz)
        clock.shift(timedelta(minutes=10))
        response = client.get(url("attempt", attempt.pk))
        assert 'data-seconds="1200"' in response.text
        assert "Remise à 8 h 30" in words(response)  # 12 h 30 in UTC, eight thirty in Toronto


def test_attempt_without_a_limit_says_so(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    response = client.get(url("attempt", attempt.pk))
    assert "Sans limite de temps" in words(response)
    assert "data-seconds" not in response.text


def test_attempt_opened_after_its_deadline_is_submitted_as_it_stood(client, course, student):
    with time_machine.travel(START, tick=False) as clock:
        attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=30))
        client.post(url("save_answer", attempt.pk, 1), {"q1": RIGHT["q1"]})
        clock.shift(timedelta(hours=2))
        response = client.get(url("attempt", attempt.pk))
        assert response["Location"] == url("result", attempt.pk)
        attempt.refresh_from_db()
        assert attempt.submitted_at == START + timedelta(minutes=30)
        assert attempt.points == 1


def test_attempt_opened_in_its_last_second_is_still_open(client, course, student):
    with time_machine.travel(START, tick=False) as clock:
        attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=30))
        clock.shift(timedelta(minutes=30) - timedelta(milliseconds=500))
        response = client.get(url("attempt", attempt.pk))
        assert response.status_code == 200
        assert 'data-seconds="0"' in response.text


def test_submitted_attempt_leads_to_its_result_and_back(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    early = client.get(url("result", attempt.pk))
    assert early["Location"] == url("attempt", attempt.pk)
    submit_attempt(user=student, attempt_id=attempt.pk)
    late = client.get(url("attempt", attempt.pk))
    assert late["Location"] == url("result", attempt.pk)


# Save --------------------------------------------------------------------------------------------


def test_save_says_what_was_kept(client, course, student):
    quiz = make_quiz(course, [single_choice("Première question"), numeric("Un nombre")])
    attempt = start_attempt(user=student, page=quiz)
    for position, data, expected in (
        (1, {"q1": RIGHT["q1"]}, {"is_answered": True, "problem": ""}),
        (1, {}, {"is_answered": False, "problem": ""}),
        (2, {"q2": "12,5"}, {"is_answered": True, "problem": ""}),
        (
            2,
            {"q2": "douze"},
            {
                "is_answered": True,
                "problem": "Ce n’est pas un nombre. Écrivez par exemple 1 234,50.",
            },
        ),
    ):
        response = client.post(url("save_answer", attempt.pk, position), data)
        assert (response.status_code, response.json()) == (200, expected)
    assert attempt.questions.get(position=2).response == {"text": "douze"}


def test_save_of_a_forged_answer_is_refused_in_french(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    response = client.post(url("save_answer", attempt.pk, 1), {"q1": "forged"})
    assert (response.status_code, response.json()) == (
        400,
        {"message": "Cette réponse n’est pas valide."},
    )


def test_save_to_a_question_that_is_not_there_is_not_found(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    assert client.post(url("save_answer", attempt.pk, 3), {"q3": "x"}).status_code == 404


def test_late_save_is_refused_and_leads_to_the_result(client, course, student):
    with time_machine.travel(START, tick=False) as clock:
        attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=30))
        clock.shift(timedelta(minutes=30))
        response = client.post(url("save_answer", attempt.pk, 1), {"q1": RIGHT["q1"]})
    assert (response.status_code, response.json()) == (
        409,
        {
            "message": (
                "Le temps est écoulé ou la tentative est déjà remise : "
                "cette réponse n’a pas été enregistrée."
            ),
            "redirect": url("result", attempt.pk),
        },
    )


# Submit ------------------------------------------------------------------------------------------


def test_submit_leads_to_the_result(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    response = client.post(url("submit_attempt", attempt.pk), RIGHT)
    assert response["Location"] == url("result", attempt.pk)
    assert sentences(response) == []
    page = words(client.get(response["Location"]))
    assert "Réussi. Beau travail!" in page
    assert "Vous avez obtenu 2 sur 2. La note de passage est de 70 %." in page


def test_late_submit_says_which_answers_count(client, course, student):
    with time_machine.travel(START, tick=False) as clock:
        attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=30))
        clock.shift(timedelta(minutes=31))
        response = client.post(url("submit_attempt", attempt.pk), RIGHT)
        assert sentences(response) == [
            "Le temps était écoulé\xa0: seules comptent les réponses enregistrées à temps."
        ]
        page = words(client.get(response["Location"]))
    assert "Le temps était écoulé : vos réponses ont été remises telles quelles." in page


def test_submit_of_a_forged_form_keeps_the_attempt_open_and_says_so(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    client.post(url("save_answer", attempt.pk, 2), {"q2": RIGHT["q2"]})
    response = client.post(url("submit_attempt", attempt.pk), {**RIGHT, "q1": "forged"})
    assert response["Location"] == url("attempt", attempt.pk)
    assert sentences(response) == [
        "Une des réponses n’est pas valide. Vérifiez-les et recommencez."
    ]
    assert list(attempt.questions.values_list("response", flat=True)) == [
        None,
        {"option": RIGHT["q2"]},
    ]


def test_submit_twice_gives_the_same_result(client, course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    client.post(url("submit_attempt", attempt.pk), WRONG)
    again = client.post(url("submit_attempt", attempt.pk), RIGHT)
    assert again["Location"] == url("result", attempt.pk)
    assert client.get(again["Location"]).context["attempt"].points == 0


# Result ------------------------------------------------------------------------------------------


def submit_quiz(client, student, quiz, data):
    attempt = start_attempt(user=student, page=quiz)
    return client.get(client.post(url("submit_attempt", attempt.pk), data)["Location"])


def test_result_shows_the_feedback_of_what_was_chosen_only(client, course, student):
    quiz = make_quiz(course, [single_choice("Première question")])
    response = submit_quiz(client, student, quiz, {"q1": WRONG["q1"]})
    page = words(response)
    assert "Rétroaction b" in page
    assert "Rétroaction a" not in page
    assert "Rétroaction c" not in page
    assert "Parce que." in page
    assert "Mauvaise réponse" in page
    assert re.findall(
        r"Choix (\w) (Votre réponse, la bonne|Votre réponse|La bonne réponse)", page
    ) == [
        ("a", "La bonne réponse"),
        ("b", "Votre réponse"),
    ]


def test_result_shows_what_was_expected_of_typed_answers(client, course, student):
    quiz = make_quiz(
        course, [short_answer("Un mot", variants=["Échéance", "Terme"]), numeric("Un nombre")]
    )
    page = words(submit_quiz(client, student, quiz, {"q1": "coupon"}))
    assert "Réponse attendue « Échéance » ou « Terme »" in page
    assert "Réponse attendue 1\N{NO-BREAK SPACE}102,5 $ (± 0,01)".replace("\xa0", " ") in page
    assert "Votre réponse coupon" in page
    assert "Votre réponse Aucune" in page
    assert "Sans réponse" in page


@pytest.mark.parametrize(
    ("policy", "attempts_allowed", "data", "revealed"),
    [
        ("after_attempt", None, WRONG, True),
        ("after_pass", None, WRONG, False),
        ("after_pass", None, RIGHT, True),
        ("after_last", 2, RIGHT, False),
        ("after_last", 1, WRONG, True),
        ("never", None, RIGHT, False),
        ("never", 1, WRONG, False),
    ],
)
def test_answers_are_revealed_by_the_policy(
    client, course, student, policy, attempts_allowed, data, revealed
):
    quiz = make_quiz(course, reveal=policy, attempts_allowed=attempts_allowed)
    response = submit_quiz(client, student, quiz, data)
    hidden = "Le corrigé n’est pas montré pour cette tentative."
    assert (hidden in words(response)) is not revealed
    assert ("Parce que." in response.text) is revealed
    assert ("La bonne réponse" in response.text or "la bonne" in response.text) is revealed
    assert ("Rétroaction" in response.text) is revealed
    for item in response.context["items"]:
        assert bool(item.explanation) is revealed
        assert any(option.correct for option in item.options) is revealed
        assert any(option.feedback for option in item.options) is revealed


def test_hidden_result_gives_away_no_question_that_was_wrong(client, course, student):
    quiz = make_quiz(
        course,
        [numeric("Un nombre", answer="4321.5"), short_answer("Un mot", variants=["Obligation"])],
        reveal="never",
    )
    response = submit_quiz(client, student, quiz, {"q1": "1", "q2": "2"})
    assert response.status_code == 200
    for secret in ("4321", "4\N{NO-BREAK SPACE}321", "Obligation", "Bonne réponse"):
        assert secret not in response.text


def test_last_attempt_reveals_the_earlier_ones_no_more(client, course, student):
    quiz = make_quiz(course, reveal="after_last", attempts_allowed=2)
    first = submit_quiz(client, student, quiz, WRONG)
    last = submit_quiz(client, student, quiz, RIGHT)
    assert (first.context["revealed"], last.context["revealed"]) == (False, True)


def test_result_offers_a_new_attempt_while_one_is_left(client, course, student):
    quiz = make_quiz(course, attempts_allowed=2)
    first = submit_quiz(client, student, quiz, WRONG)
    assert first.context["retry_url"] == url("start_attempt", quiz.pk)
    second = submit_quiz(client, student, quiz, WRONG)
    assert second.context["retry_url"] is None


def test_passed_result_leads_to_the_next_lesson(client, course, student):
    module = make_module(course)
    quiz, following = make_quiz(module), make_reading(module)
    assert following.url not in submit_quiz(client, student, quiz, WRONG).text
    assert following.url in submit_quiz(client, student, quiz, RIGHT).text


def test_result_of_a_deleted_quiz_is_not_found_and_kept(client, course, student):
    quiz = make_quiz(course)
    attempt = start_attempt(user=student, page=quiz)
    submit_attempt(user=student, attempt_id=attempt.pk)
    QuizLessonPage.objects.get(pk=quiz.pk).delete()
    assert client.get(url("result", attempt.pk)).status_code == 404
    assert Attempt.objects.get().points == 0


# Complete ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_reading, make_video, make_deck])
def test_lesson_is_completed_by_hand_and_leads_on(client, course, student, make):
    module = make_module(course)
    lesson, following = make(module), make_reading(module)
    response = client.post(url("complete", lesson.pk))
    assert response["Location"] == following.url
    assert sentences(response) == ["Leçon terminée."]
    progress = LessonProgress.objects.get(completed_at__isnull=False)
    assert (progress.user, progress.lesson.title) == (student, lesson.title)
    assert "Leçon terminée" in words(client.get(lesson.url))


def test_last_lesson_leads_back_to_the_course(client, course, student):
    lesson = make_reading(course)
    assert client.post(url("complete", lesson.pk))["Location"] == course.url


def test_quiz_is_not_completed_by_hand(client, course, student):
    quiz = make_quiz(course)
    response = client.post(url("complete", quiz.pk))
    assert response["Location"] == quiz.url
    assert sentences(response) == ["Un quiz se termine en le réussissant."]
    assert not LessonProgress.objects.exists()
    assert url("complete", quiz.pk) not in client.get(quiz.url).text


def test_complete_of_a_page_that_is_no_lesson_is_not_found(client, course, student):
    assert client.post(url("complete", course.pk)).status_code == 404
    assert client.post(url("complete", 0)).status_code == 404


# Queries -----------------------------------------------------------------------------------------


@pytest.fixture
def count_queries(client, django_assert_num_queries):
    """How many queries a page takes, once what a process keeps is warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(address, method="get", data=None):
        getattr(client, method)(address, data)
        with CaptureQueriesContext(connection) as captured:
            response = getattr(client, method)(address, data)
        assert response.status_code == 200
        return len(captured)

    return count


def test_lesson_pages_take_the_same_queries_in_any_course(client, student, course, count_queries):
    module = make_module(course)
    lessons = [make(module) for make in (make_video, make_reading, make_quiz, make_deck)]
    small = [count_queries(lesson.url) for lesson in lessons]
    for _module in range(5):
        more = make_module(course)
        for make in (make_reading, make_quiz, make_video):
            make(more)
    for _attempt in range(10):
        attempt = start_attempt(user=student, page=lessons[2])
        submit_attempt(user=student, attempt_id=attempt.pk)
    assert [count_queries(lesson.url) for lesson in lessons] == small
    assert max(small) <= 30


def test_attempt_pages_take_the_same_queries_for_any_number_of_questions(
    client, student, course, count_queries
):
    counts = {}
    for number in (1, 30):
        questions = [single_choice(f"Question {index}") for index in range(number)]
        quiz = make_quiz(course, questions)
        attempt = start_attempt(user=student, page=quiz)
        answer = {"q1": option_id("Question 0", "a")}
        detail = count_queries(url("attempt", attempt.pk))
        save = count_queries(url("save_answer", attempt.pk, 1), "post", answer)
        submit_attempt(user=student, attempt_id=attempt.pk)
        counts[number] = (detail, save, count_queries(url("result", attempt.pk)))
    assert counts[1] == counts[30]
    assert max(counts[1]) <= 30


def test_dashboard_takes_the_same_queries_for_any_number_of_courses(
    client, student, course, count_queries
):
    def fill(course):
        module = make_module(course)
        make_reading(module)
        quiz = make_quiz(module)
        attempt = start_attempt(user=student, page=quiz)
        submit_attempt(user=student, attempt_id=attempt.pk)

    from lms.models import TermSource
    from lms.services.enrolments import grant_term
    from lms.services.registry import course_row

    fill(course)
    one = count_queries(reverse("dashboard:home"))
    for _course in range(29):
        another = make_course()
        grant_term(user=student, course=course_row(another), days=9, source=TermSource.ORDER)
        fill(another)
    assert count_queries(reverse("dashboard:home")) == one
    assert one <= 25
