"""Orders, coupons and Stripe's events in the back office."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import NoReverseMatch, reverse
from openpyxl import load_workbook
from wagtail.log_actions import registry as log_registry
from wagtail.permissions import policy_registry

from dojo.users.models import User
from dojo.users.roles import Role
from lms.models import Term
from lms.services.registry import course_row
from shop.models import Coupon, CouponKind, Order, OrderStatus, StripeEvent
from shop.services.fulfilment import cancel, fulfil
from tests.backoffice import client_of, grows, let_in, rows, titles
from tests.factories import make_coupon, make_course, make_order, make_user

pytestmark = pytest.mark.django_db

MONEY = {Role.FINANCE, Role.ADMINISTRATOR}
TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def course():
    return make_course(title="Bases du placement")


@pytest.fixture
def finance():
    return client_of(Role.FINANCE)


def make_paid_order(course, **fields):
    order = make_order(course, **fields)
    Order.objects.filter(pk=order.pk).update(payment_intent_id=f"pi_{order.number}")
    return fulfil(order_id=order.pk)


def make_event(order=None, *, kind="payment_intent.succeeded", event_id="evt_1", **fields):
    data = {
        "id": f"pi_{order.number}" if order else "pi_autre",
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": int(order.total * 100) if order else 0,
        "currency": "cad",
        "client_secret": "pi_secret_de_stripe",
        "metadata": {"order": order.number} if order else {},
        "last_payment_error": None,
    }
    payload = {"id": event_id, "type": kind, "data": {"object": data}}
    return StripeEvent.objects.create(event_id=event_id, type=kind, payload=payload, **fields)


# Who ---------------------------------------------------------------------------------------------


def test_money_is_for_finance_and_administrators(course):
    order = make_paid_order(course, coupon=make_coupon("DIX"))
    event = make_event(order)
    coupon = Coupon.objects.get()
    for path in (
        reverse("orders:index"),
        reverse("orders:index_results"),
        reverse("orders:inspect", args=[order.pk]),
        reverse("orders:history", args=[order.pk]),
        reverse("stripe_events:index"),
        reverse("stripe_events:inspect", args=[event.pk]),
        reverse("coupons:index"),
        reverse("coupons:inspect", args=[coupon.pk]),
        reverse("coupons:add"),
        reverse("coupons:edit", args=[coupon.pk]),
        reverse("coupons:delete", args=[coupon.pk]),
    ):
        assert (path, let_in(path)) == (path, MONEY)
    assert let_in(reverse("orders:index") + "?export=csv") == MONEY


def test_only_they_process_an_event_again(course):
    event = make_event(kind="charge.refunded")
    path = reverse("stripe_events:process", args=[event.pk])
    assert let_in(path, "post") == MONEY


@pytest.mark.parametrize("name", ["orders", "stripe_events"])
@pytest.mark.parametrize("action", ["add", "edit", "delete", "copy"])
def test_orders_and_events_have_no_form_at_all(name, action):
    with pytest.raises(NoReverseMatch):
        reverse(f"{name}:{action}", args=[] if action == "add" else [1])


def test_not_even_a_superuser_may_write_an_order(course):
    superuser = User.objects.create_superuser("chef@exemple.test", "x")
    for model in (Order, StripeEvent):
        policy = policy_registry.get_by_type(model)
        assert policy.user_has_permission(superuser, "view")
        for action in ("add", "change", "delete"):
            assert not policy.user_has_permission(superuser, action)
            assert not policy.user_has_any_permission(superuser, {action})
            assert not policy.users_with_permission(action).exists()
        assert policy.users_with_permission("view").exists()
    codenames = Permission.objects.filter(content_type__model="order").values_list(
        "codename", flat=True
    )
    assert list(codenames) == ["view_order"]


# Orders ------------------------------------------------------------------------------------------


def test_list_of_orders_shows_what_was_sold(finance, course):
    order = make_paid_order(course, email="sofia@exemple.test", coupon=make_coupon("DIX"))
    text = finance.get(reverse("orders:index")).text
    for shown in (order.number, "sofia@exemple.test", "179,10\xa0$", "Payée", "DIX", course.title):
        assert shown in text


@pytest.mark.parametrize(
    "query", ["{number}", "sofia@", "nguyen", "Sofia NGUYEN", "nguyen exemple.test"]
)
def test_orders_are_found_by_number_email_and_name(finance, course, query):
    order = make_paid_order(course, email="sofia@exemple.test")
    make_paid_order(course)
    User.objects.filter(pk=order.user.pk).update(first_name="Sofia", last_name="Nguyen")
    response = finance.get(reverse("orders:index"), {"q": query.format(number=order.number)})
    assert titles(response) == [order.number]


def test_orders_are_filtered_by_status_course_and_day(finance, course):
    other = make_course()
    with time_machine.travel(datetime(2026, 3, 31, 23, 30, tzinfo=TORONTO), tick=False):
        late = make_paid_order(course)
    with time_machine.travel(datetime(2026, 4, 1, 0, 30, tzinfo=TORONTO), tick=False):
        early = make_order(other)
        cancelled = cancel(order_id=make_order(course).pk)

    def found(**query):
        return set(titles(finance.get(reverse("orders:index"), query)))

    assert found(status="paid") == {late.number}
    assert found(status="cancelled") == {cancelled.number}
    assert found(course=course_row(other).pk) == {early.number}
    # The day is Montréal's, not that of UTC.
    assert found(created_at_from="2026-03-01", created_at_to="2026-03-31") == {late.number}
    assert found(created_at_from="2026-04-01") == {early.number, cancelled.number}
    assert found(status="paid", created_at_from="2026-04-01") == set()


@pytest.mark.parametrize("ordering", ["number", "-total", "created_at", "status", "email"])
def test_orders_are_sorted(finance, course, ordering):
    make_paid_order(course)
    make_order(make_course(price="20.00"))
    found = titles(finance.get(reverse("orders:index"), {"ordering": ordering}))
    expected = Order.objects.order_by(ordering).values_list("number", flat=True)
    assert found == list(expected)


def test_orders_are_exported_in_local_time_and_without_formulas(finance, course):
    with time_machine.travel(datetime(2026, 3, 31, 23, 30, tzinfo=TORONTO), tick=False):
        order = make_paid_order(course, email="=somme@exemple.test")
    heading, row = rows(finance.get(reverse("orders:index"), {"export": "csv"}))
    values = dict(zip(heading, row, strict=True))
    assert (values["Numéro"], values["Total"], values["État"]) == (order.number, "199.00", "Payée")
    assert values["Créée le"] == "2026-03-31 23:30"
    assert values["Courriel"] == "'=somme@exemple.test"
    assert values["Formations"] == course.title
    response = finance.get(reverse("orders:index"), {"export": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    cells = dict(zip(*[[cell.value for cell in line] for line in sheet.rows], strict=True))
    assert (cells["Courriel"], cells["Total"]) == ("=somme@exemple.test", 199)
    assert cells["Créée le"] == datetime(2026, 3, 31, 23, 30)  # noqa: DTZ001 - sheets know no zone


def test_an_export_keeps_the_filters(finance, course):
    make_order(course)
    order = make_paid_order(course)
    response = finance.get(reverse("orders:index"), {"export": "csv", "status": "paid"})
    assert [row[0] for row in rows(response)[1:]] == [order.number]


def test_sheet_of_an_order_shows_all_that_hangs_on_it(finance, course):
    order = make_paid_order(course, email="sofia@exemple.test", coupon=make_coupon("DIX"))
    make_event(order)
    make_event(event_id="evt_d_une_autre")
    text = finance.get(reverse("orders:inspect", args=[order.pk])).text
    for shown in (
        order.number,
        f"pi_{order.number}",
        "DIX (utilisée)",
        "179,10\xa0$",
        course.title,
        "payment_intent.succeeded",
        "evt_1",
    ):
        assert shown in text
    assert "evt_d_une_autre" not in text
    # Finance sees no people and no enrolments: their names lead nowhere.
    assert reverse("wagtailusers_users:inspect", args=[order.user.pk]) not in text
    term = Term.objects.get()
    enrolment = reverse("enrolments:inspect", args=[term.enrolment_id])
    assert enrolment not in text
    admin = client_of(Role.ADMINISTRATOR)
    text = admin.get(reverse("orders:inspect", args=[order.pk])).text
    assert enrolment in text
    assert reverse("wagtailusers_users:inspect", args=[order.user.pk]) in text


def test_sheet_of_a_refused_payment_says_why(finance, course):
    order = make_order(course)
    # An event whose object has no id must not pass for one of an order without a payment.
    StripeEvent.objects.create(
        event_id="evt_nul", type="x", payload={"data": {"object": {"id": None}}}
    )
    Order.objects.filter(pk=order.pk).update(last_error_code="insufficient_funds")
    text = finance.get(reverse("orders:inspect", args=[order.pk])).text
    assert "La provision de votre carte est insuffisante" in text
    assert "Aucun accès\xa0: la commande n’est pas payée." in text
    assert "evt_nul" not in text


def test_queries_of_orders_do_not_grow(finance, course):
    def more():
        for number in range(24):
            make_paid_order(course, coupon=coupon)
            make_event(event_id=f"evt_{number}")

    coupon = make_coupon("DIX")
    make_paid_order(course, coupon=coupon)
    make_event(event_id="evt_premier")
    before, after = grows(finance, reverse("orders:index"), more)
    assert before == after
    counts = [
        grows(finance, path, lambda: [make_paid_order(course, coupon=coupon) for _n in range(3)])
        for path in (
            reverse("stripe_events:index"),
            reverse("coupons:inspect", args=[coupon.pk]),
        )
    ]
    assert [before == after for before, after in counts] == [True, True]


# Coupons -----------------------------------------------------------------------------------------


def test_coupon_is_made_changed_and_its_history_kept(finance):
    values = {"code": " ete 2026 ", "kind": "percent", "value": "15", "is_active": "on"}
    assert finance.post(reverse("coupons:add"), values).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.kind, coupon.value) == ("ETE2026", CouponKind.PERCENT, 15)
    values["value"] = "20"
    finance.post(reverse("coupons:edit", args=[coupon.pk]), values)
    coupon.refresh_from_db()
    assert coupon.value == 20
    actions = log_registry.get_logs_for_instance(coupon).values_list("action", flat=True)
    assert sorted(actions) == ["wagtail.create", "wagtail.edit"]
    assert finance.get(reverse("coupons:history", args=[coupon.pk])).status_code == 200


def test_sheet_of_a_coupon_counts_its_uses(finance, course):
    coupon = make_coupon("DIX", max_uses=9)
    paid = make_paid_order(course, coupon=coupon)
    make_order(course, coupon=coupon)
    cancel(order_id=make_order(course, coupon=coupon).pk)
    response = finance.get(reverse("coupons:inspect", args=[coupon.pk]))
    fields = {field["label"]: field["value"] for field in response.context["fields"]}
    assert {name: fields[name] for name in ("Utilisations comptées", "Commandes payées")} == {
        "Utilisations comptées": 2,
        "Commandes payées": 1,
    }
    assert (fields["Commandes en attente"], fields["Commandes annulées"]) == (1, 1)
    assert (fields["Rabais accordés"], fields["Ventes faites"]) == ("19,90\xa0$", "179,10\xa0$")
    assert fields["Rabais"] == "10\xa0%"
    assert paid.number in response.text


def test_a_used_coupon_is_not_deleted_and_it_is_said_why(finance, course):
    coupon = make_coupon("DIX")
    make_order(course, coupon=coupon)
    for method in (finance.get, finance.post):
        response = method(reverse("coupons:delete", args=[coupon.pk]), follow=True)
        assert response.status_code == 200
        assert "Le coupon DIX a déjà servi\xa0: il ne peut pas être supprimé." in response.text
    assert Coupon.objects.get() == coupon


def test_a_new_coupon_is_deleted(finance):
    coupon = make_coupon("ERREUR")
    assert "Êtes-vous sûr" in finance.get(reverse("coupons:delete", args=[coupon.pk])).text
    finance.post(reverse("coupons:delete", args=[coupon.pk]))
    assert not Coupon.objects.exists()


# Stripe's events ---------------------------------------------------------------------------------


def test_event_is_shown_without_its_secret(finance, course):
    event = make_event(make_order(course))
    text = finance.get(reverse("stripe_events:inspect", args=[event.pk])).text
    assert "amount_received" in text
    assert "pi_secret_de_stripe" not in text


def test_unprocessed_event_is_processed_again_once(finance, course):
    order = make_order(course)
    event = make_event(order, error="OperationalError('locked')")
    path = reverse("stripe_events:process", args=[event.pk])
    sheet = reverse("stripe_events:inspect", args=[event.pk])
    assert path in finance.get(sheet).text
    assert "L’événement est traité." in finance.post(path, follow=True).text
    order.refresh_from_db()
    event.refresh_from_db()
    assert (order.status, event.error) == (OrderStatus.PAID, "")
    assert Term.objects.count() == 1
    # Twice changes nothing, and the button is gone.
    assert "Cet événement était déjà traité." in finance.post(path, follow=True).text
    assert Term.objects.count() == 1
    assert path not in finance.get(sheet).text
    [entry] = log_registry.get_logs_for_instance(event)
    assert entry.action == "shop.process_event"


def test_an_event_that_fails_again_says_so_and_is_kept(finance, course):
    order = make_order(course)
    event = make_event(order)
    Order.objects.filter(pk=order.pk).update(total=Decimal("1.00"), subtotal=Decimal("1.00"))
    path = reverse("stripe_events:process", args=[event.pk])
    assert "Le traitement a échoué de nouveau" in finance.post(path, follow=True).text
    event.refresh_from_db()
    assert (event.processed_at, "FulfilmentError" in event.error) == (None, True)


def test_an_event_that_the_site_does_not_know_stays_as_it_is(finance):
    event = make_event(kind="charge.refunded")
    path = reverse("stripe_events:process", args=[event.pk])
    assert (
        "Le site ne fait rien des événements de ce genre." in finance.post(path, follow=True).text
    )
    event.refresh_from_db()
    assert event.processed_at is None


def test_a_link_processes_nothing(finance):
    event = make_event(kind="charge.refunded")
    assert finance.get(reverse("stripe_events:process", args=[event.pk])).status_code == 405


def test_events_are_filtered_by_what_became_of_them(finance, course):
    make_event(make_order(course), event_id="evt_attend")
    done = make_event(make_order(course), event_id="evt_fait")
    finance.post(reverse("stripe_events:process", args=[done.pk]))
    response = finance.get(reverse("stripe_events:index"), {"processed": "false"})
    assert [event.event_id for event in response.context["object_list"]] == ["evt_attend"]
    response = finance.get(reverse("stripe_events:index"), {"q": "fait"})
    assert [event.event_id for event in response.context["object_list"]] == ["evt_fait"]


def test_a_person_with_the_list_alone_has_no_button():
    reader = make_user(role=Role.EDITOR)
    reader.user_permissions.add(Permission.objects.get(codename="view_stripeevent"))
    event = make_event()
    from django.test import Client

    client = Client()
    client.force_login(reader)
    text = client.get(reverse("stripe_events:inspect", args=[event.pk])).text
    assert "Traiter de nouveau" not in text
