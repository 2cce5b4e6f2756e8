"""A person of the demonstration, from the letter's codes to the portal."""

from tests.actors.person import Person, mails
from tests.journeys.conftest import Demo
from tests.watching import eventually


def first_login(demo: Demo, name: str, mail: str, password: str) -> Person:
    """From i-Cart's entry with the letter's codes to i-Cart's terms, by a real mail."""
    card = demo.card(name)
    day, month, year = card["look"].partition("24/11/2015")[1].split("/")
    person = Person().opens(demo.icart).follows("Élève et parent (responsable légal)")
    person.sees("<h1>Connexion</h1>")
    person.fills(username=f"  {card['username'].upper()} ", password=card["password"])
    person.sees("Choisissez votre mot de passe").fills(password="court", again="court").sees("A01")
    person.fills(password=password, again=password)
    person.sees("date de naissance").fills(mail=mail, day="1", month="2", year="2003").sees("A02")
    person.fills(mail=mail, day=day, month=month, year=year).sees("Regardez votre boîte mail", mail)
    person.opens(f"{demo.icart}/login").sees("Regardez votre boîte mail")
    phone = Person().opens(link_in_the_newest_mail(demo, mail)).sees("Confirmez-vous")
    person.opens(person.address).sees("Regardez votre boîte mail")
    phone.fills(press="").sees("confirmée")
    return person.opens(person.address).sees("Conditions d’utilisation")


def link_in_the_newest_mail(demo: Demo, to: str) -> str:
    """Wait for the mail: it has left the outbox within a second or two."""
    newest = eventually(lambda: mails(demo.mailbox, to), pause=0.1)
    words: list[str] = newest[-1]["text"].split()
    return next(word for word in words if word.startswith(f"{demo.provider}/mail/"))
