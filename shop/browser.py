"""The order that a browser began: what the return page signs in by."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session

from .models import Order

SESSION_KEY = "checkout_order"


class BrowserOrder:
    """A view of the session. One browser has one order at a time, whatever its tabs do."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session

    def get(self) -> Order | None:
        """The order that this browser began last, whatever became of it."""
        return self._find(self._session.get(SESSION_KEY))

    def lock(self) -> Order | None:
        """The same, as the other requests of this browser left it; they wait for this transaction.

        Two clicks at once make one order: the second finds the first one's.
        """
        Session.objects.select_for_update().filter(pk=self._session.session_key or "").first()
        return self._find(self._session.load().get(SESSION_KEY))

    def remember(self, order: Order) -> None:
        """Keep the order in the session now, in the transaction that makes it."""
        self._session[SESSION_KEY] = order.pk
        self._session.save()

    def began(self, order: Order) -> bool:
        return self._session.get(SESSION_KEY) == order.pk

    def forget(self) -> None:
        self._session.pop(SESSION_KEY, None)

    def _find(self, pk: int | None) -> Order | None:
        return Order.objects.filter(pk=pk).first() if pk else None
