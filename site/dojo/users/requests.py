"""A request that `SignInRequiredMiddleware` let through: somebody is signed in."""

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    user: User
