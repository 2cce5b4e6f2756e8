"""The portal: terms of use, tiles, favourites, messages and own pages."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import pytest

from clients.icart import catalogue, favourites
from clients.icart.app import TERMS_VERSION
from clients.pronote.registration import registration as pronote_registration
from clients.teleservices.registration import registration as teleservices_registration
from tests.actors.person import Person
from tests.clients.conftest import FATHER, HEAD, MOTHER, PUPIL, SCHOOL, LogIn, Service, Start


def tiles(someone: Person, section: str = "") -> list[str]:
    """The names on the tiles of the page, or of its section with this label, in order."""
    html = someone.html.partition(f'<section aria-labelledby="{section}"')[2].partition("</section>")[0]
    return re.findall(r'class="tile-link".*?<strong>(.*?)</strong>', html if section else someone.html)


def test_the_portal_opens_only_once_the_terms_are_accepted(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, MOTHER, terms=False).sees("Conditions d’utilisation", TERMS_VERSION)
    for page in ("/", "/apps", "/pages", "/pages/new", "/files", "/mail", "/library", "/services"):
        someone.opens(f"{icart.address}{page}").sees("J’ai lu et j’accepte")
    someone.fills(accept="").sees("Cochez la case")
    someone.fills(accept="1").sees("sont acceptées").follows("Fermer").sees("Bonjour Anna")


def test_the_terms_are_asked_once_and_again_when_they_change(
    icart: Service, logs_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs_in(icart, MOTHER)
    assert "Bonjour" in logs_in(icart, MOTHER, terms=False).html
    monkeypatch.setattr("clients.icart.app.TERMS_VERSION", "2027-09")
    logs_in(icart, MOTHER, terms=False).sees("Conditions d’utilisation", "2027-09")


def test_the_portal_has_its_tabs_its_information_and_the_children(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, MOTHER)
    someone.sees("Accueil", "Mes Applications", "Mon Espace", "Nouvelle Page", "Téléservices")
    someone.sees("Informations", "Le rectorat", "Zoé Martin", "6 A · Collège des Tilleuls").follows(
        "Collège des Tilleuls"
    ).sees("0990001A")
    someone.opens(icart.address).follows("Le rectorat").sees("service des familles")
    someone.opens(f"{icart.address}/sites/0990002B").sees("n’existe pas")


def test_each_tile_opens_something(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, HEAD).opens(f"{icart.address}/apps")
    addresses = re.findall(r'class="tile-link" href="(.*?)"', someone.html)
    assert len(addresses) == len(catalogue.TILES) - 1
    for address in addresses:
        if address.startswith("/"):
            someone.opens(icart.address + address)
            assert someone.page is not None and someone.page.status_code == 200


def test_people_see_the_tiles_of_their_profile(icart: Service, logs_in: LogIn) -> None:
    assert "Mon affectation" not in tiles(logs_in(icart, PUPIL).opens(f"{icart.address}/apps"))
    staff = tiles(logs_in(icart, HEAD).opens(f"{icart.address}/apps"))
    assert "Mon affectation" in staff and "Services Téléservices" not in staff
    logs_in(icart, PUPIL).opens(f"{icart.address}/post").sees("n’existe pas")
    logs_in(icart, HEAD).opens(f"{icart.address}/post").sees("Direction — Collège des Tilleuls")


def test_a_tile_whose_service_is_not_there_is_left_out(start: Start, logs_in: LogIn) -> None:
    icart = start("icart")
    shown = tiles(logs_in(icart, MOTHER).opens(f"{icart.address}/apps"))
    assert "Pronote" not in shown and "Esidoc" in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=PRONOTE", ["Pronote", "Pronote Web"]),
        ("q=téléservices", ["Services Téléservices"]),
        ("q=departemental", ["Conseil départemental"]),
        ("q=zzz", []),
        ("category=tools", ["Messagerie", "Mes fichiers", "Conseil départemental"]),
        ("category=school&q=cdi", ["Esidoc"]),
        ("category=staff", []),
    ],
)
def test_tiles_are_searched_and_filtered(
    query: str, expected: list[str], icart: Service, logs_in: LogIn
) -> None:
    someone = logs_in(icart, MOTHER).opens(f"{icart.address}/apps?{query}")
    assert tiles(someone) == expected
    assert ("Aucune application ne correspond" in someone.html) == (not expected)


def test_favourites_are_stored_for_each_person(start: Start, logs_in: LogIn) -> None:
    icart = start("icart")
    someone = logs_in(icart, MOTHER).opens(f"{icart.address}/apps?q=esidoc&look=list")
    someone.fills("keep=1").sees("Retirer Esidoc des favoris")
    assert "look=list" in someone.address and "q=esidoc" in someone.address
    later = start("icart")
    someone = logs_in(later, MOTHER)
    assert tiles(someone, "favourites") == ["Esidoc"] and "Esidoc" not in tiles(someone, "others")
    assert tiles(someone.opens(f"{later.address}/apps?category=favourites")) == ["Esidoc"]
    assert tiles(logs_in(later, FATHER), "favourites") == []
    someone.opens(later.address).fills("keep=").sees("Pas encore de favori")


def test_a_message_is_new_until_it_has_been_read(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, MOTHER).opens(f"{icart.address}/mail")
    unread = someone.html.count(">nouveau<")
    someone.follows("Photos de classe").sees("Elles sont prises le mardi").opens(f"{icart.address}/mail")
    assert someone.html.count(">nouveau<") == unread - 1


def test_books_are_found_without_accents(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, PUPIL).opens(f"{icart.address}/library?q=lemaire")
    someone.sees("Fractions sans larmes").opens(f"{icart.address}/library?q=metiers").sees(
        "Les métiers du bois"
    )
    someone.opens(f"{icart.address}/library?q=zzz").sees("Aucun livre")


@pytest.mark.parametrize("shelf", ["pages", "files"])
def test_notes_are_added_renamed_deleted_and_private(shelf: str, icart: Service, logs_in: LogIn) -> None:
    new = f"{icart.address}/{shelf}/new"
    someone = logs_in(icart, MOTHER).opens(new)
    someone.fills("act=keep", name=" ", body="").sees("Donnez un titre")
    someone.fills(
        "act=keep", name="Sorties  au musée", body="Le 4, voir https://musee.example/plan\n<b>x</b>"
    )
    someone.sees("est enregistré").follows("Sorties au musée")
    someone.sees('href="https://musee.example/plan"', "&lt;b&gt;x&lt;/b&gt;")
    address = someone.address
    someone.follows("Télécharger")
    assert someone.page is not None and someone.page.text.startswith("Le 4")
    assert "attachment" in someone.page.headers["Content-Disposition"]
    someone.opens(address).follows("Modifier").fills("act=keep", name="Musée", body="Le 5").sees(
        "Musée", "Le 5"
    )
    father = logs_in(icart, FATHER)
    for path in (address, f"{address}/edit", f"{address}/text"):
        father.opens(path).sees("n’existe pas")
    father.opens(new)
    token = re.search(r'name="csrf_token" value="(.*?)"', father.html)
    assert token is not None
    refused = father.http.post(f"{address}/remove", data={"csrf_token": token[1]}, timeout=10)
    assert refused.status_code == 404
    removing = f"{address}/remove".removeprefix(icart.address)
    someone.opens(address)
    assert f'action="{removing}"' in someone.html
    someone.page = someone.http.post(f"{address}/remove", data={"csrf_token": _token(someone)}, timeout=10)
    someone.sees("est supprimé")
    someone.opens(address).sees("n’existe pas")


def test_the_number_of_notes_is_limited(
    icart: Service, logs_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.icart.notes.MOST", 1)
    someone = logs_in(icart, MOTHER).opens(f"{icart.address}/pages/new")
    someone.fills("act=keep", name="Une", body="")
    someone.opens(f"{icart.address}/pages/new").fills("act=keep", name="Deux", body="").sees(
        "Il y en a déjà 1"
    )
    assert [row["name"] for row in icart.rows("notes")] == ["Une"]
    someone.opens(f"{icart.address}/pages/new").fills("act=keep", name="Trois", body="x" * 10_001)
    someone.sees("plus de 10000 caractères", "x" * 10_001)


def test_the_school_of_a_pupil_is_named_too(icart: Service, logs_in: LogIn) -> None:
    logs_in(icart, PUPIL).sees("Bonjour Zoé", SCHOOL["name"])


def _token(someone: Person) -> str:
    return re.findall(r'name="csrf_token" value="(.*?)"', someone.html)[0]


def test_a_tile_is_shown_to_those_whom_its_service_accepts() -> None:
    """A tile that ends in a refusal is no tile. The services' registrations say whom they accept."""
    accepted = {
        "pronote": pronote_registration("")["accepted_profiles"],
        "teleservices": teleservices_registration("")["accepted_profiles"],
    }
    profiles = {"guardian": "responsable", "pupil": "eleve", "staff": "personnel"}
    for tile in (tile for tile in catalogue.TILES if tile.service):
        for kind, profile in profiles.items():
            shown = tile in catalogue.tiles_for(kind)
            assert shown == (profile in accepted[tile.service]), (tile.code, kind)


def test_a_pupil_reads_that_guardians_open_the_teleservices(icart: Service, logs_in: LogIn) -> None:
    pupil = logs_in(icart, PUPIL)
    assert "Services Téléservices" not in tiles(pupil.opens(f"{icart.address}/apps"))
    pupil.opens(f"{icart.address}/services").sees("demandez à un de vos responsables légaux")
    assert "/login" not in pupil.html.partition("<main")[2].partition("</main>")[0]


def favourites_of(someone: Person) -> list[str]:
    """The codes of the favourites, in order."""
    return re.findall(r'data-tile="(.*?)"', someone.opens("/favourites").html)


def choose(someone: Person, *codes: str) -> Person:
    """Make these tiles favourites, in this order."""
    for code in codes:
        form = {"csrf_token": _token(someone.opens("/apps"))}
        someone.page = someone.http.post(_at(someone, f"/favourites/{code}"), data=form, timeout=10)
    return someone


def _at(someone: Person, path: str) -> str:
    return urljoin(someone.address, path)


def send(someone: Person, path: str, **form: str) -> int:
    """Send a form as the page does; the status of the answer."""
    form["csrf_token"] = _token(someone)
    someone.page = someone.http.post(_at(someone, path), data=form, timeout=10)
    return someone.page.status_code


class TestOrderOfFavourites:
    @pytest.fixture
    def mother(self, icart: Service, logs_in: LogIn) -> Person:
        return choose(logs_in(icart, MOTHER), "pronote", "esidoc", "courrier")

    def test_favourites_stand_in_the_order_in_which_they_were_chosen(self, mother: Person) -> None:
        assert tiles(mother.opens("/"), "favourites") == ["Pronote", "Esidoc", "Messagerie"]

    @pytest.mark.parametrize(
        ("tile", "step", "expected"),
        [
            ("courrier", "up", ["pronote", "courrier", "esidoc"]),
            ("pronote", "down", ["esidoc", "pronote", "courrier"]),
            ("pronote", "up", ["pronote", "esidoc", "courrier"]),
            ("courrier", "down", ["pronote", "esidoc", "courrier"]),
            ("fichiers", "up", ["pronote", "esidoc", "courrier"]),
        ],
    )
    def test_a_button_moves_a_tile_by_one_place(
        self, tile: str, step: str, expected: list[str], mother: Person
    ) -> None:
        assert send(mother.opens("/favourites"), f"/favourites/{tile}/move", step=step) == 200
        assert favourites_of(mother) == expected

    def test_the_first_cannot_go_up_nor_the_last_down(self, mother: Person) -> None:
        html = mother.opens("/favourites").html
        disabled = re.findall(r'aria-label="([^"]*)" disabled', html)
        assert disabled == ["Monter Pronote", "Descendre Messagerie"]

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("courrier pronote esidoc", ["courrier", "pronote", "esidoc"]),
            ("esidoc", ["esidoc", "pronote", "courrier"]),
            ("esidoc esidoc fichiers invented", ["esidoc", "pronote", "courrier"]),
            ("", ["pronote", "esidoc", "courrier"]),
            ("x " * 5_000, ["pronote", "esidoc", "courrier"]),
        ],
        ids=["all", "some", "strangers", "nothing", "too long"],
    )
    def test_an_order_of_the_script_neither_adds_nor_removes(
        self, order: str, expected: list[str], mother: Person
    ) -> None:
        assert send(mother.opens("/favourites"), "/favourites/order", order=order) == 200
        assert favourites_of(mother) == expected

    def test_a_tile_removed_there_leaves_the_page_there(self, mother: Person) -> None:
        send(mother.opens("/favourites"), "/favourites/esidoc", keep="", back="arranging")
        assert mother.address.endswith("/favourites") and favourites_of(mother) == ["pronote", "courrier"]

    def test_each_person_has_an_order_and_no_token_no_move(
        self, mother: Person, icart: Service, logs_in: LogIn
    ) -> None:
        father = choose(logs_in(icart, FATHER), "courrier", "pronote")
        send(father.opens("/favourites"), "/favourites/pronote/move", step="up")
        assert favourites_of(father) == ["pronote", "courrier"]
        assert favourites_of(mother) == ["pronote", "esidoc", "courrier"]
        for path in ("/favourites/order", "/favourites/pronote/move"):
            assert (
                mother.http.post(_at(mother, path), data={"order": "courrier"}, timeout=10).status_code == 400
            )
        assert send(mother.opens("/favourites"), "/favourites/invented/move", step="up") == 404
        assert favourites_of(mother) == ["pronote", "esidoc", "courrier"]

    def test_two_windows_at_once_leave_each_tile_once(self, mother: Person, icart: Service) -> None:
        store, orders = icart.app.extensions["store"], ("courrier esidoc pronote", "esidoc pronote courrier")
        together = threading.Barrier(2)

        def arrange(order: str) -> None:
            together.wait()
            favourites.arrange(store, MOTHER["sub"], order.split())
            store.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(arrange, orders))
        assert " ".join(favourites_of(mother)) in orders


def test_messages_are_for_their_readers(icart: Service, logs_in: LogIn) -> None:
    headings = {
        name: set(re.findall(r'class="subject">(.*?)<', logs_in(icart, person).opens("/mail").html))
        for name, person in (("guardian", MOTHER), ("pupil", PUPIL), ("staff", HEAD))
    }
    assert "Photos de classe" in headings["guardian"] & headings["pupil"] & headings["staff"]
    assert headings["pupil"] - headings["guardian"] == {"Le club d’échecs cherche des joueurs"}
    assert headings["staff"] - headings["guardian"] == {"Conseils de classe du trimestre"}
    mother = logs_in(icart, MOTHER)
    mother.opens("/mail/conseils").sees("n’existe pas")
    assert send(mother.opens("/mail"), "/mail/conseils/unread") == 404


def test_a_message_can_become_new_again_and_all_be_read_at_once(icart: Service, logs_in: LogIn) -> None:
    mother = logs_in(icart, MOTHER).opens("/mail").sees("3 messages à lire")
    mother.opens("/mail/photos").opens("/mail").sees("2 messages à lire")
    assert badge(mother.opens("/apps")) == "2"
    send(mother.opens("/mail/photos"), "/mail/photos/unread")
    mother.sees("3 messages à lire")
    send(mother, "/mail/read")
    mother.sees("Vous avez tout lu.")
    assert badge(mother.opens("/apps")) is None
    assert badge(logs_in(icart, FATHER).opens("/apps")) == "3", "each person reads alone"


def badge(someone: Person) -> str | None:
    """The number on the tile of the messages."""
    number = re.search(r'class="count">(\d+)<', someone.html)
    return number[1] if number else None


def test_the_home_page_shows_the_newest_messages_and_pages(icart: Service, logs_in: LogIn) -> None:
    mother = logs_in(icart, MOTHER)
    for name in ("Première", "Deuxième", "Troisième", "Quatrième"):
        mother.opens("/pages/new").fills("act=keep", name=name, body="")
    mother.opens("/").sees("Quatrième", "Deuxième", "Photos de classe")
    assert "Première" not in mother.html


def test_a_page_has_the_colour_and_the_picture_that_were_chosen(icart: Service, logs_in: LogIn) -> None:
    mother = logs_in(icart, MOTHER).opens("/pages/new")
    mother.fills("act=keep", name="Musée", body="", hue="sky", icon="bus").sees('<li class="sky">')
    mother.follows("Musée").follows("Modifier").sees('value="sky" checked', 'value="bus" checked')
    mother.fills("act=keep", name="Musée", hue="plum").opens("/pages").sees('<li class="plum">')
    mother.opens("/pages/new").fills("act=keep", name="Autre", body="", hue='"><b>', icon="../x")
    mother.opens("/pages").sees('<li class="coral">')
    assert "<b>" not in mother.html
    send(mother.follows("Musée"), f"{urlsplit(mother.address).path}/remove")
    assert [row["hue"] for row in icart.rows("note_looks")] == ["coral"]


def test_a_page_from_before_colours_is_shown(icart: Service, logs_in: LogIn) -> None:
    mother = logs_in(icart, MOTHER)
    mother.opens("/pages/new").fills("act=keep", name="Ancienne", body="")
    with icart.app.app_context():
        icart.app.extensions["store"].db.execute("DELETE FROM note_looks")
    mother.opens("/pages").sees('<li class="slate">').follows("Ancienne").follows("Modifier")
    mother.fills("act=keep", name="Ancienne").sees("est enregistré")
