"""What Wagtail asks of `lms`."""

from wagtail import hooks

from .guards import guard_documents, guard_lessons

hooks.register("on_serve_page", guard_lessons)
hooks.register("before_serve_document", guard_documents)
