"""Granting access to courses."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dojo.users.models import User
from lms.models import Course, Enrolment, Term, TermSource


@transaction.atomic
def grant_term(
    *,
    user: User,
    course: Course,
    days: int,
    source: TermSource,
    created_by: User | None = None,
) -> Term:
    """Open a course to a student for a number of days, enrolling them if they are not yet.

    A renewal is a new term that starts when the last valid one ends. Two grants at once make two
    terms, one after the other: the enrolment's row is locked while the last end is read. The caller
    sees to it that one purchase grants once.
    """
    enrolment = _lock_enrolment(user, course)
    now = timezone.now()
    last = enrolment.terms.filter(revoked_at=None).order_by("-expires_at").first()
    starts_at = max(now, last.expires_at) if last else now
    return Term.objects.create(
        enrolment=enrolment,
        starts_at=starts_at,
        expires_at=starts_at + timedelta(days=days),
        source=source,
        created_by=created_by,
    )


def _lock_enrolment(user: User, course: Course) -> Enrolment:
    Enrolment.objects.get_or_create(user=user, course=course)
    return Enrolment.objects.select_for_update().get(user=user, course=course)
