"""A person's login at a relying party, through the provider's own forms."""

from dataclasses import dataclass
from typing import Any

from tests.actors.person import Person
from tests.actors.world import Someone


def log_in(person: Person, at: str, someone: Someone) -> None:
    """From a relying party's address to the page that answers the login, through profile and sign-in."""
    person.opens(at).sees("Choisir mon profil").fills("profile=responsable")
    person.sees("Connexion responsable").fills(username=someone.username, password=someone.password)


def log_out(person: Person, at: str) -> None:
    """To the provider's question, and yes."""
    person.opens(at).sees("Se déconnecter ?").fills(confirm="1")


@dataclass
class Peer:
    """The relying party at `address`, and its user's browser."""

    address: str
    person: Person
    guardian: Someone

    def logs_in(self, **query: str) -> dict[str, Any]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        log_in(self.person, f"{self.address}/login?{asked}", self.guardian)
        return self.shown()

    def agrees(self) -> dict[str, Any]:
        """The first login at a service that is not the school's own."""
        log_in(self.person, f"{self.address}/login", self.guardian)
        self.person.sees("Votre accord").fills("act=agree")
        return self.shown()

    def does(self, path: str) -> Any:
        self.person.opens(f"{self.address}/{path}")
        return self.shown()

    def logs_out(self) -> Any:
        log_out(self.person, f"{self.address}/logout")
        return self.shown()

    def shown(self) -> Any:
        assert self.person.page is not None
        assert self.person.address.startswith(self.address), self.person.html
        return self.person.page.json()
