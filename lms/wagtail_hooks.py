"""What Wagtail asks of `lms`."""

from wagtail import hooks

from . import guards

hooks.register("on_serve_page", guards.guard_lessons)
hooks.register("before_serve_document", guards.guard_documents)
hooks.register("before_delete_page", guards.refuse_to_delete_used_pages)
hooks.register("before_bulk_action", guards.refuse_to_bulk_delete_used_pages)
