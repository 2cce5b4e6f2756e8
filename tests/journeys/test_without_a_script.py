"""The demonstration's pages over plain HTTP, as a browser without JavaScript uses them."""

import re
from functools import partial

from tests.actors.first_login import first_login
from tests.actors.person import Person, mails
from tests.clients.pressing import press
from tests.journeys.conftest import Demo
from tests.pages import fields_of
from tests.watching import eventually


def log_in(demo: Demo, name: str, profile: str, entry: str = "Élève et parent (responsable légal)") -> Person:
    card = demo.card(name)
    person = Person().opens(demo.icart).follows(entry)
    if "Choisir mon profil" in person.html:
        person.fills(f"profile={profile}")
    person.fills(username=card["username"], password=card["password"])
    show_who_it_is(demo, person, name)
    if "Conditions d’utilisation" in person.html:
        person.fills(accept="1").sees("Fermer").opens(demo.icart)
    return person.sees("Mes Applications")


def show_who_it_is(demo: Demo, person: Person, name: str) -> None:
    """A birth date in a browser that is new; for the staff a second step, set up at the first login of all."""
    if "Est-ce bien vous" in person.html:
        day, month, year = demo.card(name)["birth_date"].split("/")
        person.fills(day=day, month=month, year=year)
    elif "Deuxième étape" in person.html:
        person.fills(code=demo.recovery_codes[name].pop())
    elif 'id="key"' in person.html:
        key = re.search(r'id="key">([A-Z2-7 ]+)<', person.html)
        assert key is not None
        phone = Person().opens(f"{demo.mailbox}/authenticator").fills(key=key[1])
        code = re.search(r'id="code">([0-9]{6})<', phone.html)
        assert code is not None
        person.fills(code=code[1]).sees("Vos codes de secours")
        demo.recovery_codes[name] = re.findall(r"<li>(\w{10})</li>", person.html)
        person.follows("J’ai noté ces codes, continuer")


def test_a_parents_first_login_from_icart_to_icart(demo: Demo) -> None:
    parent = first_login(demo, "guardian_new", "parent@example.org", "Poires-Vertes-1848")
    parent.fills(accept="1").sees("Fermer").opens(demo.icart).sees("Bonjour")
    parent.opens(f"{demo.icart}/apps").sees(
        "Pronote", "Services Téléservices", "Esidoc", "Conseil départemental"
    )
    parent.opens(f"{demo.icart}/apps?q=prono").sees("Pronote Web")
    assert "Esidoc" not in parent.html
    parent.opens(f"{demo.pronote}/login").sees("Emploi du temps", "Enfant")
    parent.opens(f"{demo.teleservices}/login").sees("Demande de bourse", "Orientation")


def test_single_sign_on_and_single_logout(demo: Demo) -> None:
    parent = log_in(demo, "guardian", "responsable")
    parent.opens(f"{demo.pronote}/login").sees("Collège de la Roselière")
    parent.opens(f"{demo.teleservices}/login").sees("Vos démarches")
    parent.opens(demo.pronote).fills(press="").sees("Se déconnecter ?")
    parent.fills(confirm="1").sees("Vous êtes déconnecté(e)")
    for service in (demo.icart, demo.teleservices):
        eventually(lambda at=service: "Votre session a été fermée" in parent.opens(at).html, pause=0.1)
    parent.opens(f"{demo.pronote}/login").sees("Mot de passe")


def test_pronote_on_a_phone_is_connected_from_the_browser(demo: Demo) -> None:
    phone = Person().opens(demo.pronote).follows("Se connecter avec un code, depuis un autre appareil")
    code = re.search(r"[B-Z]{4}-[B-Z]{4}", phone.html)
    assert code is not None
    phone.follows("Continuer maintenant").sees(code[0])
    person = log_in(demo, "guardian", "responsable")
    person.opens(f"{demo.provider}/device?user_code={code[0]}").fills(user_code=code[0])
    person.sees("Connecter cet appareil", "Pronote").fills("act=agree").sees("Appareil connecté")
    phone.follows("Continuer maintenant").sees("Emploi du temps")


def test_a_pupil_sees_the_own_page_and_is_refused_by_the_provider_elsewhere(demo: Demo) -> None:
    pupil = log_in(demo, "pupil", "eleve")
    pupil.opens(f"{demo.pronote}/login").sees("Emploi du temps")
    assert 'name="child"' not in pupil.html
    pupil.opens(f"{demo.teleservices}/login").sees("réservé aux responsables légaux", "S07")
    assert pupil.address.startswith(demo.provider)
    pupil.fills(press="").sees("Mot de passe")
    parent = demo.card("guardian")
    pupil.fills(username=parent["username"], password=parent["password"])
    show_who_it_is(demo, pupil, "guardian")
    pupil.sees("Vos démarches")


def test_staff_come_in_by_the_second_entry(demo: Demo) -> None:
    head = log_in(demo, "head", "personnel", "Personnel de l’académie")
    head.opens(f"{demo.icart}/apps").sees("Mon affectation")
    head.opens(f"{demo.icart}/post").sees("Direction")


def test_what_is_filed_is_kept_and_the_school_hears_of_changed_details(demo: Demo) -> None:
    parent = log_in(demo, "guardian", "responsable")
    parent.opens(f"{demo.teleservices}/login")
    link = re.search(r'href="(/bourse/[^"]+)"', parent.html)
    assert link is not None
    parent.opens(link[1]).follows("Commencer").fills(household="Autre", dependants="2")
    parent.fills(income="x").sees("nombre entier")
    parent.fills(income="24000").sees("Relisez vos réponses")
    parent.page = press(parent, "Envoyer")
    parent.sees("C’est enregistré").opens(link[1]).sees("24000")
    parent.opens(f"{demo.teleservices}/contact")
    parent.fills(phone="06 99 88 77 66", mail="nouveau@example.org", address="3 rue des Lilas").sees(
        "C’est enregistré"
    )
    school = partial(mails, demo.mailbox, "secretariat@")
    eventually(lambda: any("3 rue des Lilas" in mail["text"] for mail in school()), pause=0.1)


def test_favourites_and_own_pages_are_kept(demo: Demo) -> None:
    head = log_in(demo, "head", "personnel", "Personnel de l’académie")
    head.opens(f"{demo.icart}/apps")
    form = f"{demo.icart}/favourites/esidoc"
    token = head.html.partition('name="csrf_token" value="')[2].partition('"')[0]
    head.http.post(form, data={"csrf_token": token}, timeout=20)
    head.opens(demo.icart).sees("Esidoc")
    head.opens(f"{demo.icart}/pages/new").fills("act=keep", name="Ma page", body="À faire lundi").sees(
        "Ma page"
    )
    head.opens(f"{demo.icart}/pages").follows("Ma page").sees("À faire lundi")


def test_the_head_imports_again_at_the_console_and_nothing_changes(demo: Demo) -> None:
    """The worker is a process of its own here: it takes the job from the database, and the page goes on by itself."""
    head = log_in(demo, "head", "personnel", "Personnel de l’académie")
    head.opens(f"{demo.provider}/console/").sees("Vue d’ensemble", "Comptes actifs par classe")
    school = head.address
    files = sorted((demo.folder / "siecle" / school.rpartition("/")[2]).iterdir())
    assert len(files) == 2
    token = fields_of(head.opens(f"{school}/imports").html, having="csrf_token")["csrf_token"]
    sent = [("files", (file.name, file.read_bytes())) for file in files]
    head.page = head.http.post(f"{school}/imports", data={"csrf_token": token}, files=sent, timeout=60)
    eventually(lambda: "Vérification en cours" not in head.opens(head.address).html, pause=0.1)
    head.sees("À relire", "Écrire cet import")
    assert re.search(
        r"<th scope=\"row\">Élèves</th><td class=\"number\">0</td><td class=\"number\">0</td>", head.html
    )
    match = re.search(r">(\d+) personnes<", head.opens(f"{school}/people?q=6+A").html)
    assert match is not None and int(match[1]) > 20, "pupils of a class and their guardians"
