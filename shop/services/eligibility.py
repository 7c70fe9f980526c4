"""Who may buy what."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from cms_pages.models import CoursePage
from dojo.users.models import User
from lms.access import Reason, course_access

# A course can be bought again once its access ends within this time; the new term starts after it.
RENEWAL_WINDOW = timedelta(days=60)


def refusal_to_sell(user: User | AnonymousUser, page: CoursePage) -> str:
    """Why this course can't be sold to this person, in French; empty when it can."""
    access = course_access(user, page)
    if access.reason is Reason.SUSPENDED:
        return access.message
    if access.reason is Reason.ENROLLED:
        until = access.until
        if until is None or until - timezone.now() > RENEWAL_WINDOW:
            return _("Vous avez déjà accès à «\xa0%(title)s\xa0».") % {"title": page.title}
    return ""
