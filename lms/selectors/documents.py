"""Who may read a document: those who may read a page that refers to it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from wagtail.models import Page, ReferenceIndex

from cms_pages.models import LessonPage, SiteDocument
from dojo.users.models import User
from lms.access import Access, Reason, lesson_access, reads_any_course


def document_access(
    user: User | AnonymousUser, document: SiteDocument
) -> tuple[Access | None, LessonPage | None]:
    """What the visitor may do with a document, and the lesson that decides it.

    A document is as open as the most open live page that refers to it; one that no live page refers
    to is nobody's but those staff's who read any course: the answer is then None, and the file "not
    found".
    """
    if reads_any_course(user):
        return Access(True, Reason.STAFF), None
    ids = ReferenceIndex.get_references_to(document).values_list("object_id", "base_content_type")
    page_type = ReferenceIndex._get_base_content_type(Page).pk
    page_ids = {int(object_id) for object_id, base_type in ids if base_type == page_type}
    refusal: Access | None = None
    deciding: LessonPage | None = None
    for page in Page.objects.live().filter(pk__in=page_ids).specific():
        if not isinstance(page, LessonPage):
            if not page.get_view_restrictions().exists():
                return Access(True, Reason.PREVIEW), None
            continue
        access = lesson_access(user, page)
        if access.allowed:
            return access, page
        refusal, deciding = access, page
    return refusal, deciding
