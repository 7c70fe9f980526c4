"""Orders: what was sold, for how much, to whom, and whether it was paid."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# Without 0/O, 1/I/L and U: an order number is read aloud on the phone.
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 8


def new_order_number() -> str:
    """`DF-` and eight characters drawn at random: no buyer learns how many orders there are."""
    return "DF-" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH))


class OrderStatus(models.TextChoices):
    PENDING = "pending", _("En attente")
    PAID = "paid", _("Payée")
    CANCELLED = "cancelled", _("Annulée")


class Order(models.Model):
    """One purchase.

    While it is pending it holds only the buyer's email and the hash of the password they chose. It
    has at most one PaymentIntent, none when nothing is due. Everything that a payment brings about
    is keyed by this row: see `shop.services.fulfilment`.
    """

    number = models.CharField(_("numéro"), max_length=16, unique=True, default=new_order_number)
    status = models.CharField(
        _("état"), max_length=12, choices=OrderStatus, default=OrderStatus.PENDING
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("étudiant"),
    )
    email = models.EmailField(_("courriel"))
    password_hash = models.CharField(max_length=128, blank=True, editable=False)
    created_account = models.BooleanField(_("a créé le compte"), default=False)
    subtotal = models.DecimalField(_("sous-total"), max_digits=9, decimal_places=2)
    discount = models.DecimalField(_("rabais"), max_digits=9, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=9, decimal_places=2)
    coupon_code = models.CharField(_("coupon"), max_length=40, blank=True)
    payment_intent_id = models.CharField(
        _("paiement Stripe"), max_length=255, null=True, blank=True, unique=True
    )
    last_error_code = models.CharField(_("dernier refus"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    paid_at = models.DateTimeField(_("payée le"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("annulée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("commande")
        verbose_name_plural = _("commandes")
        ordering = ["-created_at"]
        # Orders are written by the shop alone: nobody can be given the right to.
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    total=models.F("subtotal") - models.F("discount"),
                    total__gte=0,
                    discount__gte=0,
                ),
                name="shop_order_adds_up",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status=OrderStatus.PENDING, paid_at=None, cancelled_at=None)
                    | models.Q(status=OrderStatus.PAID, paid_at__isnull=False, user__isnull=False)
                    | models.Q(
                        status=OrderStatus.CANCELLED, paid_at=None, cancelled_at__isnull=False
                    )
                ),
                name="shop_order_status_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(status=OrderStatus.PENDING) | models.Q(password_hash=""),
                name="shop_order_forgets_password",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(status=OrderStatus.PENDING),
                name="shop_order_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def titles(self) -> str:
        """What was sold, on one line. For lists that prefetched the lines."""
        return ", ".join(line.title for line in self.lines.all())


class OrderLine(models.Model):
    """A course as it was sold: its title, price and length of access stay, whatever happens to it.

    `term` is the access that the line bought; being unique, it can't be granted twice.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="lines", verbose_name=_("commande")
    )
    course = models.ForeignKey(
        "lms.Course", on_delete=models.PROTECT, related_name="+", verbose_name=_("formation")
    )
    title = models.CharField(_("titre"), max_length=255)
    price = models.DecimalField(_("prix"), max_digits=8, decimal_places=2)
    discount = models.DecimalField(_("rabais"), max_digits=8, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=8, decimal_places=2)
    access_days = models.PositiveSmallIntegerField(_("jours d’accès"))
    term = models.OneToOneField(
        "lms.Term",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_line",
        verbose_name=_("période d’accès"),
    )

    class Meta:
        verbose_name = _("ligne de commande")
        verbose_name_plural = _("lignes de commande")
        constraints = [
            models.UniqueConstraint(fields=["order", "course"], name="shop_order_line_once"),
            models.CheckConstraint(
                condition=models.Q(
                    total=models.F("price") - models.F("discount"), total__gte=0, discount__gte=0
                ),
                name="shop_order_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.title}"
