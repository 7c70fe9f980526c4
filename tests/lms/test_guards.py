"""What is paid for is seen by those who may, and by nobody else: pages, documents, media."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from cms_pages.models import SiteDocument
from dojo.users.roles import Role
from lms.models import LessonProgress
from lms.services.attempts import start_attempt, submit_attempt
from tests.factories import (
    document_block,
    expire,
    make_article,
    make_course,
    make_deck,
    make_document,
    make_image,
    make_module,
    make_quiz,
    make_reading,
    make_standard_page,
    make_student,
    make_user,
    make_video,
    multiple_choice,
    revoke,
    single_choice,
    suspend,
)

pytestmark = pytest.mark.django_db

SECRET = "Phrase-que-seuls-les-inscrits-lisent"

REFUSED = {
    "anonymous": "Connectez-vous pour ouvrir cette leçon.",
    "stranger": "Vous n’êtes pas inscrit à cette formation.",
    "expired": "Votre accès à cette formation a pris fin le ",
    "revoked": "Votre accès à cette formation a été retiré.",
    "suspended": "Votre compte est suspendu. Écrivez-nous pour le rétablir.",
    "support": "Vous n’êtes pas inscrit à cette formation.",
}
KINDS = ["video", "reading", "quiz", "deck"]


@pytest.fixture
def course():
    return make_course()


def make_lesson(kind, course, **fields):
    """A paid lesson of this kind whose content holds the secret."""
    match kind:
        case "video":
            text = [{"type": "text", "value": f"<p>{SECRET}</p>"}]
            return make_video(course, transcript=f"<p>{SECRET}</p>", body=text, **fields)
        case "reading":
            return make_reading(course, f"<p>{SECRET}</p>", **fields)
        case "quiz":
            return make_quiz(
                course,
                [single_choice(SECRET), multiple_choice(SECRET)],
                intro=f"<p>{SECRET}</p>",
                **fields,
            )
        case "deck":
            return make_deck(
                course, [(f"<p>{SECRET}</p>", f"<p>{SECRET}</p>")], intro=SECRET, **fields
            )


def make_visitor(name, course):
    """Somebody who may not read the course, or None for who has not signed in."""
    match name:
        case "anonymous":
            return None
        case "stranger":
            return make_student(make_course(title="Un autre cours"))
        case "expired":
            return expire(make_student(course))
        case "revoked":
            return revoke(make_student(course))
        case "suspended":
            return suspend(make_student(course))
        case "support":
            return make_user(role=Role.SUPPORT)


def browser_of(user):
    """A browser in which this person is signed in, or nobody."""
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return browser


def is_private(response):
    return response["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")


def body(response):
    return b"".join(response) if response.streaming else response.content


def assert_refused(response, name):
    assert response.status_code == 403
    assert REFUSED[name] in response.text
    assert SECRET not in response.text
    assert is_private(response)


def assert_not_found(response):
    assert response.status_code == 404
    assert SECRET not in response.text


@pytest.mark.parametrize("kind", KINDS)
def test_lesson_page_is_refused_with_the_reason(course, kind):
    lesson = make_lesson(kind, course)
    for name in REFUSED:
        assert_refused(browser_of(make_visitor(name, course)).get(lesson.url), name)
    assert not LessonProgress.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_lesson_page_is_open_to_the_enrolled_and_kept_by_no_cache(client, course, kind):
    lesson = make_lesson(kind, course)
    student = make_student(course)
    client.force_login(student)
    response = client.get(lesson.url)
    assert response.status_code == 200
    assert SECRET in response.text
    assert is_private(response)
    assert LessonProgress.objects.get().lesson.translation_key == lesson.translation_key


@pytest.mark.parametrize("kind", KINDS)
def test_free_preview_is_open_to_anyone(client, course, kind):
    lesson = make_lesson(kind, course, is_preview=True)
    response = client.get(lesson.url)
    assert response.status_code == 200
    assert SECRET in response.text
    assert is_private(response)
    note = "Vous consultez un aperçu gratuit. Votre progression n’est pas enregistrée."
    assert note in response.text
    assert not LessonProgress.objects.exists()


def test_quiz_page_shows_no_question_before_it_is_begun(client, course):
    quiz = make_quiz(course, [single_choice(SECRET)])
    client.force_login(make_student(course))
    assert SECRET not in client.get(quiz.url).text


def test_expired_student_reads_when_access_ended(client, course):
    lesson = make_reading(course)
    student = expire(make_student(course))
    client.force_login(student)
    ended = timezone.localtime() - timedelta(days=1)
    date = date_format(ended, "j F Y")
    assert f"Votre accès à cette formation a pris fin le {date}." in client.get(lesson.url).text


@pytest.mark.parametrize("kind", KINDS)
def test_unpublished_lesson_is_not_found_even_for_the_enrolled(client, course, kind):
    lesson = make_lesson(kind, course)
    lesson.unpublish()
    client.force_login(make_student(course))
    response = client.get(lesson.url)
    assert response.status_code == 404
    assert SECRET not in response.text


def test_lesson_of_an_unpublished_module_is_closed(client, course):
    lesson = make_lesson("reading", course)
    lesson.module.unpublish()
    client.force_login(make_student(course))
    response = client.get(lesson.url)
    assert response.status_code == 403
    assert "Cette formation n’est pas publiée pour le moment." in response.text
    assert SECRET not in response.text


def test_public_pages_hold_nothing_of_the_lessons(client, course):
    module = make_module(course)
    lessons = [make_lesson(kind, module) for kind in KINDS]
    for page in (module, course, course.get_parent(), course.get_parent().get_parent()):
        response = client.get(page.url)
        assert response.status_code == 200
        assert SECRET not in response.text
    # The syllabus is there: it is the content that is not.
    assert lessons[0].title in client.get(course.url).text


# Endpoints ---------------------------------------------------------------------------------------


def endpoints(quiz, reading, attempt, submitted):
    """Every address under /apprendre/, as (method, address)."""
    return {
        "complete": ("post", reverse("lms:complete", args=[reading.pk])),
        "complete quiz": ("post", reverse("lms:complete", args=[quiz.pk])),
        "start": ("post", reverse("lms:start_attempt", args=[quiz.pk])),
        "attempt": ("get", reverse("lms:attempt", args=[attempt.pk])),
        "save": ("post", reverse("lms:save_answer", args=[attempt.pk, 1])),
        "submit": ("post", reverse("lms:submit_attempt", args=[attempt.pk])),
        "result": ("get", reverse("lms:result", args=[submitted.pk])),
        "attempt of a result": ("get", reverse("lms:attempt", args=[submitted.pk])),
    }


LESSON_ENDPOINTS = ["complete", "complete quiz", "start"]


def make_attempts(student, quiz):
    """One submitted attempt and an open one."""
    submitted = start_attempt(user=student, page=quiz)
    submitted = submit_attempt(user=student, attempt_id=submitted.pk)
    return start_attempt(user=student, page=quiz), submitted


@pytest.fixture
def quiz(course):
    return make_lesson("quiz", course)


@pytest.fixture
def reading(course):
    return make_reading(course)


def request(browser, method, url):
    return getattr(browser, method)(url, {"q1": "x"} if method == "post" else None)


def assert_untouched(attempt):
    attempt.refresh_from_db()
    assert not attempt.is_submitted
    assert list(attempt.questions.values_list("response", flat=True)) == [None, None]
    assert not LessonProgress.objects.exists()


@pytest.mark.parametrize("change", [expire, revoke, suspend])
def test_endpoints_are_refused_to_a_student_who_lost_access(course, quiz, reading, change):
    student = make_student(course)
    attempt, submitted = make_attempts(student, quiz)
    change(student)
    browser = browser_of(student)
    reason = {expire: "expired", revoke: "revoked", suspend: "suspended"}[change]
    for method, url in endpoints(quiz, reading, attempt, submitted).values():
        assert_refused(request(browser, method, url), reason)
    assert_untouched(attempt)


def test_endpoints_send_a_stranger_to_sign_in(client, course, quiz, reading):
    attempt, submitted = make_attempts(make_student(course), quiz)
    for method, url in endpoints(quiz, reading, attempt, submitted).values():
        response = request(client, method, url)
        assert (response.status_code, response["Location"]) == (302, f"/connexion/?next={url}")
    assert_untouched(attempt)


def test_endpoints_of_lessons_are_refused_without_the_course(course, quiz, reading):
    attempt, submitted = make_attempts(make_student(course), quiz)
    browser = browser_of(make_student(make_course()))
    for name in LESSON_ENDPOINTS:
        assert_refused(
            request(browser, *endpoints(quiz, reading, attempt, submitted)[name]), "stranger"
        )
    assert_untouched(attempt)


@pytest.mark.parametrize("who", ["classmate", "stranger", "administrator"])
def test_another_student_s_attempt_is_not_found(course, quiz, reading, who):
    attempt, submitted = make_attempts(make_student(course), quiz)
    other = {
        "classmate": lambda: make_student(course),
        "stranger": make_student,
        "administrator": lambda: make_user(is_superuser=True),
    }[who]()
    browser = browser_of(other)
    for name, (method, url) in endpoints(quiz, reading, attempt, submitted).items():
        if name not in LESSON_ENDPOINTS:
            assert_not_found(request(browser, method, url))
    assert_untouched(attempt)


def test_each_endpoint_answers_one_method_only(course, quiz, reading):
    student = make_student(course)
    attempt, submitted = make_attempts(student, quiz)
    browser = browser_of(student)
    for method, url in endpoints(quiz, reading, attempt, submitted).values():
        other = {"get": "post", "post": "get"}[method]
        assert (url, request(browser, other, url).status_code) == (url, 405)
    assert_untouched(attempt)


def test_script_without_a_session_gets_a_sentence_instead_of_a_form(client, course):
    attempt, _submitted = make_attempts(make_student(course), make_lesson("quiz", course))
    url = reverse("lms:save_answer", args=[attempt.pk, 1])
    response = client.post(url, headers={"X-Requested-With": "fetch"})
    assert response.status_code == 401
    assert response.text == "Votre session a pris fin. Reconnectez-vous pour continuer."
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_answers_without_a_token_are_refused(course):
    student = make_student(course)
    attempt, _submitted = make_attempts(student, make_lesson("quiz", course))
    client = Client(enforce_csrf_checks=True)
    client.force_login(student)
    response = client.post(reverse("lms:submit_attempt", args=[attempt.pk]))
    assert response.status_code == 403
    assert "Votre page avait expiré" in response.text
    attempt.refresh_from_db()
    assert not attempt.is_submitted


# Documents ---------------------------------------------------------------------------------------


@pytest.fixture
def document():
    return make_document("notes.pdf", f"%PDF-1.4 {SECRET}".encode())


def test_document_of_a_lesson_is_refused_with_the_reason(course, document):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save()
    for name in REFUSED:
        assert_refused(browser_of(make_visitor(name, course)).get(document.url), name)


def test_document_of_a_lesson_is_open_to_the_enrolled_and_kept_by_no_cache(
    client, course, document
):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save()
    client.force_login(make_student(course))
    response = client.get(document.url)
    assert response.status_code == 200
    assert body(response) == f"%PDF-1.4 {SECRET}".encode()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert is_private(response)


def test_known_etag_does_not_open_a_document(client, course, document):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save()
    headers = {"If-None-Match": f'"{document.file_hash}"'}
    assert client.get(document.url, headers=headers).status_code == 403


@pytest.mark.parametrize("field", ["video_file", "captions_file"])
def test_files_of_a_video_lesson_are_guarded(client, course, field):
    video = make_document("video.mp4", SECRET.encode())
    captions = make_document("captions.vtt", SECRET.encode())
    lesson = make_video(course, video_file=video, captions_file=captions)
    url = getattr(lesson, field).url
    assert_refused(client.get(url), "anonymous")
    client.force_login(make_student(course))
    assert body(client.get(url)) == SECRET.encode()


def test_document_in_the_rich_text_of_a_question_is_guarded(client, course, document):
    question = single_choice()
    question["value"]["explanation"] = f'<p><a linktype="document" id="{document.pk}">ici</a></p>'
    make_quiz(course, [question])
    assert_refused(client.get(document.url), "anonymous")
    client.force_login(make_student(course))
    assert client.get(document.url).status_code == 200


def test_document_of_a_free_preview_is_open(client, course, document):
    lesson = make_reading(course, is_preview=True)
    lesson.body = [document_block(document)]
    lesson.save()
    assert body(client.get(document.url)) == f"%PDF-1.4 {SECRET}".encode()


@pytest.mark.parametrize("make", [make_standard_page, make_article])
def test_document_of_a_public_page_is_open(client, document, make):
    make(body=[document_block(document)])
    assert body(client.get(document.url)) == f"%PDF-1.4 {SECRET}".encode()


def test_document_of_a_paid_lesson_and_a_public_page_is_open(client, course, document):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save()
    make_standard_page(body=[document_block(document)])
    assert client.get(document.url).status_code == 200


def test_document_of_two_courses_is_open_to_the_students_of_either(client, course, document):
    other = make_course()
    for parent in (course, other):
        lesson = make_reading(parent)
        lesson.body = [document_block(document)]
        lesson.save()
    client.force_login(make_student(other))
    assert client.get(document.url).status_code == 200


def test_document_of_nothing_is_not_found(client, course, document):
    assert_not_found(client.get(document.url))
    client.force_login(make_student(course))
    assert_not_found(client.get(document.url))


def test_document_of_a_draft_is_not_found(client, course, document):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save_revision()
    page = make_standard_page(body=[document_block(document)])
    page.unpublish()
    client.force_login(make_student(course))
    assert_not_found(client.get(document.url))


def test_document_of_an_unpublished_lesson_is_not_found(client, course, document):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save()
    lesson.unpublish()
    client.force_login(make_student(course))
    assert_not_found(client.get(document.url))


def test_document_taken_off_a_page_is_closed_again(client, document):
    page = make_standard_page(body=[document_block(document)])
    page.body = []
    page.save()
    assert_not_found(client.get(document.url))


def test_document_under_another_name_is_not_found(client, document):
    make_standard_page(body=[document_block(document)])
    assert client.get(f"/documents/{document.pk}/autre.pdf").status_code == 404


@pytest.mark.parametrize("role", [Role.EDITOR, Role.INSTRUCTOR, Role.ADMINISTRATOR])
def test_staff_who_write_courses_read_documents_of_drafts(client, document, role):
    client.force_login(make_user(role=role))
    assert client.get(document.url).status_code == 200


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FINANCE])
def test_staff_who_read_no_course_read_no_document_of_drafts(client, document, role):
    client.force_login(make_user(role=role))
    assert_not_found(client.get(document.url))


def test_suspended_staff_read_no_document(client, document):
    client.force_login(suspend(make_user(role=Role.EDITOR)))
    assert_not_found(client.get(document.url))


@pytest.mark.parametrize("count", [1, 30])
def test_asking_for_a_document_costs_the_same_for_any_number_of_lessons(
    client, course, document, count, django_assert_max_num_queries
):
    module = make_module(course)
    for _lesson in range(count):
        lesson = make_reading(module)
        lesson.body = [document_block(document)]
        lesson.save()
    client.force_login(make_student(course))
    with django_assert_max_num_queries(14):
        assert client.get(document.url).status_code == 200


# Files by their address --------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["anonymous", "enrolled", "administrator"])
def test_private_file_has_no_address_of_its_own(course, document, who):
    lesson = make_reading(course)
    lesson.body = [document_block(document)]
    lesson.save()
    users = {
        "anonymous": lambda: None,
        "enrolled": lambda: make_student(course),
        "administrator": lambda: make_user(is_superuser=True),
    }
    browser = browser_of(users[who]())
    name = document.file.name
    assert name.startswith("documents/")
    for address in (
        f"/media/{name}",
        f"/{name}",
        f"/private/{name}",
        f"/media/private/{name}",
        f"/media/images/../{name}",
        f"/media/images/{'0' * 20}/../../{name}",
        f"/media/images/../../private/{name}",
        f"/media/images/%2e%2e/%2e%2e/private/{name}",
        f"/static/../private/{name}",
    ):
        assert_not_found(browser.get(address))


def test_document_is_not_stored_under_the_public_media(document):
    assert not str(document.file.path).startswith(f"{settings.MEDIA_ROOT}/")
    assert SiteDocument.objects.get().file.read() == f"%PDF-1.4 {SECRET}".encode()


def test_original_image_is_never_served(client):
    image = make_image("dessin-reserve.png")
    assert image.file.name.startswith("original_images/")
    client.force_login(make_user(is_superuser=True))
    for address in (
        f"/media/{image.file.name}",
        f"/media/images/../{image.file.name}",
        f"/media/images/%2e%2e/{image.file.name}",
        f"/media/images//../{image.file.name}",
        f"/media/images/{'0' * 20}/../../{image.file.name}",
    ):
        assert client.get(address).status_code == 404


def test_rendition_is_served_from_an_address_that_can_not_be_guessed(client):
    first, second = make_image("a.png"), make_image("a.png", "gold")
    url = first.get_rendition("width-100").url
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    folders = {
        image.get_rendition(spec).url.split("/")[3]
        for image in (first, second)
        for spec in ("width-100", "width-200")
    }
    assert len(folders) == 4
    assert {len(folder) for folder in folders} == {20}


def test_folders_of_media_are_not_listed(client):
    make_image().get_rendition("width-100")
    for address in ("/media/", "/media/images/", "/media/original_images/", "/media/images/x/.."):
        assert client.get(address).status_code == 404
