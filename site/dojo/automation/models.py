"""The outbox: events to announce, written in the transaction of what they announce."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventKind(models.TextChoices):
    ORDER_PAID = "order.paid", _("Commande payée")


class OutboxEvent(models.Model):
    """One event, recorded once: `key` names the fact, and the database refuses a second one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("genre"), max_length=40, choices=EventKind)
    key = models.CharField(_("clé"), max_length=120)
    payload = models.JSONField(_("contenu"))
    created_at = models.DateTimeField(_("inscrit le"), auto_now_add=True)
    delivered_at = models.DateTimeField(_("livré le"), null=True, blank=True)

    class Meta:
        verbose_name = _("événement sortant")
        verbose_name_plural = _("événements sortants")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="automation_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
