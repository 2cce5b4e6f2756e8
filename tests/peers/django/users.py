"""Users of the site: identified by `sub`, with the name of userinfo."""

from typing import Any

from mozilla_django_oidc.auth import OIDCAuthenticationBackend


class Backend(OIDCAuthenticationBackend):
    def filter_users_by_claims(self, claims: dict[str, Any]) -> Any:
        return self.UserModel.objects.filter(username=claims["sub"])

    def create_user(self, claims: dict[str, Any]) -> Any:
        return self.update_user(self.UserModel(username=claims["sub"]), claims)

    def update_user(self, user: Any, claims: dict[str, Any]) -> Any:
        user.first_name, user.last_name = claims["given_name"], claims["family_name"]
        user.email = claims["email"]
        user.save()
        return user
