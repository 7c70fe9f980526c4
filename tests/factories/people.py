from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from cms_pages.models import CoursePage
from dojo.users.models import User
from dojo.users.roles import Role
from lms.models import Term, TermSource
from lms.services.enrolments import grant_term
from lms.services.registry import course_row

PASSWORD = "un-bon-mot-de-passe-42"

_numbers = count(1)


def make_user(email: str = "", role: Role | None = None, **fields: Any) -> User:
    user = User.objects.create_user(
        email or f"personne{next(_numbers)}@exemple.test", PASSWORD, **fields
    )
    if role is not None:
        user.groups.add(Group.objects.get(name=role.value))
    return user


def make_student(course: CoursePage | None = None, *, days: int = 365, **fields: Any) -> User:
    """A student, enrolled in the course if one is given."""
    user = make_user(**fields)
    if course is not None:
        grant_term(user=user, course=course_row(course), days=days, source=TermSource.GIFT)
    return user


def expire(student: User) -> User:
    """Let every term of the student have ended yesterday."""
    yesterday = timezone.now() - timedelta(days=1)
    Term.objects.filter(enrolment__user=student).update(
        starts_at=yesterday - timedelta(days=30), expires_at=yesterday
    )
    return student


def revoke(student: User) -> User:
    Term.objects.filter(enrolment__user=student).update(revoked_at=timezone.now())
    return student


def suspend(user: User) -> User:
    user.suspended_at = timezone.now()
    user.save()
    return user
