"""The jobs of this app, so that every worker knows them."""

from .services.checkout import settle_lapsed_order

__all__ = ["settle_lapsed_order"]
