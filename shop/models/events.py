"""What Stripe told us, word for word, before anything is done about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StripeEvent(models.Model):
    event_id = models.CharField(_("identifiant"), max_length=255, unique=True)
    type = models.CharField(_("genre"), max_length=100)
    payload = models.JSONField(_("contenu"))
    received_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    processed_at = models.DateTimeField(_("traité le"), null=True, blank=True)
    error = models.TextField(_("erreur"), blank=True)

    class Meta:
        verbose_name = _("événement Stripe")
        verbose_name_plural = _("événements Stripe")
        ordering = ["-received_at"]
        default_permissions = ("view",)
        permissions = [
            ("process_stripeevent", _("Peut traiter de nouveau un événement Stripe")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
