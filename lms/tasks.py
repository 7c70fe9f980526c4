"""Sweeps: they look for rows that are due, so a lost message loses nothing."""

from celery import shared_task

from .services.attempts import submit_overdue


@shared_task(name="lms.submit_overdue_attempts")
def submit_overdue_attempts() -> int:
    return submit_overdue()
