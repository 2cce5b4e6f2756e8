"""The site's pages behind django-cas-ng."""

from typing import Any

import django_cas_ng.views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


@login_required
def me(request: Any) -> HttpResponse:
    return JsonResponse({"user": request.user.username, "attributes": request.session.get("attributes", {})})


def bye(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"bye": True})


urlpatterns = [
    path("me", me),
    path("bye", bye),
    path("login", django_cas_ng.views.LoginView.as_view(), name="cas_ng_login"),
    path("logout", django_cas_ng.views.LogoutView.as_view(), name="cas_ng_logout"),
    path("callback", django_cas_ng.views.CallbackView.as_view(), name="cas_ng_proxy_callback"),
]
