"""Taking a quiz: the server's clock, its own copy of the rules, and one result per attempt."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from cms_pages.models import QuizLessonPage
from dojo.jobs import services as jobs
from lms.grading import InvalidResponseError
from lms.models import Attempt, AttemptQuestion, LessonProgress
from lms.services import attempts as service
from lms.services.attempts import (
    AttemptClosedError,
    EmptyQuizError,
    NoAttemptLeftError,
    save_answer,
    start_attempt,
    submit_attempt,
    submit_overdue,
)
from lms.services.registry import lesson_row
from tests.factories import (
    make_course,
    make_quiz,
    make_student,
    multiple_choice,
    numeric,
    short_answer,
    single_choice,
    true_false,
)
from tests.factories.content import option_id

pytestmark = pytest.mark.django_db

START = timezone.datetime.fromisoformat("2026-03-10T12:00:00+00:00")
RIGHT = {1: [option_id("Première question", "a")], 2: [option_id("Seconde question", "a")]}
WRONG = {1: [option_id("Première question", "b")], 2: [option_id("Seconde question", "c")]}


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def student(course):
    # Enrolled long before the tests that travel in time.
    with time_machine.travel(START - timedelta(days=1)):
        return make_student(course, days=3650)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def save(attempt, position, values):
    return save_answer(user=attempt.user, attempt_id=attempt.pk, position=position, values=values)


def submit(attempt, answers=None):
    return submit_attempt(user=attempt.user, attempt_id=attempt.pk, answers=answers)


def responses(attempt):
    return list(attempt.questions.values_list("response", flat=True))


# Start -------------------------------------------------------------------------------------------


def test_start_copies_the_rules_and_the_questions(course, student, clock):
    quiz = make_quiz(
        course,
        [single_choice("Une", "1.5"), numeric("Deux", "2")],
        passing_score=60,
        attempts_allowed=3,
        time_limit_minutes=20,
        reveal="after_last",
    )
    attempt = start_attempt(user=student, page=quiz)
    attempt.refresh_from_db()
    assert (attempt.number, attempt.passing_score) == (1, 60)
    assert (attempt.reveal, attempt.max_points) == ("after_last", Decimal("3.50"))
    assert (attempt.started_at, attempt.deadline_at) == (START, START + timedelta(minutes=20))
    assert (attempt.submitted_at, attempt.points, attempt.passed) == (None, None, None)
    assert [
        (question.position, question.version.kind, question.option_order, question.response)
        for question in attempt.questions.select_related("version")
    ] == [
        (1, "single_choice", [option_id("Une", name) for name in "abc"], None),
        (2, "numeric", [], None),
    ]


def test_rules_of_an_attempt_stay_when_the_quiz_changes(course, student):
    quiz = make_quiz(course, passing_score=50)
    attempt = start_attempt(user=student, page=quiz)
    quiz.passing_score, quiz.attempts_allowed = 100, 1
    quiz.save()
    submit(attempt, {1: RIGHT[1]})
    attempt.refresh_from_db()
    assert (attempt.passing_score, attempt.passed) == (50, True)


def test_quiz_without_time_limit_has_no_deadline(course, student):
    assert start_attempt(user=student, page=make_quiz(course)).deadline_at is None


def test_start_again_resumes_the_open_attempt(course, student):
    quiz = make_quiz(course)
    first = start_attempt(user=student, page=quiz)
    save(first, 1, RIGHT[1])
    again = start_attempt(user=student, page=quiz)
    assert again.pk == first.pk
    assert responses(again) == [{"option": RIGHT[1][0]}, None]


def test_each_student_has_their_own_attempt(course, student):
    quiz = make_quiz(course)
    other = make_student(course)
    mine, theirs = (start_attempt(user=user, page=quiz) for user in (student, other))
    assert mine.pk != theirs.pk
    assert (mine.number, theirs.number) == (1, 1)


def test_attempts_are_numbered_until_none_is_left(course, student):
    quiz = make_quiz(course, attempts_allowed=2)
    for number in (1, 2):
        attempt = start_attempt(user=student, page=quiz)
        assert attempt.number == number
        submit(attempt)
    with pytest.raises(NoAttemptLeftError):
        start_attempt(user=student, page=quiz)
    assert Attempt.objects.count() == 2


def test_last_attempt_can_still_be_resumed(course, student):
    quiz = make_quiz(course, attempts_allowed=1)
    attempt = start_attempt(user=student, page=quiz)
    assert start_attempt(user=student, page=quiz).pk == attempt.pk


def test_attempt_that_lapsed_counts_as_used(course, student, clock):
    quiz = make_quiz(course, attempts_allowed=1, time_limit_minutes=10)
    start_attempt(user=student, page=quiz)
    clock.shift(timedelta(minutes=10))
    with pytest.raises(NoAttemptLeftError):
        start_attempt(user=student, page=quiz)
    attempt = Attempt.objects.get()
    assert attempt.submitted_at == attempt.deadline_at


def test_start_after_the_deadline_begins_another_attempt(course, student, clock):
    quiz = make_quiz(course, time_limit_minutes=10)
    first = start_attempt(user=student, page=quiz)
    clock.shift(timedelta(minutes=11))
    second = start_attempt(user=student, page=quiz)
    assert second.number == 2
    first.refresh_from_db()
    assert first.submitted_at == START + timedelta(minutes=10)


def test_empty_quiz_can_not_be_started(course, student):
    with pytest.raises(EmptyQuizError):
        start_attempt(user=student, page=make_quiz(course, []))
    assert Attempt.objects.count() == 0


def test_shuffled_quiz_asks_every_question_and_every_option_once(course, student):
    questions = [single_choice(f"Question {number}") for number in range(10)]
    quiz = make_quiz(course, questions, shuffle_questions=True, shuffle_options=True)
    orders, option_orders = set(), set()
    for _try in range(6):
        attempt = start_attempt(user=student, page=quiz)
        asked = list(attempt.questions.select_related("version"))
        orders.add(tuple(question.version_id for question in asked))
        option_orders.add(tuple(tuple(question.option_order) for question in asked))
        assert [question.position for question in asked] == list(range(1, 11))
        assert {str(question.version.question_id) for question in asked} == {
            question["id"] for question in questions
        }
        for question in asked:
            options = {option["id"] for option in question.version.content["options"]}
            assert set(question.option_order) == options
            assert len(question.option_order) == 3
        submit(attempt)
    # Six draws among 10! and 6^10 are alike once in more than 10^30 runs.
    assert len(orders) > 1
    assert len(option_orders) > 1


def test_order_of_an_attempt_stays_on_resuming(course, student):
    quiz = make_quiz(
        course,
        [single_choice(f"Question {number}") for number in range(10)],
        shuffle_questions=True,
        shuffle_options=True,
    )
    attempt = start_attempt(user=student, page=quiz)
    first = list(attempt.questions.values_list("version_id", "option_order"))
    again = start_attempt(user=student, page=quiz)
    assert list(again.questions.values_list("version_id", "option_order")) == first


# Save --------------------------------------------------------------------------------------------


def test_save_keeps_the_answer_and_when(course, student, clock):
    attempt = start_attempt(user=student, page=make_quiz(course))
    clock.shift(timedelta(seconds=5))
    save(attempt, 2, WRONG[2])
    question = attempt.questions.get(position=2)
    assert question.response == {"option": WRONG[2][0]}
    assert question.answered_at == START + timedelta(seconds=5)
    assert question.points is None
    assert responses(attempt)[0] is None


def test_save_replaces_and_takes_back(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    save(attempt, 1, WRONG[1])
    save(attempt, 1, RIGHT[1])
    assert responses(attempt)[0] == {"option": RIGHT[1][0]}
    save(attempt, 1, [])
    question = attempt.questions.get(position=1)
    assert (question.response, question.answered_at) == (None, None)


def test_two_tabs_keep_each_other_s_answers(course, student):
    quiz = make_quiz(course)
    tab, other_tab = (start_attempt(user=student, page=quiz) for _tab in range(2))
    save(tab, 1, RIGHT[1])
    save(other_tab, 2, WRONG[2])
    assert responses(tab) == [{"option": RIGHT[1][0]}, {"option": WRONG[2][0]}]


def test_save_refuses_what_the_form_could_not_send(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    save(attempt, 1, RIGHT[1])
    with pytest.raises(InvalidResponseError):
        save(attempt, 1, [option_id("Seconde question", "a")])
    assert responses(attempt)[0] == {"option": RIGHT[1][0]}


def test_save_to_another_student_s_attempt_finds_nothing(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    other = make_student(course)
    with pytest.raises(Attempt.DoesNotExist):
        save_answer(user=other, attempt_id=attempt.pk, position=1, values=RIGHT[1])
    with pytest.raises(Attempt.DoesNotExist):
        submit_attempt(user=other, attempt_id=attempt.pk)
    assert responses(attempt) == [None, None]


def test_save_to_a_question_that_is_not_there_finds_nothing(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    with pytest.raises(AttemptQuestion.DoesNotExist):
        save(attempt, 3, RIGHT[1])


def test_save_after_submitting_is_refused(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    submit(attempt)
    with pytest.raises(AttemptClosedError):
        save(attempt, 1, RIGHT[1])
    assert responses(attempt) == [None, None]


def test_save_is_accepted_until_the_deadline(course, student, clock):
    attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=10))
    clock.shift(timedelta(minutes=10) - timedelta(microseconds=1))
    save(attempt, 1, RIGHT[1])
    assert responses(attempt)[0] == {"option": RIGHT[1][0]}


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=3)])
def test_late_answer_is_refused_and_the_attempt_submitted_as_it_stood(course, student, clock, late):
    attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=10))
    save(attempt, 1, RIGHT[1])
    clock.shift(timedelta(minutes=10) + late)
    with pytest.raises(AttemptClosedError):
        save(attempt, 2, RIGHT[2])
    attempt.refresh_from_db()
    assert responses(attempt) == [{"option": RIGHT[1][0]}, None]
    assert attempt.submitted_at == attempt.deadline_at == START + timedelta(minutes=10)
    assert (attempt.points, attempt.passed, attempt.ended_by_clock) == (1, False, True)


# Submit ------------------------------------------------------------------------------------------


def test_submit_grades_what_was_saved(course, student, clock):
    attempt = start_attempt(user=student, page=make_quiz(course))
    save(attempt, 1, RIGHT[1])
    save(attempt, 2, WRONG[2])
    clock.shift(timedelta(minutes=3))
    attempt = submit(attempt)
    attempt.refresh_from_db()
    assert attempt.submitted_at == START + timedelta(minutes=3)
    assert (attempt.points, attempt.percent, attempt.passed) == (1, 50, False)
    assert not attempt.ended_by_clock
    assert list(attempt.questions.values_list("points", flat=True)) == [1, 0]


def test_submit_takes_the_answers_of_the_form(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    save(attempt, 1, WRONG[1])
    attempt = submit(attempt, RIGHT)
    assert (attempt.points, attempt.passed) == (2, True)
    assert responses(attempt) == [{"option": RIGHT[1][0]}, {"option": RIGHT[2][0]}]


@pytest.mark.parametrize("form", [{}, {1: [""], 2: []}], ids=["left out", "empty"])
def test_submit_from_an_old_page_keeps_what_another_device_saved(course, student, form):
    attempt = start_attempt(user=student, page=make_quiz(course))
    save(attempt, 1, RIGHT[1])
    attempt = submit(attempt, form)
    assert responses(attempt) == [{"option": RIGHT[1][0]}, None]
    assert attempt.points == 1


def test_submit_twice_changes_nothing(course, student, clock):
    attempt = start_attempt(user=student, page=make_quiz(course))
    first = submit(attempt, WRONG)
    clock.shift(timedelta(minutes=1))
    second = submit(attempt, RIGHT)
    assert (second.submitted_at, second.points) == (first.submitted_at, 0)
    assert responses(attempt) == [{"option": WRONG[1][0]}, {"option": WRONG[2][0]}]


def test_late_submit_ignores_the_answers_of_the_form(course, student, clock):
    attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=10))
    save(attempt, 1, WRONG[1])
    clock.shift(timedelta(minutes=10))
    attempt = submit(attempt, RIGHT)
    assert attempt.submitted_at == attempt.deadline_at
    assert (attempt.points, attempt.ended_by_clock) == (0, True)
    assert responses(attempt) == [{"option": WRONG[1][0]}, None]


def test_submit_refuses_a_forged_form_and_saves_none_of_it(course, student):
    attempt = start_attempt(user=student, page=make_quiz(course))
    with pytest.raises(InvalidResponseError):
        submit(attempt, {1: RIGHT[1], 2: ["forged"]})
    attempt.refresh_from_db()
    assert not attempt.is_submitted
    assert responses(attempt) == [None, None]


def test_each_kind_of_question_is_graded(course, student):
    quiz = make_quiz(
        course,
        [
            single_choice("Un choix"),
            multiple_choice("Des choix"),
            true_false("Vrai", answer="false"),
            short_answer("Un mot", variants=["Échéance", "Date d’échéance"]),
            numeric("Un nombre", "0.5"),
        ],
    )
    attempt = start_attempt(user=student, page=quiz)
    options = [option_id("Des choix", name) for name in "a"]
    answers = {
        1: [option_id("Un choix", "a")],
        2: options,
        3: ["false"],
        4: ["  date d'echeance "],
        5: ["1 102,51 $"],
    }
    attempt = submit(attempt, answers)
    assert list(attempt.questions.values_list("points", flat=True)) == [
        1,
        1,
        1,
        1,
        Decimal("0.5"),
    ]
    assert (attempt.points, attempt.max_points) == (Decimal("4.5"), Decimal("5.5"))


def test_pass_mark_is_compared_exactly(course, student):
    # Two out of three is 66.666…, which rounds to the 67 asked for and does not reach it.
    questions = [single_choice(f"Question {number}") for number in range(3)]
    quiz = make_quiz(course, questions, passing_score=67)
    answers = {position: [option_id(f"Question {position - 1}", "a")] for position in (1, 2)}
    failed = submit(start_attempt(user=student, page=quiz), answers)
    assert failed.passed is False
    quiz.passing_score = 66
    quiz.save()
    assert submit(start_attempt(user=student, page=quiz), answers).passed is True


@pytest.mark.parametrize(("passing_score", "passed"), [(50, True), (51, False), (0, True)])
def test_passing_is_at_the_pass_mark(course, student, passing_score, passed):
    quiz = make_quiz(course, passing_score=passing_score)
    attempt = submit(start_attempt(user=student, page=quiz), {1: RIGHT[1]})
    assert attempt.passed is passed


def test_passing_completes_the_lesson_and_failing_does_not(course, student, clock):
    quiz = make_quiz(course)
    submit(start_attempt(user=student, page=quiz), WRONG)
    assert not LessonProgress.objects.filter(completed_at__isnull=False).exists()
    submit(start_attempt(user=student, page=quiz), RIGHT)
    progress = LessonProgress.objects.get(user=student, lesson=lesson_row(quiz))
    assert progress.completed_at == START
    clock.shift(timedelta(hours=1))
    submit(start_attempt(user=student, page=quiz), WRONG)
    progress.refresh_from_db()
    assert progress.completed_at == START


def test_attempt_can_be_submitted_after_its_page_is_deleted(course, student):
    quiz = make_quiz(course)
    attempt = start_attempt(user=student, page=quiz)
    save(attempt, 1, RIGHT[1])
    QuizLessonPage.objects.get(pk=quiz.pk).delete()
    assert submit(attempt).points == 1


# Deadline ----------------------------------------------------------------------------------------


def run_due_jobs():
    count = 0
    while jobs.run_next():
        count += 1
    return count


def test_job_submits_an_attempt_at_its_deadline_and_nothing_else(course, student, clock):
    timed = make_quiz(course, time_limit_minutes=10)
    free, longer = make_quiz(course), make_quiz(course, time_limit_minutes=60)
    overdue = start_attempt(user=student, page=timed)
    save(overdue, 1, RIGHT[1])
    kept = [start_attempt(user=student, page=page) for page in (free, longer)]
    clock.shift(timedelta(minutes=9, seconds=59))
    assert run_due_jobs() == 0
    clock.shift(timedelta(minutes=5))
    assert run_due_jobs() == 1
    overdue.refresh_from_db()
    assert (overdue.submitted_at, overdue.points) == (START + timedelta(minutes=10), 1)
    assert set(Attempt.objects.open()) == set(kept)


def test_job_leaves_an_attempt_that_was_submitted_before_as_it_is(course, student, clock):
    attempt = start_attempt(user=student, page=make_quiz(course, time_limit_minutes=10))
    submit_attempt(user=student, attempt_id=attempt.pk)
    clock.shift(timedelta(minutes=10))
    assert run_due_jobs() == 1
    attempt.refresh_from_db()
    assert attempt.submitted_at == START


def test_submit_overdue_of_one_student_leaves_the_others(course, student, clock):
    quiz = make_quiz(course, time_limit_minutes=10)
    other = make_student(course)
    for user in (student, other):
        start_attempt(user=user, page=quiz)
    clock.shift(timedelta(minutes=10))
    submit_overdue(user=student, lesson=lesson_row(quiz))
    assert [attempt.user for attempt in Attempt.objects.open()] == [other]


def test_start_gives_up_in_the_end(course, student, monkeypatch):
    # Never seen: it takes three lost races in a row, each with an attempt that is closed at once.
    def lose(*args):
        raise service.IntegrityError

    monkeypatch.setattr(service, "_create_attempt", lose)
    with pytest.raises(RuntimeError):
        start_attempt(user=student, page=make_quiz(course))


# Queries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_the_questions(course, student, count, django_assert_num_queries):
    quiz = make_quiz(course, [single_choice(f"Question {number}") for number in range(count)])
    with django_assert_num_queries(11):
        attempt = start_attempt(user=student, page=quiz)
    with django_assert_num_queries(5):
        save(attempt, 1, [option_id("Question 0", "a")])
    answers = {
        position: [option_id(f"Question {position - 1}", "a")] for position in range(1, count + 1)
    }
    attempt = Attempt.objects.select_related("user", "lesson").get()
    with django_assert_num_queries(12):
        submit(attempt, answers)
