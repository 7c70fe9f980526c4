"""The jobs of this app, so that every worker knows them."""

from .services import deliver

__all__ = ["deliver"]
