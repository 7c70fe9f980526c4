"""What a lesson's page shows of its student."""

from django import template
from django.template import Context

from cms_pages.models import LessonPage, QuizLessonPage
from lms.selectors.attempts import QuizState, get_quiz_state
from lms.selectors.progress import Player, get_player

register = template.Library()


@register.simple_tag(takes_context=True)
def player(context: Context, page: LessonPage) -> Player:
    request = context["request"]
    return get_player(request.user, page, getattr(request, "lesson_access", None))


@register.simple_tag(takes_context=True)
def quiz_state(context: Context, page: QuizLessonPage) -> QuizState:
    return get_quiz_state(context["request"].user, page)
