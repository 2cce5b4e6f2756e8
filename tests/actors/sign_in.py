"""From the choice of a profile through the sign-in page."""

from tests.actors.visitor import Visitor
from tests.actors.world import Someone


def through_sign_in(visitor: Visitor, someone: Someone, password: str | None = None) -> Visitor:
    visitor.opens("/account")
    if "Choisir mon profil" in visitor.html:
        visitor.fills(profile="responsable")
    return visitor.fills(username=someone.username, password=password or someone.password)
