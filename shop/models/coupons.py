"""Coupons and their uses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CouponKind(models.TextChoices):
    PERCENT = "percent", _("Pourcentage")
    FIXED = "fixed", _("Montant fixe")


class Coupon(models.Model):
    """A discount by code.

    `uses` counts the redemptions that are reserved or kept. It only moves by conditional updates,
    in the transaction of the redemption it counts, and the database keeps it within `max_uses`.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("genre"), max_length=10, choices=CouponKind)
    value = models.DecimalField(
        _("valeur"),
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("Un pourcentage ou un montant en dollars, selon le genre."),
    )
    is_active = models.BooleanField(_("actif"), default=True)
    valid_from = models.DateTimeField(_("valide à partir du"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valide jusqu’au"), null=True, blank=True)
    max_uses = models.PositiveIntegerField(
        _("utilisations permises"), null=True, blank=True, help_text=_("Vide\xa0: sans limite.")
    )
    max_uses_per_customer = models.PositiveIntegerField(
        _("utilisations permises par personne"),
        null=True,
        blank=True,
        help_text=_("Vide\xa0: sans limite."),
    )
    courses = models.ManyToManyField(
        "lms.Course",
        blank=True,
        related_name="coupons",
        verbose_name=_("formations"),
        help_text=_("Aucune\xa0: le coupon vaut pour toutes."),
    )
    uses = models.PositiveIntegerField(_("utilisations"), default=0, editable=False)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_uses=None) | models.Q(uses__lte=models.F("max_uses")),
                name="shop_coupon_within_max_uses",
                violation_error_message=_("Ce coupon a déjà servi plus souvent que cela."),
            ),
            models.CheckConstraint(
                condition=models.Q(value__gt=0)
                & (models.Q(kind=CouponKind.FIXED) | models.Q(value__lte=100)),
                name="shop_coupon_value",
                violation_error_message=_("Un pourcentage va de 0,01 à 100."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save all but `uses`: a form that was read before a reservation must not undo it."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name != "uses"
            ]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.code = normalise_code(self.code)
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValidationError({"valid_until": _("La fin doit suivre le début.")})

    def is_valid_at(self, now: datetime | None = None) -> bool:
        now = now or timezone.now()
        return (
            self.is_active
            and (self.valid_from is None or self.valid_from <= now)
            and (self.valid_until is None or now < self.valid_until)
        )


def normalise_code(code: str) -> str:
    """The one spelling of a code: upper case, no spaces."""
    return "".join(code.split()).upper()


class RedemptionState(models.TextChoices):
    RESERVED = "reserved", _("Réservée")
    KEPT = "kept", _("Utilisée")
    RELEASED = "released", _("Libérée")


class Redemption(models.Model):
    """One use of a coupon by one order: reserved with the payment, then kept or released."""

    coupon = models.ForeignKey(
        Coupon, on_delete=models.PROTECT, related_name="redemptions", verbose_name=_("coupon")
    )
    order = models.OneToOneField(
        "shop.Order",
        on_delete=models.PROTECT,
        related_name="redemption",
        verbose_name=_("commande"),
    )
    email = models.EmailField(_("courriel"))
    state = models.CharField(
        _("état"), max_length=10, choices=RedemptionState, default=RedemptionState.RESERVED
    )
    created_at = models.DateTimeField(_("réservée le"), auto_now_add=True)

    class Meta:
        verbose_name = _("utilisation de coupon")
        verbose_name_plural = _("utilisations de coupon")
        indexes = [
            models.Index(fields=["coupon", "email"], name="shop_redemption_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.coupon} · {self.order}"
