"""Question versions: stored once by content, never changed, kept by the attempts that use them."""

import html
import json
from copy import deepcopy

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.test.utils.form_data import (
    nested_form_data,
    querydict_from_html,
    rich_text,
)

from cms_pages.blocks.rich_text import PROSE_FEATURES, QUESTION_FEATURES
from cms_pages.models import QuizLessonPage
from lms.grading import grade
from lms.models import QuestionVersion
from lms.models.attempts import ImmutableRowError
from lms.questions import content_hash, question_content, store_versions
from lms.selectors.attempts import result_items
from lms.services.attempts import save_answer, start_attempt, submit_attempt
from lms.services.registry import lesson_row
from tests.factories import (
    make_course,
    make_quiz,
    make_student,
    make_user,
    multiple_choice,
    numeric,
    short_answer,
    single_choice,
    true_false,
)
from tests.factories.content import option_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course()


def every_kind():
    return [
        single_choice("Un choix"),
        multiple_choice("Des choix"),
        true_false("Vrai"),
        short_answer("Un mot"),
        numeric("Un nombre"),
    ]


def set_questions(quiz, questions):
    """Save the quiz with these questions and return it as the next request reads it."""
    quiz.questions = deepcopy(questions)
    quiz.save()
    return QuizLessonPage.objects.get(pk=quiz.pk)


def versions_of(quiz):
    return store_versions(lesson_row(quiz), quiz.questions)


def test_content_of_each_kind_is_complete_and_can_be_graded(course):
    questions = every_kind()
    quiz = make_quiz(course, questions)
    common = {"explanation": "<p>Parce que.</p>"}
    assert [question_content(child.block_type, child.value) for child in quiz.questions] == [
        {
            **common,
            "kind": "single_choice",
            "text": "<p>Un choix</p>",
            "points": "1",
            "options": [
                {
                    "id": option_id("Un choix", name),
                    "text": f"<p>Choix {name}</p>",
                    "is_correct": name == "a",
                    "feedback": f"<p>Rétroaction {name}</p>",
                }
                for name in "abc"
            ],
        },
        {
            **common,
            "kind": "multiple_choice",
            "text": "<p>Des choix</p>",
            "points": "2",
            "options": [
                {
                    "id": option_id("Des choix", name),
                    "text": f"<p>Choix {name}</p>",
                    "is_correct": name in "ab",
                    "feedback": f"<p>Rétroaction {name}</p>",
                }
                for name in "abcd"
            ],
        },
        {
            **common,
            "kind": "true_false",
            "text": "<p>Vrai</p>",
            "points": "1",
            "answer": True,
            "feedback_true": "",
            "feedback_false": "",
        },
        {
            **common,
            "kind": "short_answer",
            "text": "<p>Un mot</p>",
            "points": "1",
            "variants": ["Échéance"],
            "case_sensitive": False,
            "accents_required": False,
        },
        {
            **common,
            "kind": "numeric",
            "text": "<p>Un nombre</p>",
            "points": "1",
            "answer": "1102.5",
            "tolerance": "0.01",
            "unit": "$",
        },
    ]
    responses = [
        {"option": option_id("Un choix", "a")},
        {"options": [option_id("Des choix", "a"), option_id("Des choix", "b")]},
        {"value": True},
        {"text": "echeance"},
        {"text": "1 102,50 $"},
    ]
    stored = versions_of(quiz)
    for version, response in zip(stored, responses, strict=True):
        version.refresh_from_db()  # as the database gives it back, not as it was made
        assert grade(version.content, response).is_correct
        assert grade(version.content, None).points == 0


def test_same_content_is_stored_once(course):
    quiz = make_quiz(course, every_kind())
    first = versions_of(quiz)
    assert [version.pk for version in versions_of(quiz)] == [version.pk for version in first]
    quiz.save()
    again = versions_of(QuizLessonPage.objects.get(pk=quiz.pk))
    assert [version.pk for version in again] == [version.pk for version in first]
    assert QuestionVersion.objects.count() == 5


def test_versions_follow_the_order_of_the_page(course):
    questions = every_kind()
    quiz = make_quiz(course, questions)
    assert [str(version.question_id) for version in versions_of(quiz)] == [
        question["id"] for question in questions
    ]


def test_reordering_questions_makes_no_version(course):
    questions = every_kind()
    quiz = make_quiz(course, questions)
    before = {version.pk for version in versions_of(quiz)}
    quiz = set_questions(quiz, questions[::-1])
    after = versions_of(quiz)
    assert [version.kind for version in after] == [
        "numeric",
        "short_answer",
        "true_false",
        "multiple_choice",
        "single_choice",
    ]
    assert {version.pk for version in after} == before
    assert QuestionVersion.objects.count() == 5


def test_editing_a_question_makes_one_version_of_it(course):
    questions = every_kind()
    quiz = make_quiz(course, questions)
    before = versions_of(quiz)
    questions[0]["value"]["text"] = "<p>Un choix, mieux dit</p>"
    after = versions_of(set_questions(quiz, questions))
    assert [version.pk for version in after[1:]] == [version.pk for version in before[1:]]
    assert after[0].pk != before[0].pk
    assert after[0].question_id == before[0].question_id
    assert QuestionVersion.objects.count() == 6


def test_undoing_an_edit_goes_back_to_the_first_version(course):
    questions = every_kind()
    quiz = make_quiz(course, questions)
    before = versions_of(quiz)
    edited = deepcopy(questions)
    edited[2]["value"]["answer"] = "false"
    versions_of(set_questions(quiz, edited))
    after = versions_of(set_questions(quiz, questions))
    assert [version.pk for version in after] == [version.pk for version in before]


@pytest.mark.parametrize(("first", "second"), [("1", "1.00"), ("10", "1E+1"), ("0.5", "0.50")])
def test_another_spelling_of_a_number_makes_no_version(course, first, second):
    questions = [single_choice(points=first)]
    quiz = make_quiz(course, questions)
    versions_of(quiz)
    questions[0]["value"]["points"] = second
    versions_of(set_questions(quiz, questions))
    assert QuestionVersion.objects.count() == 1


def test_two_questions_with_the_same_content_stay_two(course):
    twins = [single_choice("Jumelle"), single_choice("Jumelle")]
    stored = versions_of(make_quiz(course, twins))
    assert len({version.pk for version in stored}) == 2
    assert stored[0].content_hash == stored[1].content_hash


def test_the_same_question_in_two_quizzes_is_two(course):
    questions = [single_choice("Partagée")]
    first, second = make_quiz(course, questions), make_quiz(course, deepcopy(questions))
    assert versions_of(first)[0].pk != versions_of(second)[0].pk


def test_content_hash_ignores_the_order_of_keys_and_nothing_else():
    assert content_hash({"a": 1, "b": "é"}) == content_hash({"b": "é", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": "1"})
    assert content_hash({"a": [1, 2]}) != content_hash({"a": [2, 1]})


@pytest.mark.parametrize("count", [1, 30])
def test_storing_versions_takes_the_same_queries_for_any_number(
    course, count, django_assert_num_queries
):
    quiz = make_quiz(course, [single_choice(f"Question {number}") for number in range(count)])
    lesson = lesson_row(quiz)
    with django_assert_num_queries(3):  # look, store, look again
        store_versions(lesson, quiz.questions)
    with django_assert_num_queries(1):
        store_versions(lesson, quiz.questions)


def test_version_can_not_be_saved_again(course):
    [version, _second] = versions_of(make_quiz(course))
    version.content = {**version.content, "text": "<p>Autre</p>"}
    with pytest.raises(ImmutableRowError):
        version.save()
    stored = QuestionVersion.objects.get(pk=version.pk)
    assert stored.content["text"] == "<p>Première question</p>"


def test_version_can_not_be_saved_over_by_its_key(course):
    [version, _second] = versions_of(make_quiz(course))
    fields = {field.attname: getattr(version, field.attname) for field in version._meta.fields}
    impostor = QuestionVersion(**{**fields, "content": {}, "content_hash": "0" * 64})
    with pytest.raises(IntegrityError), transaction.atomic():
        impostor.save()
    assert QuestionVersion.objects.get(pk=version.pk).content == version.content


def test_versions_can_not_be_updated_in_bulk(course):
    stored = versions_of(make_quiz(course))
    for write in (
        lambda: QuestionVersion.objects.update(content={}),
        lambda: QuestionVersion.objects.bulk_update(stored, ["content"]),
        lambda: QuestionVersion.objects.update_or_create(pk=stored[0].pk, defaults={"content": {}}),
        lambda: stored[0].lesson.question_versions.update(content={}),
    ):
        with pytest.raises(ImmutableRowError), transaction.atomic():
            write()
    assert QuestionVersion.objects.get(pk=stored[0].pk).content == stored[0].content


def take(student, quiz, names):
    attempt = start_attempt(user=student, page=quiz)
    for question, name in zip(attempt.questions.select_related("version"), names, strict=True):
        text = question.version.content["text"].removeprefix("<p>").removesuffix("</p>")
        save_answer(
            user=student,
            attempt_id=attempt.pk,
            position=question.position,
            values=[option_id(text, name)],
        )
    return submit_attempt(user=student, attempt_id=attempt.pk)


def snapshot(attempt):
    """What a student sees of a submitted attempt, as the database has it now."""
    attempt.refresh_from_db()
    return attempt.points, attempt.passed, result_items(attempt, revealed=True)


def test_old_attempt_keeps_its_text_and_score_after_an_edit(course):
    questions = [single_choice("Première question"), single_choice("Seconde question")]
    quiz = make_quiz(course, questions)
    attempt = take(make_student(course), quiz, "ab")
    before = snapshot(attempt)
    # What was right is now wrong, and the words are other ones.
    edited = [single_choice("Autre question", right="b"), single_choice("Encore une", right="b")]
    for question, original in zip(edited, questions, strict=True):
        question["id"] = original["id"]
    set_questions(quiz, edited)
    assert snapshot(attempt) == before
    assert before[2][0].text == "<p>Première question</p>"
    assert [item.points for item in before[2]] == [1, 0]


def test_old_attempt_outlives_its_questions_and_its_page(course):
    quiz = make_quiz(course)
    attempt = take(make_student(course), quiz, "ab")
    before = snapshot(attempt)
    set_questions(quiz, [])
    assert snapshot(attempt) == before
    QuizLessonPage.objects.get(pk=quiz.pk).delete()
    assert snapshot(attempt) == before


def test_next_attempt_asks_the_edited_question(course):
    questions = [single_choice("Première question")]
    quiz = make_quiz(course, questions)
    student = make_student(course)
    take(student, quiz, "a")
    questions[0]["value"]["text"] = "<p>Mieux dit</p>"
    attempt = start_attempt(user=student, page=set_questions(quiz, questions))
    assert attempt.questions.get().version.content["text"] == "<p>Mieux dit</p>"


# Through the admin's own form --------------------------------------------------------------------


def choice_form(question):
    """A choice question as the edit form sends it back."""
    value = question["value"]
    return {
        "id": question["id"],
        "type": question["type"],
        "deleted": "",
        "value": {
            "text": rich_text(value["text"], features=QUESTION_FEATURES),
            "points": value["points"],
            "explanation": rich_text(value["explanation"], features=QUESTION_FEATURES),
            "options": {
                "count": str(len(value["options"])),
                **{
                    str(index): {
                        "id": option["id"],
                        "order": str(index),
                        "deleted": "",
                        "value": {
                            "text": rich_text(option["value"]["text"], features=QUESTION_FEATURES),
                            "feedback": rich_text(
                                option["value"]["feedback"], features=PROSE_FEATURES
                            ),
                            **({"is_correct": "on"} if option["value"]["is_correct"] else {}),
                        },
                    }
                    for index, option in enumerate(value["options"])
                },
            },
        },
    }


def post_edit(client, quiz, forms, **fields):
    """Publish the quiz by the admin's edit form, with these questions, in this order."""
    url = reverse("wagtailadmin_pages:edit", args=[quiz.pk])
    data = querydict_from_html(client.get(url).text, form_id="page-edit-form").dict()
    data |= nested_form_data(
        {
            "questions": {
                "count": str(len(forms)),
                **{
                    str(index): {**form, "order": str(order)}
                    for index, (order, form) in enumerate(forms)
                },
            }
        }
    )
    data["action-publish"] = "action-publish"
    response = client.post(url, {**data, **fields})
    return response, QuizLessonPage.objects.get(pk=quiz.pk)


def option_ids(question):
    return [child.id for child in question.value["options"].bound_blocks]


@pytest.fixture
def admin(client):
    client.force_login(make_user(is_superuser=True))
    return client


def test_ids_survive_an_edit_in_the_admin(course, admin):
    questions = [single_choice("Première question"), multiple_choice("Seconde question")]
    quiz = make_quiz(course, questions)
    edited = deepcopy(questions)
    edited[0]["value"]["text"] = "<p>Première question, retouchée</p>"
    forms = [(index, choice_form(question)) for index, question in enumerate(edited)]
    response, saved = post_edit(admin, quiz, forms, title="Quiz retouché")
    assert response.status_code == 302
    assert saved.title == "Quiz retouché"
    assert [child.id for child in saved.questions] == [question["id"] for question in questions]
    assert [option_ids(child) for child in saved.questions] == [
        [option_id("Première question", name) for name in "abc"],
        [option_id("Seconde question", name) for name in "abcd"],
    ]
    first = question_content(saved.questions[0].block_type, saved.questions[0].value)
    assert first["text"].endswith(">Première question, retouchée</p>")


def test_ids_survive_reordering_and_deleting_in_the_admin(course, admin):
    questions = [single_choice(f"Question {number}") for number in range(3)]
    quiz = make_quiz(course, questions)
    # Saved once by the form, which gives each paragraph a key of its own.
    _response, quiz = post_edit(
        admin, quiz, [(index, choice_form(question)) for index, question in enumerate(questions)]
    )
    before = versions_of(quiz)
    saved = [dict(child) for child in quiz.questions.raw_data]
    forms = [choice_form(question) for question in saved]
    forms[1]["deleted"] = "1"
    # The form lists the questions as it first had them; `order` says how they were dragged.
    _response, quiz = post_edit(admin, quiz, [(2, forms[0]), (1, forms[1]), (0, forms[2])])
    assert [child.id for child in quiz.questions] == [questions[2]["id"], questions[0]["id"]]
    after = versions_of(quiz)
    assert [version.pk for version in after] == [before[2].pk, before[0].pk]
    assert QuestionVersion.objects.count() == 3


def test_a_question_added_in_the_admin_gets_an_id_that_stays(course, admin):
    quiz = make_quiz(course, [])
    form = choice_form(single_choice("Nouvelle"))
    form["id"] = ""
    _response, quiz = post_edit(admin, quiz, [(0, form)])
    [first] = quiz.questions
    forms = [(0, choice_form(dict(quiz.questions.raw_data[0])))]
    _response, quiz = post_edit(admin, quiz, forms)
    [again] = quiz.questions
    assert first.id == again.id
    assert len(first.id) == 36
    assert [version.pk for version in versions_of(quiz)] == [
        version.pk for version in versions_of(quiz)
    ]
    assert QuestionVersion.objects.count() == 1


def test_a_wrong_question_is_refused_in_the_admin_and_nothing_is_lost(course, admin):
    quiz = make_quiz(course, [single_choice("Première question")])
    form = choice_form(single_choice("Sans choix juste", right=""))
    response, saved = post_edit(admin, quiz, [(0, form)])
    assert response.status_code == 200
    # The form's errors and values stand in an attribute, as JSON.
    text = html.unescape(response.text)
    assert json.dumps("Cochez exactement une bonne réponse.") in text
    assert "Sans choix juste" in text
    assert [str(child.value["text"].source) for child in saved.questions] == [
        "<p>Première question</p>"
    ]
