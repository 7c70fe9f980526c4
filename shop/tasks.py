"""Sweeps: they look for rows that are due, so a lost message loses nothing."""

from celery import shared_task

from .services import checkout


@shared_task(name="shop.settle_lapsed_orders")
def settle_lapsed_orders() -> int:
    return checkout.settle_lapsed_orders()
