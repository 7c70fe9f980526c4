"""An editor makes a course from nothing, in the admin, and a student takes its quiz."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cms_pages.models import (
    CourseIndexPage,
    CoursePage,
    ModulePage,
    QuizLessonPage,
    ReadingLessonPage,
)
from dojo.demo.loader import EDITOR, PASSWORD, STUDENT
from dojo.users.models import User
from lms.models import Attempt, TermSource
from lms.services.enrolments import grant_term
from lms.services.registry import course_row

from .conftest import DESK


@pytest.fixture
def editor(page: Page, sign_in: Callable[[str], None], settings) -> Page:
    # A script publishes before a draft was saved by itself, and would make its page twice.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    page.set_viewport_size(DESK)
    sign_in(EDITOR)
    return page


class Form:
    """The form of a page in the admin, used as an editor would."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def new(self, site: str, kind: str, parent: int, title: str) -> None:
        self.page.goto(f"{site}/admin/pages/add/cms_pages/{kind}/{parent}/")
        box = self.page.locator("#id_title")
        box.press_sequentially(title)
        box.press("Tab")
        expect(self.page.locator("#id_slug")).not_to_have_value("")

    def field(self, *path: str) -> Locator:
        found = self.page.locator("body")
        for name in path:
            found = found.locator(f"[data-contentpath='{name}']").first
        return found

    def add_block(self, field: str, label: str = "") -> Locator:
        """A new block at the end of a StreamField; one of a single kind asks for no label."""
        stream = self.field(field)
        blocks = self._blocks(stream)
        count = blocks.count()
        stream.locator(".c-sf-add-button").last.click()
        if label:
            self.page.get_by_role("option", name=label, exact=True).click()
        expect(blocks).to_have_count(count + 1)
        block_id = blocks.nth(count).get_attribute("data-contentpath")
        return self.page.locator(f"[data-contentpath='{block_id}']")

    def _blocks(self, stream: Locator) -> Locator:
        inner = "[data-streamfield-child] [data-streamfield-child]"
        return stream.locator(f"[data-streamfield-child]:not({inner})")

    def write(self, box: Locator, text: str) -> None:
        """Type into a rich text field, and wait for its editor to write into the form."""
        field = box.locator(".w-field--draftail_rich_text_area").first
        field.locator("[contenteditable=true]").click()
        self.page.keyboard.insert_text(text)
        stored = json.dumps(text, ensure_ascii=False)[1:-1]
        expect(field.locator("input[type=hidden]")).to_have_value(re.compile(re.escape(stored)))

    def options(self, question: Locator) -> Locator:
        return question.locator("[data-contentpath=options] [data-streamfield-child]")

    def write_options(self, question: Locator, texts: list[str], right: list[str]) -> None:
        options = self.options(question)
        for number, text in enumerate(texts):
            if options.count() <= number:
                question.locator("[data-contentpath=options] .c-sf-add-button").last.click()
                expect(options).to_have_count(number + 1)
            self.write(options.nth(number).locator("[data-contentpath=text]"), text)
            if text in right:
                options.nth(number).get_by_label("Bonne réponse").check()

    def publish(self) -> None:
        self.page.get_by_role("button", name="Plus d'actions").click()
        self.page.get_by_role("button", name="Publier", exact=True).click()

    def publish_well(self) -> None:
        self.publish()
        expect(self.page.locator(".messages .success")).to_contain_text("publiée")


def add_question(form: Form, label: str, text: str) -> Locator:
    question = form.add_block("questions", label)
    form.write(question.locator("[data-contentpath=text]").first, text)
    return question


def test_course_made_from_nothing_is_taken_by_a_student(editor: Page, site: str, browser: Browser):
    form = Form(editor)
    catalogue = CourseIndexPage.objects.get()

    form.new(site, "coursepage", catalogue.pk, "Bases du placement")
    editor.locator("#id_summary").fill("Pour commencer.")
    editor.locator("#id_category").select_option("investors")
    editor.locator("#id_price").fill("49.50")
    outcome = form.add_block("outcomes")
    outcome.locator("input[type=text]").fill("Lire un relevé")
    form.publish_well()
    course = CoursePage.objects.get(slug="bases-du-placement")

    form.new(site, "modulepage", course.pk, "Premiers pas")
    form.publish_well()
    module = ModulePage.objects.get(slug="premiers-pas")

    form.new(site, "readinglessonpage", module.pk, "Pourquoi placer")
    editor.get_by_label("Aperçu gratuit").check()
    form.write(form.add_block("body", "Texte"), r"Le rendement est \(\frac{C}{P}\).")
    form.publish_well()
    reading = ReadingLessonPage.objects.child_of(module).get()

    form.new(site, "quizlessonpage", module.pk, "Vérification")
    single = add_question(form, "Choix unique", r"Que vaut \(\frac{1}{2}\)?")
    form.write_options(single, ["Un demi", "Un tiers"], ["Un demi"])
    multiple = add_question(form, "Choix multiples", "Lesquels versent un coupon?")
    form.write_options(
        multiple,
        ["Une obligation", "Une action", "Une débenture"],
        ["Une obligation", "Une débenture"],
    )
    true_false = add_question(form, "Vrai ou faux", "Une action peut perdre sa valeur.")
    true_false.locator("[data-contentpath=answer] select").select_option("true")
    short = add_question(form, "Réponse courte", "La capitale du Québec?")
    short.locator("[data-contentpath=variants] input[type=text]").fill("Québec")
    numeric = add_question(form, "Réponse numérique", "Mille dollars à 5 % un an?")
    numeric.locator("[data-contentpath=answer] input").fill("1050")
    numeric.locator("[data-contentpath=unit] input").fill("$")

    # The preview shows the questions with their answers, and begins no attempt.
    attempts = Attempt.objects.count()
    editor.get_by_role("button", name=re.compile("prévisualisation")).click()
    editor.get_by_label("Mode").select_option("questions")
    preview = editor.frame_locator("iframe[id=w-preview-iframe], .w-preview__iframe")
    expect(preview.locator(".question")).to_have_count(5)
    expect(preview.locator(".question math").first).to_be_visible()
    assert Attempt.objects.count() == attempts
    form.publish_well()
    quiz = QuizLessonPage.objects.child_of(module).get()
    assert [child.block_type for child in quiz.questions] == [
        "single_choice",
        "multiple_choice",
        "true_false",
        "short_answer",
        "numeric",
    ]

    # A stranger reads the free lesson, and not the quiz.
    stranger = browser.new_context(viewport=DESK, locale="fr-CA").new_page()
    stranger.goto(f"{site}{reading.url}")
    expect(stranger.locator("article math")).to_be_visible()
    assert stranger.goto(f"{site}{quiz.url}").status == 403

    # A student of the course takes the quiz.
    user = User.objects.get(email=STUDENT)
    grant_term(user=user, course=course_row(course), days=30, source=TermSource.GIFT)
    stranger.goto(f"{site}/connexion/")
    stranger.get_by_label("Courriel").fill(STUDENT)
    stranger.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    stranger.get_by_role("button", name="Se connecter").click()
    expect(stranger.get_by_label("Mot de passe", exact=True)).to_have_count(0)
    stranger.goto(f"{site}{quiz.url}")
    stranger.get_by_role("button", name="Commencer le quiz").click()
    questions = stranger.locator("fieldset.question")
    expect(questions).to_have_count(5)
    for number, choices in enumerate([["Un demi"], ["Une obligation", "Une débenture"], ["Vrai"]]):
        for choice in choices:
            answer = questions.nth(number).locator(".choice", has_text=choice)
            answer.locator("input").check(force=True)
        expect(questions.nth(number).locator("[data-save-status]")).to_have_text(
            "Réponse enregistrée"
        )
    for number, text in ((3, "quebec"), (4, "1 050,00")):
        questions.nth(number).locator("input[type=text]").fill(text)
        questions.nth(number).locator("input[type=text]").blur()
        expect(questions.nth(number).locator("[data-save-status]")).to_have_text(
            "Réponse enregistrée"
        )
    stranger.get_by_role("button", name="Soumettre mes réponses").click()
    expect(stranger.get_by_text("100\xa0%").first).to_be_visible()
    attempt = Attempt.objects.get(user=user, lesson__translation_key=quiz.translation_key)
    assert (attempt.passed, attempt.points, attempt.max_points) == (True, 5, 5)


def test_a_question_without_its_right_answer_is_refused_and_nothing_is_lost(
    editor: Page, site: str
):
    form = Form(editor)
    module = QuizLessonPage.objects.get(slug="quiz-industrie").get_parent()
    form.new(site, "quizlessonpage", module.pk, "Sans réponse")
    question = add_question(form, "Choix unique", "Laquelle est la bonne?")
    form.write_options(question, ["La première", "La seconde"], [])
    form.publish()

    expect(editor.locator(".messages .error")).to_contain_text("erreurs de validation")
    options = form.field("questions", "options")
    expect(options).to_contain_text("Cochez exactement une bonne réponse.")
    expect(editor.locator("#id_title")).to_have_value("Sans réponse")
    question = form.field("questions").locator("[data-streamfield-child]").first
    for text in ("Laquelle est la bonne?", "La première", "La seconde"):
        expect(question).to_contain_text(text)
    assert not QuizLessonPage.objects.filter(title="Sans réponse", live=True).exists()

    form.options(question).nth(1).get_by_label("Bonne réponse").check()
    form.publish_well()
    quiz = QuizLessonPage.objects.get(title="Sans réponse", live=True)
    [child] = quiz.questions
    assert [option["is_correct"] for option in child.value["options"]] == [False, True]
