"""The student's home. It is put together here, above the apps whose parts it shows."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dojo.users.requests import SignedInRequest
from lms.selectors.attempts import recent_attempts
from lms.selectors.progress import enrolled_courses


@never_cache
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    context = {
        "first_name": request.user.first_name,
        "courses": enrolled_courses(request.user),
        "attempts": recent_attempts(request.user),
    }
    return render(request, "dashboard/home.html", context)
