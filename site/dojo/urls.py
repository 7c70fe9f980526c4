"""Every address. Deny by default: what is open to all is marked so, here or on its view."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView
from django.views.static import serve as serve_file
from wagtail import views as wagtail_views
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents.views import serve as document_views
from wagtail.urls import serve_pattern

from shop.payments.stripe import webhooks as stripe_webhooks

from . import health, views

urlpatterns = [
    path("sante/", health.health, name="health"),
    path("webhooks/stripe/", stripe_webhooks.receive, name="stripe_webhook"),
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", include(wagtailadmin_urls)),
    re_path(
        r"^documents/(\d+)/(.*)$",
        login_not_required(never_cache(document_views.serve)),
        name="wagtaildocs_serve",
    ),
    path(
        "documents/mot-de-passe/<int:restriction_id>/",
        login_not_required(document_views.authenticate_with_password),
        name="wagtaildocs_authenticate_with_password",
    ),
    path(
        "page/mot-de-passe/<int:page_view_restriction_id>/<int:page_id>/",
        login_not_required(wagtail_views.authenticate_with_password),
        name="wagtailcore_authenticate_with_password",
    ),
    # Renditions only, by their exact form: their addresses can't be guessed, and originals are
    # never served, not by way of `..` either.
    re_path(
        r"^media/(?P<path>images/[0-9a-f]{20}/[^/]+)$",
        login_not_required(serve_file),
        {"document_root": settings.MEDIA_ROOT},
    ),
]

urlpatterns += i18n_patterns(
    path("", include("dojo.users.urls")),
    path("", include("shop.urls")),
    path("apprendre/", include("lms.urls")),
    path("tableau-de-bord/", include("dojo.dashboard.urls")),
    path("fragments/visiteur/", views.visitor_fragment, name="visitor_fragment"),
    re_path(serve_pattern, login_not_required(wagtail_views.serve), name="wagtail_serve"),
    prefix_default_language=False,
)
