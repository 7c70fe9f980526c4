"""Cart, checkout and return from payment."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cms_pages.models import CoursePage
from dojo.origin import same_origin_required
from dojo.users.models import User
from lms.access import Reason, course_access

from .cart import ORDER_SESSION_KEY, Cart, begun_order
from .forms import CheckoutForm, CouponForm
from .models import Order, OrderStatus
from .payments.stripe.client import PaymentServiceError, retrieve_intent
from .payments.stripe.csp import allow_stripe
from .payments.stripe.intents import settle
from .payments.stripe.messages import decline_message, decline_messages
from .services.checkout import Buyer, begin_checkout
from .services.coupons import CouponError
from .services.fulfilment import FulfilmentError

logger = logging.getLogger(__name__)

LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@never_cache
@require_GET
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
    access = course_access(request.user, page)
    if access.reason is Reason.ENROLLED:
        messages.info(request, _("Vous avez déjà accès à cette formation."))
        return redirect(page.url)
    if access.reason is Reason.SUSPENDED:
        messages.error(request, access.message)
        return redirect(page.url)
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
@require_GET
@allow_stripe
def checkout(request: HttpRequest) -> HttpResponse:
    priced, problem = Cart(request.session).priced()
    if not priced.lines:
        messages.info(request, _("Votre panier est vide."))
        return redirect("shop:cart")
    if problem:
        return redirect("shop:cart")
    context = {
        "cart": priced,
        "form": None if request.user.is_authenticated else CheckoutForm(),
        "needs_card": priced.total > 0,
        "stripe_publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "stripe_js_url": settings.STRIPE_JS_URL,
        "decline_messages": decline_messages(),
    }
    return render(request, "shop/checkout.html", context)


@login_not_required
@never_cache
@same_origin_required
@require_POST
def payment_intent(request: HttpRequest) -> JsonResponse:
    """Make, or take up, the order of this cart. 201 with what the card field needs, or 400."""
    cart = Cart(request.session)
    priced, problem = cart.priced()
    if not priced.lines:
        return _refusal(_("Votre panier est vide."))
    if problem:
        return _refusal(problem)
    buyer, errors = _read_buyer(request)
    if buyer is None:
        return JsonResponse({"errors": errors}, status=400)
    if buyer.user is not None:
        for line in priced.lines:
            access = course_access(buyer.user, line.page)
            if access.reason is Reason.SUSPENDED:
                return _refusal(access.message)
            if access.reason is Reason.ENROLLED:
                return _refusal(
                    _("Vous avez déjà accès à « %(title)s ». Retirez cette formation du panier.")
                    % {"title": line.title}
                )
    previous = begun_order(request.session)
    try:
        begun = begin_checkout(buyer=buyer, cart=priced, previous=previous)
    except CouponError as error:
        return _refusal(error.message)
    except PaymentServiceError:
        logger.exception("the payment service did not make or find a PaymentIntent")
        return _refusal(
            _(
                "Le service de paiement ne répond pas. Aucune somme n’a été prélevée : réessayez "
                "dans quelques instants."
            ),
            status=503,
        )
    request.session[ORDER_SESSION_KEY] = begun.order.pk
    if begun.client_secret is None:
        return JsonResponse(
            {"order": begun.order.number, "redirect": _finish(request, begun.order)}, status=201
        )
    return JsonResponse(
        {
            "order": begun.order.number,
            "client_secret": begun.client_secret,
            "amount": int(begun.order.total * 100),
        },
        status=201,
    )


def _refusal(message: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"errors": {"__all__": [message]}}, status=status)


def _read_buyer(request: HttpRequest) -> tuple[Buyer | None, dict[str, list[str]]]:
    if request.user.is_authenticated:
        return Buyer(email=request.user.email, user=request.user), {}
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return None, {
            field: [str(error) for error in errors] for field, errors in form.errors.items()
        }
    return Buyer(email=form.cleaned_data["email"], password_hash=form.password_hash()), {}


@login_not_required
@never_cache
@require_GET
def payment_return(request: HttpRequest) -> HttpResponse:
    """Where the browser comes back to: ask Stripe, do what the webhook does, and go on."""
    intent_id = request.GET.get("payment_intent", "")
    order = Order.objects.filter(Q(payment_intent_id=intent_id), ~Q(payment_intent_id="")).first()
    if order is None:
        raise Http404
    is_ours = request.session.get(ORDER_SESSION_KEY) == order.pk
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
            messages.error(request, decline_message(order.last_error_code))
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

    Only the browser that began the order is signed in, and only to the account that the order
    made. Anyone else is asked to sign in, even with the right PaymentIntent.
    """
    dashboard = reverse("dashboard:home")
    is_ours = request.session.get(ORDER_SESSION_KEY) == order.pk
    if is_ours:
        Cart(request.session).clear()
        del request.session[ORDER_SESSION_KEY]
        buyer = order.user
        if (
            order.created_account
            and buyer is not None
            and buyer.is_active
            and not request.user.is_authenticated
        ):
            login(request, buyer, backend=LOGIN_BACKEND)
    if isinstance(request.user, User) and request.user == order.user:
        messages.success(request, _("Merci ! Votre paiement est confirmé : bonne étude."))
        return dashboard
    if is_ours:
        messages.success(
            request, _("Votre paiement est confirmé. Connectez-vous pour ouvrir votre formation.")
        )
    return reverse("account_login")
