"""npm's openid-client against the provider, through the real pages."""

import json
import subprocess
from pathlib import Path

import pytest
import requests

from tests.journeys.person import Person
from tests.peers.conftest import NODE, Served

pytestmark = pytest.mark.node
CALLBACK = "http://127.0.0.1:9/callback"
BYE = "http://127.0.0.1:9/bye"


def come_back(person: Person, address: str) -> str:
    """Follow redirects as a browser does, up to the relying party's own address, which nobody serves here."""
    response = person.http.get(address, allow_redirects=False, timeout=20)
    while response.is_redirect:
        target = requests.compat.urljoin(response.url, response.headers["Location"])
        if target.startswith("http://127.0.0.1:9/"):
            return target
        response = person.http.get(target, allow_redirects=False, timeout=20)
    person.page = response
    return ""


def log_in(person: Person, address: str, username: str, password: str) -> str:
    """Through profile and sign-in; the address at which the relying party gets its answer."""
    come_back(person, address)
    person.sees("Qui êtes-vous").fills("profile=responsable")
    form = {"username": username, "password": password}
    from tests.pages import forms_with

    _, fields = forms_with(person.html, set(form))[0]
    signed_in = person.http.post(person.address, data={**fields, **form}, allow_redirects=False, timeout=20)
    return come_back(person, requests.compat.urljoin(signed_in.url, signed_in.headers["Location"]))


def test_the_whole_life_of_a_login(served: Served, node: str) -> None:
    with served.app.app_context():
        guardian = served.world.guardian()
        registered = served.world.relying_party(
            redirect_uris=[CALLBACK], post_logout_redirect_uris=[BYE], id_token_signed_response_alg="RS256"
        )
    arguments = [served.issuer, registered.client_id, registered.client_secret or "", CALLBACK]
    peer = subprocess.Popen(
        [node, str(Path(NODE) / "openid_client.mjs"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=NODE,
    )
    with peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        assert peer.stderr is not None
        first = peer.stdout.readline()
        assert first, peer.stderr.read()
        person = Person()
        answer = log_in(person, json.loads(first)["go"], guardian.username, guardian.password)
        peer.stdin.write(answer + "\n")
        peer.stdin.flush()
        last = peer.stdout.readline()
        assert last, peer.stderr.read()
        said = json.loads(last)
    assert said["claims"]["sub"] == said["userinfo"]["sub"] == said["refreshedSub"]
    assert said["userinfo"]["name"] == "Claire Durand"
    assert said["userinfo"]["email_verified"] is True
    assert said["active"] is True
    assert said["refused"] == "invalid_grant"
    person.opens(said["goodbye"]).sees("Se déconnecter ?")
    from tests.pages import forms_with

    _, fields = forms_with(person.html, {"confirm"})[0]
    response = person.http.post(f"{served.issuer}/logout", data=fields, allow_redirects=False, timeout=20)
    assert response.headers["Location"] == f"{BYE}?state=bye"
