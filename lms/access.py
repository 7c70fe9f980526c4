"""Who may open what: the one place that answers, on every request, for pages and files alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from cms_pages.models import CoursePage, LessonPage
from dojo.formats import format_day

from .models import Term

if TYPE_CHECKING:
    from dojo.users.models import User


class Reason(StrEnum):
    # Allowed
    PREVIEW = "preview"
    ENROLLED = "enrolled"
    STAFF = "staff"
    # Refused
    ANONYMOUS = "anonymous"
    SUSPENDED = "suspended"
    NOT_PUBLISHED = "not_published"
    NOT_ENROLLED = "not_enrolled"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Access:
    """Whether, why, and until when (None: no end, or not allowed). `since` is the deciding date of
    a refusal: when the term ended, was revoked, or will start."""

    allowed: bool
    reason: Reason
    until: datetime | None = None
    since: datetime | None = None

    @property
    def message(self) -> str:
        """One French sentence for the person refused; empty when allowed."""
        date = format_day(self.since) if self.since else ""
        return {
            Reason.ANONYMOUS: _("Connectez-vous pour ouvrir cette leçon."),
            Reason.SUSPENDED: _("Votre compte est suspendu. Écrivez-nous pour le rétablir."),
            Reason.NOT_PUBLISHED: _("Cette formation n’est pas publiée pour le moment."),
            Reason.NOT_ENROLLED: _("Vous n’êtes pas inscrit à cette formation."),
            Reason.NOT_STARTED: _("Votre accès à cette formation commence le %(date)s.")
            % {"date": date},
            Reason.EXPIRED: _("Votre accès à cette formation a pris fin le %(date)s.")
            % {"date": date},
            Reason.REVOKED: _("Votre accès à cette formation a été retiré."),
        }.get(self.reason, "")


def course_access(user: User | AnonymousUser, course: CoursePage) -> Access:
    """May this person follow this course now? At most one query for an enrolled student."""
    if not user.is_authenticated:
        return Access(False, Reason.ANONYMOUS)
    if user.is_suspended:
        return Access(False, Reason.SUSPENDED)
    terms = Term.objects.filter(
        enrolment__user=user, enrolment__course__translation_key=course.translation_key
    )
    access = access_of(user, course, list(terms))
    if not access.allowed and reads_any_course(user):
        return Access(True, Reason.STAFF)
    return access


def reads_any_course(user: User | AnonymousUser) -> bool:
    """Staff who write or check courses read all of them, drafts included."""
    return user.is_authenticated and not user.is_suspended and user.has_perm("lms.read_any_course")


def lesson_access(user: User | AnonymousUser, lesson: LessonPage) -> Access:
    """May this person open this lesson now? A free preview of a live course is open to all."""
    is_published = lesson.live and lesson.module.live and lesson.course.live
    if is_published and lesson.is_preview:
        if user.is_authenticated and user.is_suspended:
            return Access(False, Reason.SUSPENDED)
        return Access(True, Reason.PREVIEW)
    access = course_access(user, lesson.course)
    if access.allowed and access.reason is not Reason.STAFF and not is_published:
        return Access(False, Reason.NOT_PUBLISHED)
    return access


def access_of(user: User, course: CoursePage, terms: Sequence[Term]) -> Access:
    """What a student may do with a course, given the terms of their enrolment in it.

    No query, and nothing about staff: for screens that hold many courses.
    """
    if user.is_suspended:
        return Access(False, Reason.SUSPENDED)
    access = _access_by_terms(terms)
    if access.allowed and not course.live:
        return Access(False, Reason.NOT_PUBLISHED)
    return access


def _access_by_terms(terms: Sequence[Term]) -> Access:
    now = timezone.now()
    if not terms:
        return Access(False, Reason.NOT_ENROLLED)
    valid = [term for term in terms if term.revoked_at is None]
    if not valid:
        return Access(False, Reason.REVOKED, since=terms[-1].revoked_at)
    current = [term for term in valid if term.starts_at <= now < term.expires_at]
    if current:
        return Access(True, Reason.ENROLLED, until=_end_of_access(valid, now))
    future = [term for term in valid if term.starts_at > now]
    if future:
        return Access(False, Reason.NOT_STARTED, since=future[0].starts_at)
    return Access(False, Reason.EXPIRED, since=max(term.expires_at for term in valid))


def _end_of_access(terms: list[Term], now: datetime) -> datetime:
    """When access really ends: a renewal that starts as the last term ends carries it on."""
    until = now
    for term in sorted(terms, key=lambda term: term.starts_at):
        if term.starts_at <= until < term.expires_at:
            until = term.expires_at
    return until
