"""Access to courses: granted, extended, revoked, and who did it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from wagtail.log_actions import log

from dojo.users.models import User
from lms.models import Attempt, Course, Enrolment, LessonProgress, Term, TermSource


class EnrolmentInUseError(RuntimeError):
    """Something that the student did or bought hangs on the enrolment."""


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
    return _add_term(_lock_enrolment(user, course), days, source, created_by)


@transaction.atomic
def enrol(
    *, user: User, course: Course, days: int, source: TermSource, created_by: User
) -> tuple[Term, bool]:
    """Enrol a student by hand, unless the course is open to them already, or will be.

    Returns the term, and whether this call made it: twice enrols once.
    """
    enrolment = _lock_enrolment(user, course)
    last = _last_valid_term(enrolment)
    if last is not None and last.expires_at > timezone.now():
        return last, False
    return _add_term(enrolment, days, source, created_by), True


@transaction.atomic
def extend(
    *, enrolment: Enrolment, days: int, source: TermSource, created_by: User, last_seen: int | None
) -> tuple[Term | None, bool]:
    """Add a term after the last one, if that is still the one that the caller saw.

    `last_seen` is the id of the last valid term on the screen where this was asked, None when there
    was none. Sent twice, or by two people who look at the same screen, it adds one term. Returns
    the last valid term, and whether this call made it.
    """
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    last = _last_valid_term(enrolment)
    if (last.pk if last else None) != last_seen:
        return last, False
    return _add_term(enrolment, days, source, created_by), True


@transaction.atomic
def revoke_term(*, term: Term, revoked_by: User) -> bool:
    """Take a term back from now on; whether this call did. The first to revoke stays on record."""
    revoked = Term.objects.filter(pk=term.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=revoked_by
    )
    if revoked:
        log(
            instance=term.enrolment,
            action="lms.revoke_term",
            user=revoked_by,
            data=_dates(term.starts_at, term.expires_at),
        )
    return bool(revoked)


@transaction.atomic
def delete_enrolment(*, enrolment: Enrolment, deleted_by: User) -> None:
    """Delete an enrolment that came to nothing, with its terms.

    Raises EnrolmentInUseError when the student has begun the course, or when an order hangs on a
    term: then it can only be revoked.
    """
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if has_history(enrolment):
        raise EnrolmentInUseError
    log(instance=enrolment, action="wagtail.delete", user=deleted_by, deleted=True)
    try:
        enrolment.terms.all().delete()
        enrolment.delete()
    except ProtectedError as error:
        raise EnrolmentInUseError from error


def has_history(enrolment: Enrolment) -> bool:
    """Whether the student did something in the course, or paid for it."""
    lesson = {"user_id": enrolment.user_id, "lesson__course_id": enrolment.course_id}
    return (
        enrolment.terms.filter(source=TermSource.ORDER).exists()
        or LessonProgress.objects.filter(**lesson).exists()
        or Attempt.objects.filter(**lesson).exists()
    )


def _lock_enrolment(user: User, course: Course) -> Enrolment:
    Enrolment.objects.get_or_create(user=user, course=course)
    return Enrolment.objects.select_for_update().get(user=user, course=course)


def _last_valid_term(enrolment: Enrolment) -> Term | None:
    return enrolment.terms.filter(revoked_at=None).order_by("-expires_at").first()


def _add_term(enrolment: Enrolment, days: int, source: TermSource, created_by: User | None) -> Term:
    now = timezone.now()
    last = _last_valid_term(enrolment)
    starts_at = max(now, last.expires_at) if last else now
    term = Term.objects.create(
        enrolment=enrolment,
        starts_at=starts_at,
        expires_at=starts_at + timedelta(days=days),
        source=source,
        created_by=created_by,
    )
    if created_by is not None:
        log(
            instance=enrolment,
            action="lms.grant_term",
            user=created_by,
            data={"source": source, **_dates(term.starts_at, term.expires_at)},
        )
    return term


def _dates(starts_at: datetime, expires_at: datetime) -> dict[str, str]:
    return {"starts_at": starts_at.isoformat(), "expires_at": expires_at.isoformat()}
