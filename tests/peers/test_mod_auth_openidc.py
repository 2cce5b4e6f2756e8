"""Debian's mod_auth_openidc as a relying party: a web server that protects a page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import RSAKey

from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.peers.apache_server import Apache, apache
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_in, log_out

__all__ = ["apache"]

MODULE = "openidc"
Start = Callable[..., Peer]


def key_pair(folder: Path) -> dict[str, Any]:
    """A key that the server signs its assertions with; the public one as a JWK."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    public_pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public_pem)
    public = RSAKey.import_key(public_pem).as_dict(private=False)
    return {**public, "kid": "apache", "use": "sig", "alg": "RS256"}


@pytest.fixture
def start(served: Served, apache: Apache) -> Start:
    def begin(method: str = "client_secret_basic", algorithm: str = "ES256") -> Peer:
        address, folder = apache.address, apache.folder
        document = {
            "redirect_uris": [f"{address}/oidc"],
            "post_logout_redirect_uris": [f"{address}/bye"],
            "backchannel_logout_uri": f"{address}/oidc?logout=backchannel",
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
            "jwks": {"keys": [key_pair(folder)]} if method == "private_key_jwt" else None,
        }
        with served.app.app_context():
            guardian, registered = served.world.guardian(), served.world.relying_party(**document)
        # The module offers private_key_jwt only with a private key, and crashes at a login without the public key.
        proof = (
            f'OIDCPublicKeyFiles "apache#{folder}/public.pem"\nOIDCPrivateKeyFiles "apache#{folder}/key.pem"'
            if method == "private_key_jwt"
            else f'OIDCClientSecret "{registered.client_secret}"'
        )
        apache.start(
            issuer=served.issuer,
            client_id=registered.client_id,
            proof=proof,
            method=method,
            algorithm=algorithm,
        )
        return Peer(address, Person(), guardian)

    return begin


def logs_in(peer: Peer) -> dict[str, Any]:
    """To the guarded page, and what it shows of the person."""
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    return dict(peer.shown())


def held(peer: Peer) -> dict[str, Any]:
    """What the module holds for the person."""
    return dict(peer.does("oidc?info=json"))


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [("client_secret_basic", "ES256"), ("client_secret_post", "RS256"), ("private_key_jwt", "ES256")],
)
def test_each_kind_of_client_guards_a_page(start: Start, method: str, algorithm: str) -> None:
    peer = start(method, algorithm)
    shown = logs_in(peer)
    assert shown["name"] == "Claire Durand"
    assert shown["email"] == "claire@example.org"
    session = held(peer)
    assert session["userinfo"]["sub"] == session["id_token"]["sub"] == shown["sub"]


def test_a_refresh_gives_new_tokens_for_the_same_person(start: Start) -> None:
    peer = start()
    shown = logs_in(peer)
    first = held(peer)
    query = urlencode({"refresh": f"{peer.address}/me", "access_token": first["access_token"]})
    assert peer.does(f"oidc?{query}") == shown
    assert peer.person.address == f"{peer.address}/me"
    second = held(peer)
    for name in ("access_token", "refresh_token"):
        assert second[name] != first[name]


def test_a_logout_ends_both_sessions(start: Start) -> None:
    peer = start()
    logs_in(peer)
    query = urlencode({"logout": f"{peer.address}/bye"})
    log_out(peer.person, f"{peer.address}/oidc?{query}")
    assert peer.shown() == {"bye": True}
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_logout_elsewhere_closes_the_page_by_the_back_channel(served: Served, start: Start) -> None:
    peer = start()
    shown = logs_in(peer)
    log_out(peer.person, f"{served.issuer}/logout")
    assert peer.does("me") == shown
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")
