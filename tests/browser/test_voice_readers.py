"""The first login as a voice reader tells it: roles, names, states and order of each page, and what speaks by itself.

Each tree is the page's main part, whole and in its order; a line more or less, or in another place, fails.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.actors.first_login_in_a_browser import CHOSEN, choose, newest_mail, prove
from tests.actors.service_in_a_browser import Opens, heading, press, sign_in
from tests.actors.world import PROVISIONAL, Someone
from tests.browser.conftest import Desk
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser

STEPS = """
- navigation "Étapes de la première connexion":
  - list:
    - listitem: {0}
    - listitem: {1}
    - listitem: {2}
    - listitem: C’est prêt
"""
SIGN_IN = """
- heading "Connexion" [level=1]
- paragraph:
  - text: Pour accéder à
  - strong: Portail
- text: Identifiant
- paragraph: Il est sur le courrier de l’établissement, par exemple c.durand ; votre adresse mail confirmée convient aussi
- textbox "Identifiant"{invalid}
- text: Mot de passe
{refusal}- textbox "Mot de passe"{invalid}
- 'button "Afficher : Mot de passe"': Afficher
- button "Se connecter"
- button "Se connecter avec une clé d’accès"
- group: Choisir mon profil
- button "Annuler et revenir au service"
- heading "Un souci pour vous connecter ?" [level=2]
- list:
  - listitem:
    - link "Identifiant perdu Il vous est envoyé par mail."
  - listitem:
    - {lost} "Mot de passe perdu Choisissez-en un autre, avec un code reçu par mail."
  - listitem:
    - link "Je n’ai pas de compte L’établissement envoie un courrier à chaque famille."
"""
REFUSED = """- alert:
  - paragraph: L’identifiant ou le mot de passe ne convient pas. Vérifiez-les, ou choisissez « Mot de passe perdu ».
  - paragraph:
    - button "Mot de passe perdu"
  - paragraph:
    - text: "Code à donner si vous demandez de l’aide :"
    - code: S01
    - button "Copier"
"""
PASSWORD = """
- heading "Choisissez votre mot de passe" [level=1]
- paragraph: Il remplace celui du courrier. Vous seul(e) devez le connaître.
- text: Nouveau mot de passe
- textbox "Nouveau mot de passe"
- 'button "Afficher : Nouveau mot de passe"': Afficher
- paragraph: "Le mot de passe doit :"
- list:
  - listitem: avoir au moins 12 caractères
  - listitem: "mêler 3 sortes : minuscules, majuscules, chiffres, autres signes (ou avoir au moins 16 caractères)"
  - listitem: ne contenir ni votre nom, ni votre identifiant, ni la classe ou l’établissement
  - listitem: ne pas contenir de date de naissance
  - listitem: ne pas être un mot de passe courant
  - listitem: "être difficile à deviner : plusieurs mots sans lien, par exemple"
- text: Le même, encore une fois
- textbox "Le même, encore une fois"
- 'button "Afficher : Le même, encore une fois"': Afficher
- status
- button "Enregistrer ce mot de passe"
- heading "Un bon mot de passe" [level=2]
"""
IDENTITY = """
- heading "Bonjour Claire" [level=1]
- text: Votre adresse mail
- paragraph: Un message de confirmation y sera envoyé. Elle servira aussi si vous perdez votre mot de passe.
- textbox "Votre adresse mail"{mail}
{doubt}- group "La date de naissance d’un de vos enfants":
  - text: La date de naissance d’un de vos enfants
  - paragraph: Un enfant scolarisé dans l’établissement qui vous a écrit. Par exemple 31 03 2014
  - text: Jour
  - textbox "Jour"{day}
  - text: Mois
  - textbox "Mois"{month}
  - text: Année
  - textbox "Année"{year}
- button "Continuer"
- heading "Pourquoi ces questions ?" [level=2]
"""
DOUBT = """- alert:
  - paragraph: Vouliez-vous écrire claire@gmail.com ?
  - paragraph:
    - button "Oui, claire@gmail.com"
    - button "Non, garder claire@gmial.com"
"""
MAIL = """
- heading "Regardez votre boîte mail" [level=1]
- paragraph:
  - text: "Un message est parti à cette adresse :"
  - strong: claire@gmail.com
- paragraph:
  - link "Ouvrir Gmail (nouvelle fenêtre)"
- paragraph: Ouvrez-le, sur cet appareil ou sur un autre, et appuyez sur le bouton qu’il contient. Il est valable 24 heures.
- text: Ou écrivez ici le code du message
- paragraph: 6 chiffres, avec ou sans espaces
- textbox "Ou écrivez ici le code du message"
- button "Valider le code"
- status: Cette page continuera d’elle-même après votre confirmation.
- heading "Le message n’arrive pas ?" [level=2]
- text: Corriger l’adresse
- textbox "Corriger l’adresse": claire@gmail.com
- button "Envoyer à cette adresse"
- group: Je n’ai rien reçu
- img "Carré à lire avec un téléphone"
- heading "Continuer sur votre téléphone ?" [level=2]
"""


def tells(page: Page, *parts: str) -> None:
    """The main part of the page, in this order; spaces that do not break are read as spaces."""
    wanted = "\n".join(line for part in parts for line in part.strip("\n").splitlines())
    whole = "\n".join(line[2:] for line in page.get_by_role("main").aria_snapshot().splitlines()[1:])
    tree = _without_addresses(whole.replace("\u00a0", " ").replace("\u202f", " "))
    assert wanted in tree, f"{wanted}\n\nis not the tree of the page:\n\n{tree}"


def _without_addresses(tree: str) -> str:
    """Without the addresses of links, and without the texts inside a link or button whose name repeats them."""
    lines, inside = [], None
    for line in tree.splitlines():
        depth = len(line) - len(line.lstrip())
        if inside is not None and depth > inside:
            continue
        inside = None
        match = re.match(r'\s*- (link|button|img) ".*":$', line)
        if match:
            inside, line = depth, line.removesuffix(":")
        lines.append(line.replace("listitem: ○ ", "listitem: "))
    return "\n".join(lines)


def described(page: Page, label: str) -> str:
    """What is read after the name of a field: the texts that aria-describedby names."""
    script = "field => field.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).innerText).join(' ')"
    text: str = page.get_by_role("textbox", name=label, exact=True).evaluate(script)
    return text


def test_the_first_login_from_one_end_to_the_other(
    desk: Desk, opens: Opens, served: Served, claire: Someone
) -> None:
    page = desk.window()
    page.goto(opens(client_name="Portail").asks())
    expect(page).to_have_title(re.compile("^Connexion"))
    tells(page, SIGN_IN.format(invalid="", refusal="", lost="link"))

    sign_in(page, claire.username, "not the password")
    expect(page.get_by_role("textbox", name="Mot de passe")).to_be_focused()
    assert "ne convient pas" in described(page, "Mot de passe")
    tree = SIGN_IN.format(invalid=" [invalid]", refusal=REFUSED, lost="button")
    tells(page, tree.replace('"Identifiant" [invalid]', f'"Identifiant" [invalid]: {claire.username}'))
    expect(page).to_have_title(re.compile("^Connexion impossible"))

    sign_in(page, claire.username, PROVISIONAL)
    heading(page, "Choisissez votre mot de passe")
    tells(page, STEPS.format("Mot de passe", "Vous", "Adresse mail"), PASSWORD)
    expect(page.locator("[aria-current=step]")).to_contain_text("Mot de passe")
    assert "avoir au moins 12 caractères" in described(page, "Nouveau mot de passe")
    page.get_by_role("textbox", name="Nouveau mot de passe").press_sequentially(CHOSEN)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"respecté.*Solidité\s:\sbonne"))
    choose(page, CHOSEN, CHOSEN)

    heading(page, "Bonjour")
    untyped = {"mail": "", "doubt": "", "day": "", "month": "", "year": ""}
    tells(page, STEPS.format("Mot de passe (fait)", "Vous", "Adresse mail"), IDENTITY.format(**untyped))
    expect(page.locator("[aria-current=step]")).to_contain_text("Vous")
    prove(page, "claire@gmial.com", "14", "3", "2015")
    expect(page.get_by_role("alert")).to_be_visible()
    typed = {
        "mail": ": claire@gmial.com",
        "doubt": DOUBT,
        "day": ': "14"',
        "month": ': "3"',
        "year": ': "2015"',
    }
    tells(page, IDENTITY.format(**typed))
    press(page, "Oui, claire@gmail.com")

    heading(page, "Regardez votre boîte mail")
    tells(page, STEPS.format("Mot de passe (fait)", "Vous (fait)", "Adresse mail"), MAIL)
    assert "6 chiffres" in described(page, "Ou écrivez ici le code du message")
    page.get_by_role("textbox", name="Ou écrivez ici le code du message").fill("000 000")
    expect(page.get_by_role("alert")).to_contain_text("A06")
    expect(page.get_by_role("textbox", name="Ou écrivez ici le code du message")).to_be_focused()
    assert "n’est pas celui du dernier mail" in described(page, "Ou écrivez ici le code du message")
    page.get_by_role("textbox", name="Ou écrivez ici le code du message").fill(newest_mail(served)["code"])
    heading(page, "Bienvenue")
