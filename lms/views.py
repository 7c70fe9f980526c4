"""The endpoints of the player, under /apprendre/. Each asks `lms.access` before it answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cms_pages.models import LessonPage, QuizLessonPage
from cms_pages.models.lessons import lesson_models
from dojo.users.requests import SignedInRequest

from .access import lesson_access
from .grading import InvalidResponseError, response_problem
from .guards import locked_response
from .models import Attempt, AttemptQuestion
from .selectors.attempts import (
    attempt_items,
    field_name,
    get_quiz_state,
    may_reveal,
    result_items,
    seconds_left,
)
from .selectors.pages import lesson_page
from .selectors.progress import get_player
from .services.attempts import (
    AttemptClosedError,
    EmptyQuizError,
    NoAttemptLeftError,
    save_answer,
    start_attempt,
    submit_attempt,
)
from .services.progress import NotByHandError, complete_by_hand
from .services.registry import lesson_row


def attempt_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the student's own attempt and its lesson page, if the lesson is open to them.

    Another student's attempt is "not found"; a closed lesson gets the page that says why.
    """

    @never_cache
    @wraps(view)
    def wrapped(
        request: SignedInRequest, attempt_id: UUID, *args: int, **kwargs: int
    ) -> HttpResponseBase:
        attempt = get_object_or_404(
            Attempt.objects.select_related("lesson"), pk=attempt_id, user=request.user
        )
        page = lesson_page(attempt.lesson)
        if page is None:
            raise Http404
        access = lesson_access(request.user, page)
        if not access.allowed:
            return locked_response(request, page, access)
        return view(request, attempt, page, *args, **kwargs)

    return wrapped


@require_POST
def complete(request: SignedInRequest, page_id: int) -> HttpResponseBase:
    """« Marquer comme terminée », then on to the next lesson."""
    page = _lesson_or_404(page_id)
    access = lesson_access(request.user, page)
    if not access.allowed:
        return locked_response(request, page, access)
    try:
        complete_by_hand(user=request.user, lesson=lesson_row(page))
    except NotByHandError:
        messages.error(request, _("Un quiz se termine en le réussissant."))
        return redirect(page.url)
    following = get_player(request.user, page, access).next
    messages.success(request, _("Leçon terminée."))
    return redirect(following.url if following else page.course.url)


def _lesson_or_404(page_id: int) -> LessonPage:
    for model in lesson_models():
        page = model.objects.filter(pk=page_id).first()
        if page is not None:
            return page
    raise Http404


@require_POST
def start(request: SignedInRequest, page_id: int) -> HttpResponseBase:
    page = get_object_or_404(QuizLessonPage, pk=page_id)
    access = lesson_access(request.user, page)
    if not access.allowed:
        return locked_response(request, page, access)
    try:
        attempt = start_attempt(user=request.user, page=page)
    except NoAttemptLeftError:
        messages.error(request, _("Vous avez utilisé toutes les tentatives permises."))
        return redirect(page.url)
    except EmptyQuizError:
        messages.error(request, _("Ce quiz n’a pas encore de questions."))
        return redirect(page.url)
    return redirect(attempt)


@require_GET
@attempt_required
def attempt_detail(request: SignedInRequest, attempt: Attempt, page: LessonPage) -> HttpResponse:
    if attempt.is_over and not attempt.is_submitted:
        attempt = submit_attempt(user=request.user, attempt_id=attempt.pk)
    if attempt.is_submitted:
        return redirect(attempt)
    items = attempt_items(attempt)
    context = {
        "attempt": attempt,
        "lesson": page,
        "items": items,
        "question_count": len(items),
        "answered_count": sum(item.is_answered for item in items),
        "seconds_left": seconds_left(attempt),
    }
    return render(request, "lms/attempt.html", context)


@require_POST
@attempt_required
def save(
    request: SignedInRequest, attempt: Attempt, page: LessonPage, position: int
) -> HttpResponse:
    """Save one answer, as it is given. JSON: `problem` says what can't be graded, if anything."""
    values = request.POST.getlist(field_name(position))
    try:
        question = save_answer(
            user=request.user, attempt_id=attempt.pk, position=position, values=values
        )
    except AttemptQuestion.DoesNotExist:
        raise Http404 from None
    except InvalidResponseError:
        return JsonResponse({"message": _("Cette réponse n’est pas valide.")}, status=400)
    except AttemptClosedError:
        return JsonResponse(
            {
                "message": _(
                    "Le temps est écoulé ou la tentative est déjà remise\xa0: cette réponse "
                    "n’a pas été enregistrée."
                ),
                "redirect": Attempt.objects.get(pk=attempt.pk).get_absolute_url(),
            },
            status=409,
        )
    return JsonResponse(
        {
            "is_answered": question.response is not None,
            "problem": response_problem(question.version.content, question.response),
        }
    )


@require_POST
@attempt_required
def submit(request: SignedInRequest, attempt: Attempt, page: LessonPage) -> HttpResponse:
    positions = attempt.questions.values_list("position", flat=True)
    answers = {position: request.POST.getlist(field_name(position)) for position in positions}
    try:
        attempt = submit_attempt(user=request.user, attempt_id=attempt.pk, answers=answers)
    except InvalidResponseError:
        messages.error(
            request, _("Une des réponses n’est pas valide. Vérifiez-les et recommencez.")
        )
    else:
        if attempt.ended_by_clock:
            messages.info(
                request,
                _("Le temps était écoulé\xa0: seules comptent les réponses enregistrées à temps."),
            )
    return redirect(attempt)


@require_GET
@attempt_required
def result(request: SignedInRequest, attempt: Attempt, page: LessonPage) -> HttpResponse:
    if not attempt.is_submitted:
        return redirect(attempt)
    revealed = may_reveal(attempt, page)
    state = get_quiz_state(request.user, page)
    context = {
        "attempt": attempt,
        "lesson": page,
        "revealed": revealed,
        "items": result_items(attempt, revealed=revealed),
        "retry_url": state.start_url if state.can_start else None,
        "next": get_player(request.user, page, None).next,
    }
    return render(request, "lms/result.html", context)
