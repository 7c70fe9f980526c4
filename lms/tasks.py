"""The jobs of this app, so that every worker knows them."""

from .services.attempts import submit_at_deadline

__all__ = ["submit_at_deadline"]
