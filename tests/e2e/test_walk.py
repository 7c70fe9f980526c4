"""From an article to a passed quiz; then an editor changes the quiz, and the past stays."""

from __future__ import annotations

import re

from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, Page, expect

from cms_pages.models import QuizLessonPage
from dojo.demo.loader import EDITOR, PASSWORD
from dojo.users.models import User
from lms.models import Attempt, Enrolment
from shop.models import Coupon, Order, OrderStatus, Redemption, RedemptionState

from .conftest import DESK, fill_card

BUYER = "lectrice@exemple.test"


def fill_account(page: Page, email: str = BUYER) -> None:
    page.get_by_label("Courriel").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_label("Confirmation du mot de passe").fill(PASSWORD)


def put_in_cart(page: Page, site: str, code: str = "BIENVENUE10") -> None:
    page.goto(f"{site}/formations/ccvm-volume-1/")
    page.locator("form[action^='/panier/ajouter/'] button:visible").first.click()
    page.get_by_label("Code promo").fill(code)
    page.get_by_role("button", name="Appliquer").click()
    expect(page.get_by_text("179,10 $").first).to_be_visible()


def pay(page: Page, card: str) -> None:
    fill_card(page, card)
    page.locator("[data-pay]").click()


def answer_everything_right(page: Page, attempt: Attempt) -> None:
    """Answer each question as its explanation would, by the inputs that a student sees."""
    for question in attempt.questions.select_related("version"):
        content = question.version.content
        box = page.locator(f"#question-{question.position}")
        match content["kind"]:
            case "single_choice" | "multiple_choice":
                for option in content["options"]:
                    if option["is_correct"]:
                        box.locator(f"input[value='{option['id']}']").check(force=True)
            case "true_false":
                value = "true" if content["answer"] else "false"
                box.locator(f"input[value='{value}']").check(force=True)
            case "short_answer":
                box.locator("input[type=text]").fill(content["variants"][0].upper())
            case _:
                box.locator("input[type=text]").fill(content["answer"].replace(".", ","))
        box.locator("input").last.blur()
        expect(box.locator("[data-save-status]")).to_have_text("Réponse enregistrée")


def test_walk_from_an_article_to_a_passed_quiz(page: Page, site: str, browser: Browser):
    # A reader lands on an article, and its call leads to the course.
    page.goto(f"{site}/blogue/preparer-examen-ccvm-huit-semaines/")
    page.locator("main a[href='/formations/ccvm-volume-1/']").first.click()
    expect(page).to_have_url(f"{site}/formations/ccvm-volume-1/")
    expect(page.get_by_text("199,00 $").first).to_be_visible()

    put_in_cart(page, site)
    page.get_by_role("link", name=re.compile("paiement", re.IGNORECASE)).first.click()
    fill_account(page)
    pay(page, "4242424242424242")
    page.wait_for_url(f"{site}/tableau-de-bord/")
    expect(page.get_by_text("Votre paiement est confirmé")).to_be_visible()
    user = User.objects.get(email=BUYER)
    assert Enrolment.objects.filter(user=user).count() == 1
    assert Order.objects.get().total == Order.objects.get().subtotal - Order.objects.get().discount

    # A lesson is read and marked done.
    page.goto(
        f"{site}/formations/ccvm-volume-1/industrie-canadienne-valeurs-mobilieres/"
        "acteurs-marches-et-surveillance/"
    )
    page.get_by_role("button", name="Marquer comme terminée").click()
    expect(page.get_by_text("Leçon terminée.")).to_be_visible()

    # The quiz: every answer is saved as it is given, and survives a reload.
    page.get_by_role("button", name=re.compile("Commencer")).click()
    attempt = Attempt.objects.get(user=user)
    answer_everything_right(page, attempt)
    page.reload()
    expect(page.locator("[data-answered]")).to_have_text(str(attempt.questions.count()))
    page.get_by_role("button", name="Soumettre mes réponses").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.points) == (True, attempt.max_points)
    expect(page.get_by_text("100\xa0%").first).to_be_visible()
    result_url = page.url
    first = attempt.questions.select_related("version").get(position=1)
    old_text = page.locator("section[aria-labelledby=r1] .question__text").inner_text()

    # An editor changes that question in the admin.
    editor = browser.new_context(viewport=DESK, locale="fr-CA").new_page()
    editor.set_default_timeout(20_000)
    editor.goto(f"{site}/admin/")
    editor.get_by_label("Courriel").fill(EDITOR)
    editor.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    editor.get_by_role("button", name="Se connecter").click()
    quiz = QuizLessonPage.objects.get(slug="quiz-industrie")
    editor.goto(f"{site}/admin/pages/{quiz.pk}/edit/")
    ids = [child.id for child in quiz.questions]
    number = ids.index(str(first.version.question_id))
    text = editor.locator(f"[data-contentpath='{ids[number]}'] [data-contentpath='text']").first
    text.locator("[contenteditable=true]").click()
    editor.keyboard.press("Control+End")
    editor.keyboard.type(" Formulation revue.")
    # The rich text editor writes into its form a moment after the typing.
    expect(text.locator("input[type=hidden]").first).to_have_value(re.compile("Formulation revue"))
    editor.get_by_role("button", name="Plus d’actions").or_(
        editor.locator(".w-dropdown-button button[aria-expanded]")
    ).last.click()
    editor.get_by_role("button", name="Publier").click()
    expect(editor.locator(".messages .success")).to_contain_text("publiée")
    quiz.refresh_from_db()
    assert [child.id for child in quiz.questions] == ids
    assert "Formulation revue." in str(quiz.questions[number].value["text"])

    # The past attempt keeps its text; a new one asks the new one.
    page.goto(result_url)
    assert page.locator("section[aria-labelledby=r1] .question__text").inner_text() == old_text
    page.get_by_role("button", name="Nouvelle tentative").click()
    expect(page.get_by_text("Formulation revue.")).to_be_visible()


def test_a_declined_card_leaves_nothing_and_the_same_order_is_paid_after(page: Page, site: str):
    put_in_cart(page, site)
    page.goto(f"{site}/paiement/")
    fill_account(page)
    pay(page, "4000000000009995")
    expect(page.locator("#card-errors")).to_have_text(
        "La provision de votre carte est insuffisante. Essayez une autre carte."
    )
    order = Order.objects.get()
    assert order.status == OrderStatus.PENDING
    assert not User.objects.filter(email=BUYER).exists()
    assert not Enrolment.objects.filter(user__email=BUYER).exists()
    assert Redemption.objects.get(order=order).state == RedemptionState.RESERVED
    assert Coupon.objects.get(code="BIENVENUE10").uses == 1
    # Nothing that was typed is lost.
    expect(page.get_by_label("Courriel")).to_have_value(BUYER)

    pay(page, "4242424242424242")
    page.wait_for_url(f"{site}/tableau-de-bord/")
    order.refresh_from_db()
    assert (Order.objects.count(), order.status) == (1, OrderStatus.PAID)
    assert Coupon.objects.get(code="BIENVENUE10").uses == 1


def test_three_d_secure_refused_then_passed(page: Page, site: str):
    page.set_viewport_size(DESK)
    put_in_cart(page, site)
    page.goto(f"{site}/paiement/")
    fill_account(page)
    pay(page, "4000002760003184")
    challenge = page.frame_locator("iframe[src*='/3ds/']")
    challenge.get_by_role("button", name="Refuser").click()
    expect(page.locator("#card-errors")).to_contain_text(
        "L’authentification auprès de votre banque"
    )
    page.locator("[data-pay]").click()
    challenge.get_by_role("button", name="Autoriser").click()
    page.wait_for_url(f"{site}/tableau-de-bord/")
    assert Order.objects.get().status == OrderStatus.PAID


def test_bad_input_at_checkout_is_said_in_french_beside_its_field(page: Page, site: str):
    User.objects.create(email="deja@exemple.test", password=make_password(PASSWORD))
    put_in_cart(page, site)
    page.goto(f"{site}/paiement/")
    fill_account(page, "deja@exemple.test")
    page.get_by_label("Confirmation du mot de passe").fill("autre-chose-42")
    pay(page, "4242424242424242")
    expect(page.locator("[data-errors-for=email]")).to_contain_text("Un compte existe déjà")
    expect(page.locator("[data-errors-for=password2]")).to_contain_text("ne sont pas identiques")
    expect(page.get_by_label("Courriel")).to_be_focused()
    assert Order.objects.count() == 0
