"""The buyer's way through the cart and the payment, over HTTP, with the local Stripe."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import stripe
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.utils import timezone

from dojo.automation.models import OutboxEvent
from dojo.users.models import User
from lms.models import Enrolment
from shop.models import Coupon, Order, OrderLine, OrderStatus, Redemption, RedemptionState
from shop.payments.stripe.client import cancel_intent
from shop.services.fulfilment import fulfil
from tests.factories import make_coupon, make_course, make_student, make_user
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}
BUYER = {"email": "Neuf@Exemple.test", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def course(db):
    return make_course()


def add_to_cart(client, course, code=""):
    response = client.post(f"/panier/ajouter/{course.pk}/", **ORIGIN)
    assert response.status_code == 302
    if code:
        client.post("/panier/coupon/", {"code": code}, **ORIGIN)


def begin(client, **data):
    return client.post("/paiement/intention/", {**BUYER, **data}, **ORIGIN)


def intent_id(response):
    return response.json()["client_secret"].partition("_secret_")[0]


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# Cart ------------------------------------------------------------------------------------------


def test_cart_shows_both_prices_with_a_coupon(client, course):
    make_coupon("BIENVENUE10")
    add_to_cart(client, course, " bienvenue10 ")
    cart = client.get("/panier/").context["cart"]
    assert (cart.subtotal, cart.discount, cart.total) == (
        Decimal("199.00"),
        Decimal("19.90"),
        Decimal("179.10"),
    )


def test_cart_add_twice_keeps_one_line(client, course):
    add_to_cart(client, course)
    add_to_cart(client, course)
    assert len(client.get("/panier/").context["cart"].lines) == 1


def test_cart_remove_empties_it_and_forgets_the_coupon(client, course):
    make_coupon("BIENVENUE10")
    add_to_cart(client, course, "BIENVENUE10")
    client.post(f"/panier/retirer/{course.pk}/", **ORIGIN)
    add_to_cart(client, course)
    cart = client.get("/panier/").context["cart"]
    assert (len(cart.lines), cart.coupon_code) == (1, "")


def test_cart_refuses_a_course_that_is_not_there_or_not_published(client, course):
    course.unpublish()
    assert client.post(f"/panier/ajouter/{course.pk}/", **ORIGIN).status_code == 404
    assert client.post("/panier/ajouter/999999/", **ORIGIN).status_code == 404


def test_cart_refuses_a_course_that_the_student_has(client, course):
    client.force_login(make_student(course))
    response = client.post(f"/panier/ajouter/{course.pk}/", **ORIGIN)
    assert response.url == "/tableau-de-bord/"
    assert client.get("/panier/").context["cart"].lines == []


@pytest.mark.parametrize("sender", [{}, {"HTTP_ORIGIN": "https://ailleurs.test"}])
@pytest.mark.parametrize("path", ["/panier/coupon/", "/paiement/intention/"])
def test_forms_refuse_another_origin(client, course, path, sender):
    assert client.post(path, {"code": "X"}, **sender).status_code == 403


def test_forms_take_the_referer_where_there_is_no_origin(client, course):
    response = client.post(
        f"/panier/ajouter/{course.pk}/", HTTP_REFERER=f"http://testserver{course.url}"
    )
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("INCONNU", "Ce code promo est inconnu."),
        ("EXPIRE", "Ce code promo n’est pas valide en ce moment."),
        ("INACTIF", "Ce code promo n’est pas valide en ce moment."),
        ("EPUISE", "Ce code promo a été utilisé autant de fois que permis."),
        ("AUTRE", "Ce code promo ne s’applique à aucune formation de votre panier."),
    ],
)
def test_cart_coupon_refusal_says_why_and_keeps_what_was_typed(client, course, code, message):
    from django.utils import timezone

    from lms.services.registry import course_row

    make_coupon("EXPIRE", valid_until=timezone.now())
    make_coupon("INACTIF", is_active=False)
    make_coupon("EPUISE", max_uses=1, uses=1)
    make_coupon("AUTRE").courses.add(course_row(make_course()))
    add_to_cart(client, course)
    response = client.post("/panier/coupon/", {"code": code}, **ORIGIN)
    assert response.status_code == 400
    form = response.context["coupon_form"]
    assert (form["code"].value(), form.errors["code"]) == (code, [message])


def test_cart_coupon_that_ended_meanwhile_is_taken_away_with_a_word(client, course):
    coupon = make_coupon("BIENVENUE10")
    add_to_cart(client, course, "BIENVENUE10")
    Coupon.objects.filter(pk=coupon.pk).update(is_active=False)
    response = client.get("/panier/")
    assert response.context["cart"].total == Decimal("199.00")
    assert messages_of(response) == ["Ce code promo n’est pas valide en ce moment."]


# Bad input -------------------------------------------------------------------------------------


def test_checkout_of_an_empty_cart_goes_back_to_the_cart(client, db):
    assert client.get("/paiement/").url == "/panier/"
    response = begin(client)
    assert (response.status_code, response.json()) == (
        400,
        {"errors": {"__all__": ["Votre panier est vide."]}},
    )


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            {"password2": "autre-chose-42"},
            {"password2": ["Les deux mots de passe ne sont pas identiques."]},
        ),
        ({"email": "pas un courriel"}, {"email": ["Saisissez une adresse de courriel valide."]}),
        ({"email": ""}, {"email": ["Champ requis."]}),
        (
            {"email": "deja@exemple.test"},
            {
                "email": [
                    "Un compte existe déjà avec ce courriel. Connectez-vous pour continuer : votre "
                    "panier vous attend."
                ]
            },
        ),
        (
            {"password1": "12345", "password2": "12345"},
            {
                "password1": [
                    "Ce mot de passe est trop court. Il doit contenir au minimum 8 caractères.",
                    "Ce mot de passe est trop courant.",
                    "Ce mot de passe est entièrement numérique.",
                ]
            },
        ),
    ],
)
def test_checkout_refuses_bad_input_in_french_and_makes_nothing(client, course, data, errors):
    make_user("deja@exemple.test")
    add_to_cart(client, course)
    response = begin(client, **data)
    found = {
        field: [text.replace("\xa0", " ") for text in texts]
        for field, texts in response.json()["errors"].items()
    }
    assert (response.status_code, found) == (400, errors)
    assert (Order.objects.count(), User.objects.count()) == (0, 1)


# Paying ----------------------------------------------------------------------------------------


def test_checkout_makes_a_pending_order_and_no_account(client, course, local_stripe):
    make_coupon("BIENVENUE10", max_uses=5)
    add_to_cart(client, course, "BIENVENUE10")
    response = begin(client)
    order = Order.objects.get()
    answer = response.json()
    assert response.status_code == 201
    assert (answer["order"], answer["amount"]) == (order.number, 17910)
    assert (order.status, order.email, order.total) == (
        OrderStatus.PENDING,
        "neuf@exemple.test",
        Decimal("179.10"),
    )
    assert check_password(PASSWORD, order.password_hash)
    assert local_stripe.find(order.payment_intent_id)["amount"] == 17910
    assert (User.objects.count(), Enrolment.objects.count()) == (0, 0)
    assert order.redemption.state == RedemptionState.RESERVED
    assert Coupon.objects.get().uses == 1


def test_return_after_payment_makes_everything_once_and_signs_in(client, course, local_stripe):
    make_coupon("BIENVENUE10")
    add_to_cart(client, course, "BIENVENUE10")
    intent = intent_id(begin(client))
    local_stripe.confirm(intent, "pm_card_visa")
    response = client.get("/paiement/retour/", {"payment_intent": intent})
    assert response.url == "/tableau-de-bord/"
    order = Order.objects.get()
    user = User.objects.get()
    assert (order.status, order.user, order.created_account, order.password_hash) == (
        OrderStatus.PAID,
        user,
        True,
        "",
    )
    assert (user.email, user.check_password(PASSWORD)) == ("neuf@exemple.test", True)
    term = order.lines.get().term
    assert (term.enrolment.user, (term.expires_at - term.starts_at).days) == (user, 365)
    assert order.redemption.state == RedemptionState.KEPT
    assert [event.key for event in OutboxEvent.objects.all()] == [order.number]
    assert client.get("/tableau-de-bord/").wsgi_request.user == user
    assert client.get("/panier/").context["cart"].lines == []


def test_return_twice_changes_nothing(client, course, local_stripe):
    add_to_cart(client, course)
    intent = intent_id(begin(client))
    local_stripe.confirm(intent, "pm_card_visa")
    for _visit in range(2):
        response = client.get("/paiement/retour/", {"payment_intent": intent})
        assert response.url == "/tableau-de-bord/"
    assert (User.objects.count(), Enrolment.objects.count(), OutboxEvent.objects.count()) == (
        1,
        1,
        1,
    )
    assert Enrolment.objects.get().terms.count() == 1


def test_decline_leaves_no_account_and_keeps_the_coupon_for_this_order(
    client, course, local_stripe
):
    make_coupon("BIENVENUE10", max_uses=1)
    add_to_cart(client, course, "BIENVENUE10")
    first = begin(client).json()
    intent = Order.objects.get().payment_intent_id
    declined = local_stripe.confirm(intent, "pm_card_chargeDeclinedInsufficientFunds")
    assert declined["status"] == "requires_payment_method"
    assert client.get("/panier/").context["cart"].coupon_code == "BIENVENUE10"
    response = client.get("/paiement/retour/", {"payment_intent": intent}, follow=True)
    assert messages_of(response) == [
        "La provision de votre carte est insuffisante. Essayez une autre carte."
    ]
    assert (User.objects.count(), Enrolment.objects.count()) == (0, 0)
    assert Redemption.objects.get().state == RedemptionState.RESERVED

    second = begin(client).json()
    assert (second["order"], second["client_secret"]) == (first["order"], first["client_secret"])
    local_stripe.confirm(intent, "pm_card_visa")
    client.get("/paiement/retour/", {"payment_intent": intent})
    assert Order.objects.get().status == OrderStatus.PAID
    assert (Coupon.objects.get().uses, Redemption.objects.get().state) == (1, RedemptionState.KEPT)


def test_a_changed_cart_cancels_the_previous_payment_first(client, course, local_stripe):
    make_coupon("BIENVENUE10", max_uses=1)
    add_to_cart(client, course, "BIENVENUE10")
    begin(client)
    first = Order.objects.get()
    add_to_cart(client, make_course(price="50.00"))
    begin(client)
    second = Order.objects.exclude(pk=first.pk).get()
    first.refresh_from_db()
    assert local_stripe.find(first.payment_intent_id)["status"] == "canceled"
    assert (first.status, first.password_hash) == (OrderStatus.CANCELLED, "")
    assert second.total == Decimal("224.10")
    assert Coupon.objects.get().uses == 1


def test_the_same_cart_with_another_email_keeps_the_order(client, course, local_stripe):
    add_to_cart(client, course)
    begin(client)
    begin(client, email="corrige@exemple.test")
    assert Order.objects.get().email == "corrige@exemple.test"


def test_free_order_skips_stripe_and_signs_in(client, course):
    make_coupon("GRATUIT", value=100)
    add_to_cart(client, course, "GRATUIT")
    response = begin(client)
    assert (response.status_code, response.json()["redirect"]) == (201, "/tableau-de-bord/")
    order = Order.objects.get()
    assert (order.status, order.payment_intent_id) == (OrderStatus.PAID, None)
    assert client.get("/tableau-de-bord/").status_code == 200


def test_signed_in_student_gives_only_a_card(client, course, local_stripe):
    student = make_student()
    client.force_login(student)
    add_to_cart(client, course)
    assert client.get("/paiement/").context["form"] is None
    intent = intent_id(client.post("/paiement/intention/", **ORIGIN))
    local_stripe.confirm(intent, "pm_card_visa")
    client.get("/paiement/retour/", {"payment_intent": intent})
    order = Order.objects.get()
    assert (order.user, order.created_account) == (student, False)
    assert Enrolment.objects.get().user == student


@pytest.mark.parametrize("kind", ["owner", "suspended"])
def test_signed_in_student_is_refused_what_they_own_or_may_not_buy(client, course, kind):
    student = make_student()
    client.force_login(student)
    add_to_cart(client, course)
    if kind == "owner":
        from lms.models import TermSource
        from lms.services.enrolments import grant_term
        from lms.services.registry import course_row

        grant_term(user=student, course=course_row(course), days=90, source=TermSource.GIFT)
    else:
        from django.utils import timezone

        User.objects.filter(pk=student.pk).update(suspended_at=timezone.now())
    response = client.post("/paiement/intention/", **ORIGIN)
    assert response.status_code == 400
    assert Order.objects.count() == 0


# Between two writes ----------------------------------------------------------------------------


def test_an_order_that_stripe_could_not_be_told_of_is_taken_up(
    client, course, local_stripe, settings
):
    make_coupon("UNE", max_uses=1)
    add_to_cart(client, course, "UNE")
    working, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    for _click in range(2):
        assert begin(client).status_code == 503
    settings.STRIPE_API_BASE = working
    assert begin(client).status_code == 201
    assert (Order.objects.count(), Coupon.objects.get().uses) == (1, 1)


def test_a_payment_cancelled_at_stripe_is_begun_anew_and_not_called_paid(
    client, course, local_stripe
):
    add_to_cart(client, course)
    first = intent_id(begin(client))
    # The sweep cancelled it there, and fell before it wrote that down here.
    cancel_intent(first)
    answer = begin(client).json()
    assert "redirect" not in answer
    old, new = Order.objects.order_by("pk")
    assert (old.status, new.status, answer["order"]) == (
        OrderStatus.CANCELLED,
        OrderStatus.PENDING,
        new.number,
    )


def test_a_total_below_what_a_card_can_pay_is_refused_before_there_is_an_order(client, course):
    make_coupon("PRESQUE", kind="fixed", value=Decimal("198.75"))
    add_to_cart(client, course, "PRESQUE")
    response = begin(client)
    assert response.json()["errors"]["__all__"] == [
        "Le montant minimal d’un paiement par carte est de 0,50\xa0$."
    ]
    assert Order.objects.count() == 0


def test_the_amount_shown_is_the_amount_charged(client, course, local_stripe):
    add_to_cart(client, course)
    shown = client.get("/paiement/").context["shown_cents"]
    add_to_cart(client, make_course(price="50.00"))
    response = begin(client, shown_cents=shown)
    assert (response.status_code, Order.objects.count()) == (409, 0)
    assert begin(client, shown_cents=24900).status_code == 201


def test_a_payment_that_does_not_fit_its_order_is_said_so(client, course, local_stripe):
    add_to_cart(client, course)
    intent = intent_id(begin(client))
    local_stripe.confirm(intent, "pm_card_visa")
    Order.objects.update(subtotal=Decimal("1.00"), total=Decimal("1.00"))
    OrderLine.objects.update(price=Decimal("1.00"), total=Decimal("1.00"))
    course.price = Decimal("1.00")
    course.save()
    response = begin(client)
    assert response.status_code == 409
    assert response.json()["errors"]["__all__"] == [
        "Votre paiement doit être vérifié par notre équipe. Écrivez-nous sans payer de nouveau."
    ]


@pytest.mark.parametrize("days", [10, 90])
def test_a_course_is_renewed_in_its_last_sixty_days_only(client, course, local_stripe, days):
    student = make_student(course, days=days)
    client.force_login(student)
    add_to_cart(client, course)
    response = client.post("/paiement/intention/", **ORIGIN)
    assert response.status_code == (201 if days == 10 else 400)
    if days == 10:
        intent = intent_id(response)
        local_stripe.confirm(intent, "pm_card_visa")
        client.get("/paiement/retour/", {"payment_intent": intent})
        old, new = Enrolment.objects.get().terms.all()
        assert (new.starts_at, (new.expires_at - new.starts_at).days) == (old.expires_at, 365)


def test_a_form_without_script_gets_its_page_again_with_what_was_typed(client, course):
    add_to_cart(client, course)
    response = client.post(
        "/paiement/intention/",
        {**BUYER, "password2": "autre"},
        HTTP_ACCEPT="text/html,application/xhtml+xml",
        **ORIGIN,
    )
    assert response.status_code == 400
    assert response.context["form"]["email"].value() == "Neuf@Exemple.test"
    assert "password2" in response.context["form"].errors


def test_a_free_order_without_script_goes_on_to_the_dashboard(client, course):
    make_coupon("GRATUIT", value=100)
    add_to_cart(client, course, "GRATUIT")
    response = client.post("/paiement/intention/", BUYER, HTTP_ACCEPT="text/html", **ORIGIN)
    assert response.url == "/tableau-de-bord/"


def test_too_many_tries_are_refused_in_french(client, course):
    add_to_cart(client, course)
    statuses = [begin(client, password2="x").status_code for _try in range(31)]
    assert statuses == [400] * 30 + [429]


# Who is signed in ------------------------------------------------------------------------------


def test_a_stranger_with_the_payment_intent_is_asked_to_sign_in(client, course, local_stripe):
    from django.test import Client

    add_to_cart(client, course)
    intent = intent_id(begin(client))
    local_stripe.confirm(intent, "pm_card_visa")
    stranger = Client()
    for _visit in ("before the buyer", "again"):
        response = stranger.get("/paiement/retour/", {"payment_intent": intent})
        assert response.url == "/connexion/"
        assert not stranger.get("/panier/").wsgi_request.user.is_authenticated
    # It did the work, though, and the buyer's own browser is signed in afterwards.
    assert Order.objects.get().status == OrderStatus.PAID
    assert client.get("/paiement/retour/", {"payment_intent": intent}).url == "/tableau-de-bord/"


def test_a_second_paid_order_for_the_same_new_email_signs_nobody_in(client, course, local_stripe):
    from django.test import Client

    other = Client()
    add_to_cart(client, course)
    add_to_cart(other, make_course(price="50.00"))
    first, second = (
        intent_id(begin(client)),
        intent_id(begin(other, password1="autre-mot-de-passe-7", password2="autre-mot-de-passe-7")),
    )
    for intent in (first, second):
        local_stripe.confirm(intent, "pm_card_visa")
    assert client.get("/paiement/retour/", {"payment_intent": first}).url == "/tableau-de-bord/"
    assert other.get("/paiement/retour/", {"payment_intent": second}).url == "/connexion/"
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert Enrolment.objects.filter(user=user).count() == 2
    assert not other.get("/panier/").wsgi_request.user.is_authenticated


def test_return_does_not_sign_in_after_signing_out(client, course, local_stripe):
    add_to_cart(client, course)
    intent = intent_id(begin(client))
    local_stripe.confirm(intent, "pm_card_visa")
    client.get("/paiement/retour/", {"payment_intent": intent})
    client.logout()
    assert client.get("/paiement/retour/", {"payment_intent": intent}).url == "/connexion/"


@pytest.mark.parametrize("late", ["an hour later", "after another sign-in"])
def test_return_signs_in_only_as_the_first_act_of_the_account(client, course, local_stripe, late):
    add_to_cart(client, course)
    intent = intent_id(begin(client))
    local_stripe.confirm(intent, "pm_card_visa")
    fulfil(order_id=Order.objects.get().pk)
    if late == "an hour later":
        Order.objects.update(paid_at=timezone.now() - timedelta(hours=1))
    else:
        User.objects.update(last_login=timezone.now())
    assert client.get("/paiement/retour/", {"payment_intent": intent}).url == "/connexion/"


@pytest.mark.parametrize(
    "query", ["", "?payment_intent=", "?payment_intent=pi_inconnu", "?payment_intent=%00"]
)
def test_return_without_a_known_payment_is_not_found(client, db, query):
    assert client.get(f"/paiement/retour/{query}").status_code == 404


# Stripe in trouble -----------------------------------------------------------------------------


def test_checkout_says_so_when_stripe_is_down_and_can_be_tried_again(
    client, course, local_stripe, settings
):
    add_to_cart(client, course)
    working = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    response = begin(client)
    assert response.status_code == 503
    assert response.json()["errors"]["__all__"] == [
        "Le service de paiement ne répond pas. Réessayez dans quelques instants\xa0: vous ne serez "
        "pas débité deux fois."
    ]
    settings.STRIPE_API_BASE = working
    assert begin(client).status_code == 201
    assert mail.outbox == []


def test_return_waits_when_stripe_is_down(client, course, local_stripe, settings):
    add_to_cart(client, course)
    intent = intent_id(begin(client))
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    response = client.get("/paiement/retour/", {"payment_intent": intent})
    assert (response.status_code, User.objects.count()) == (202, 0)


def test_intents_are_made_for_cards_only(client, course, local_stripe):
    add_to_cart(client, course)
    intent = stripe.PaymentIntent.construct_from(local_stripe.find(intent_id(begin(client))), None)
    assert intent.payment_method_types == ["card"]
