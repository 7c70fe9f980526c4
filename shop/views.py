"""Cart, checkout and return from payment."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cms_pages.models import CoursePage
from dojo.origin import same_origin_required
from dojo.users.models import User

from .browser import BrowserOrder
from .cart import Cart
from .forms import CheckoutForm, CouponForm
from .models import Order, OrderStatus
from .money import to_cents
from .payments.stripe.client import PaymentServiceError, retrieve_intent
from .payments.stripe.csp import allow_stripe
from .payments.stripe.intents import settle
from .payments.stripe.messages import decline_message, decline_messages
from .pricing import PricedCart
from .services.checkout import (
    BelowMinimumError,
    Buyer,
    Checkout,
    PaymentInProgressError,
    begin_checkout,
)
from .services.coupons import CouponError
from .services.eligibility import refusal_to_sell
from .services.fulfilment import FulfilmentError

logger = logging.getLogger(__name__)

PAYMENT_INTENT_ID = re.compile(r"pi_\w{1,200}", re.ASCII)
# The return page signs a buyer in while they are still buying, not weeks later.
SIGN_IN_WINDOW = timedelta(hours=1)
LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@never_cache
@require_safe
def cart_detail(request: HttpRequest) -> HttpResponse:
    return _render_cart(request)


def _render_cart(
    request: HttpRequest, coupon_form: CouponForm | None = None, status: int = 200
) -> HttpResponse:
    cart = Cart(request.session)
    priced, problem = cart.priced()
    if problem:
        cart.set_coupon("")
        messages.warning(request, problem)
    context = {"cart": priced, "coupon_form": coupon_form or CouponForm()}
    return render(request, "shop/cart.html", context, status=status)


@login_not_required
@same_origin_required
@require_POST
def cart_add(request: HttpRequest, page_id: int) -> HttpResponse:
    page = get_object_or_404(CoursePage.objects.live(), pk=page_id)
    refusal = refusal_to_sell(request.user, page)
    if refusal:
        messages.info(request, refusal)
        return redirect("dashboard:home")
    Cart(request.session).add(page)
    return redirect("shop:cart")


@login_not_required
@same_origin_required
@require_POST
def cart_remove(request: HttpRequest, page_id: int) -> HttpResponse:
    page = get_object_or_404(CoursePage, pk=page_id)
    Cart(request.session).remove(page)
    return redirect("shop:cart")


@login_not_required
@never_cache
@same_origin_required
@require_POST
def cart_coupon(request: HttpRequest) -> HttpResponse:
    """Apply a coupon's code to the cart; an empty one takes it away."""
    form = CouponForm(request.POST)
    cart = Cart(request.session)
    if not ratelimit.consume(request, action="coupon"):
        form.add_error("code", _("Trop d’essais. Réessayez dans quelques minutes."))
        return _render_cart(request, form, status=429)
    if not form.is_valid():
        return _render_cart(request, form, status=400)
    code = form.cleaned_data["code"]
    if code:
        try:
            cart.find_coupon(code, cart.pages())
        except CouponError as error:
            form.add_error("code", error.message)
            return _render_cart(request, form, status=400)
    cart.set_coupon(code)
    return redirect("shop:cart")


@login_not_required
@never_cache
@require_safe
@allow_stripe
def checkout(request: HttpRequest) -> HttpResponse:
    priced, problem = Cart(request.session).priced()
    if not priced.lines:
        messages.info(request, _("Votre panier est vide."))
        return redirect("shop:cart")
    if problem:
        return redirect("shop:cart")
    return _render_checkout(request, priced)


def _render_checkout(
    request: HttpRequest, priced: PricedCart, form: CheckoutForm | None = None, status: int = 200
) -> HttpResponse:
    if form is None and not request.user.is_authenticated:
        form = CheckoutForm()
    context = {
        "cart": priced,
        "form": form,
        "needs_card": priced.total > 0,
        "stripe_publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "stripe_js_url": settings.STRIPE_JS_URL,
        "decline_messages": decline_messages(),
        "shown_cents": to_cents(priced.total),
    }
    return render(request, "shop/checkout.html", context, status=status)


@login_not_required
@never_cache
@same_origin_required
@require_POST
@allow_stripe
def payment_intent(request: HttpRequest) -> HttpResponse:
    """Make, or take up, the order of this cart. 201 with what the card field needs, or 400.

    JSON, unless a plain form asks: it gets the page again with its errors, or goes on.
    """
    cart = Cart(request.session)
    priced, problem = cart.priced()
    if not priced.lines:
        return _refuse(request, priced, _("Votre panier est vide."))
    if problem:
        return _refuse(request, priced, problem)
    if not ratelimit.consume(request, action="checkout"):
        text = _("Trop d’essais. Réessayez dans quelques minutes.")
        return _refuse(request, priced, text, status=429)
    if request.POST.get("shown_cents", str(to_cents(priced.total))) != str(to_cents(priced.total)):
        text = _("Votre panier a changé. Rechargez la page pour voir le nouveau total.")
        return _refuse(request, priced, text, status=409)
    buyer, form = _read_buyer(request)
    if buyer is None:
        return _refuse_form(request, priced, form)
    for line in priced.lines:
        refusal = refusal_to_sell(buyer.user, line.page) if buyer.user else ""
        if refusal:
            return _refuse(request, priced, refusal)
    try:
        begun = begin_checkout(buyer=buyer, cart=priced, browser=BrowserOrder(request.session))
    except CouponError as error:
        return _refuse(request, priced, error.message)
    except BelowMinimumError:
        text = _("Le montant minimal d’un paiement par carte est de 0,50\xa0$.")
        return _refuse(request, priced, text)
    except PaymentInProgressError:
        text = _(
            "Un paiement est déjà en cours pour votre commande précédente. Attendez qu’il se "
            "termine, puis réessayez."
        )
        return _refuse(request, priced, text, status=409)
    except PaymentServiceError:
        logger.exception("the payment service did not make or find a PaymentIntent")
        text = _(
            "Le service de paiement ne répond pas. Réessayez dans quelques instants\xa0: vous ne "
            "serez pas débité deux fois."
        )
        return _refuse(request, priced, text, status=503)
    except FulfilmentError:
        logger.exception("a payment does not fit its order")
        text = _(
            "Votre paiement doit être vérifié par notre équipe. Écrivez-nous sans payer de nouveau."
        )
        return _refuse(request, priced, text, status=409)
    return _answer(request, priced, begun)


def _answer(request: HttpRequest, priced: PricedCart, begun: Checkout) -> HttpResponse:
    order = begun.order
    if order.status == OrderStatus.PAID:
        address = _finish(request, order)
        if _wants_page(request):
            return redirect(address)
        return JsonResponse({"order": order.number, "redirect": address}, status=201)
    if _wants_page(request):  # the card field needs a script: the page says so
        return _render_checkout(request, priced, status=400)
    return JsonResponse(
        {
            "order": order.number,
            "client_secret": begun.client_secret,
            "amount": to_cents(order.total),
        },
        status=201,
    )


def _wants_page(request: HttpRequest) -> bool:
    """Whether a browser sent this form by itself. A script asks for JSON."""
    return "text/html" in request.headers.get("Accept", "")


def _refuse(
    request: HttpRequest, priced: PricedCart, message: str, status: int = 400
) -> HttpResponse:
    if _wants_page(request):
        messages.error(request, message)
        return redirect("shop:checkout" if priced.lines else "shop:cart")
    return JsonResponse({"errors": {"__all__": [message]}}, status=status)


def _refuse_form(request: HttpRequest, priced: PricedCart, form: CheckoutForm) -> HttpResponse:
    if _wants_page(request):
        return _render_checkout(request, priced, form, status=400)
    errors = {field: [str(error) for error in found] for field, found in form.errors.items()}
    return JsonResponse({"errors": errors}, status=400)


def _read_buyer(request: HttpRequest) -> tuple[Buyer | None, CheckoutForm]:
    if request.user.is_authenticated:
        return Buyer(email=request.user.email, user=request.user), CheckoutForm()
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return None, form
    return Buyer(email=form.cleaned_data["email"], password_hash=form.password_hash()), form


@login_not_required
@never_cache
@require_safe
def payment_return(request: HttpRequest) -> HttpResponse:
    """Where the browser comes back to: ask Stripe, do what the webhook does, and go on."""
    intent_id = request.GET.get("payment_intent", "")
    if not PAYMENT_INTENT_ID.fullmatch(intent_id):
        raise Http404
    order = get_object_or_404(Order, payment_intent_id=intent_id)
    is_ours = BrowserOrder(request.session).began(order)
    if order.status == OrderStatus.PENDING:
        try:
            intent = retrieve_intent(intent_id)
            order = settle(order, intent)
        except (PaymentServiceError, FulfilmentError):
            logger.exception("order %s could not be settled on return", order.number)
            return _still_pending(request) if is_ours else redirect("account_login")
        if order.status == OrderStatus.PENDING:
            if not is_ours:
                return redirect("account_login")
            if intent.status == "processing":
                return _still_pending(request)
            if order.last_error_code:
                messages.error(request, decline_message(order.last_error_code))
            else:
                messages.info(request, _("Le paiement n’est pas terminé."))
            return redirect("shop:checkout")
    if order.status == OrderStatus.PAID:
        return redirect(_finish(request, order))
    if is_ours:
        messages.error(request, _("Cette commande a été annulée. Votre carte n’a pas été débitée."))
        return redirect("shop:cart")
    return redirect("account_login")


def _still_pending(request: HttpRequest) -> HttpResponse:
    return render(
        request, "shop/return_pending.html", {"refresh_url": request.get_full_path()}, status=202
    )


def _finish(request: HttpRequest, order: Order) -> str:
    """The address to go on to after a paid order, once the buyer is signed in, if they may be.

    Only the browser that began the order is signed in, only to the account that the order made, and
    only as the first act of that account. Anyone else is asked to sign in, even with the right
    PaymentIntent.
    """
    browser = BrowserOrder(request.session)
    is_ours = browser.began(order)
    if is_ours:
        Cart(request.session).clear()
        browser.forget()
        if not request.user.is_authenticated and _may_sign_in(order):
            login(request, order.user, backend=LOGIN_BACKEND)
    if isinstance(request.user, User) and request.user == order.user:
        messages.success(request, _("Merci! Votre paiement est confirmé\xa0: bonne étude."))
        return reverse("dashboard:home")
    if is_ours:
        messages.success(
            request, _("Votre paiement est confirmé. Connectez-vous pour ouvrir votre formation.")
        )
    return reverse("account_login")


def _may_sign_in(order: Order) -> bool:
    return (
        order.created_account
        and order.user is not None
        and order.user.is_active
        and order.user.last_login is None
        and order.paid_at is not None
        and timezone.now() - order.paid_at < SIGN_IN_WINDOW
    )
