"""What Wagtail asks of the content."""

from wagtail.snippets.models import register_snippet

from .viewsets import ContentViewSetGroup

register_snippet(ContentViewSetGroup)
