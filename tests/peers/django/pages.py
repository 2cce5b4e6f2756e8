"""The site's own pages, beside the three of the library."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path, reverse


@login_required
def me(request: Any) -> HttpResponse:
    shown = {
        "sub": request.user.username,
        "name": request.user.get_full_name(),
        "email": request.user.email,
        "due": request.session["oidc_id_token_expiration"],
        "id_token": request.session["oidc_id_token"],
    }
    return JsonResponse(shown)


def falls_due(request: HttpRequest) -> HttpResponse:
    """As if the fifteen minutes were over after which the library asks the provider again."""
    request.session["oidc_id_token_expiration"] = 0
    return JsonResponse({"due": 0})


def failed(request: Any) -> HttpResponse:
    return JsonResponse({"authenticated": request.user.is_authenticated})


def bye(request: Any) -> HttpResponse:
    return JsonResponse({"authenticated": request.user.is_authenticated, **request.GET.dict()})


def provider_logout(request: HttpRequest) -> str:
    """The library calls it before it forgets the person."""
    query = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": request.build_absolute_uri(reverse(bye)),
        "state": "see-you",
    }
    return f"{settings.END_SESSION_ENDPOINT}?{urlencode(query)}"


def logout(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("oidc_logout"))


urlpatterns = [
    path("login", me),
    path("me", me),
    path("falls_due", falls_due, name="falls_due"),
    path("failed", failed),
    path("logout", logout),
    path("bye", bye),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
