"""A person's way from a relying party through the provider's own forms and back."""

from tests.journeys.person import Person
from tests.world import Someone


def log_in(person: Person, at: str, who: Someone) -> None:
    """From a relying party's address to the page that answers the login, through profile and sign-in."""
    person.opens(at).sees("Qui êtes-vous").fills("profile=responsable")
    person.sees("Connexion responsable").fills(username=who.username, password=who.password)


def log_out(person: Person, at: str) -> None:
    """To the provider's question, and yes."""
    person.opens(at).sees("Se déconnecter ?").fills(confirm="1")
