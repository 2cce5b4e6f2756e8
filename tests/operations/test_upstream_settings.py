"""Settings of upstreams that cannot work stop the start with a sentence, without their secret."""

from typing import Any

import pytest

from idp.settings import SettingsFault
from tests.conftest import settings_for

SECRET = "a-secret-that-must-not-be-shown"
RIGHT = {
    "name": "academie",
    "label": "Académie",
    "issuer": "https://login.academie.example",
    "client_id": "us",
    "client_secret": SECRET,
}
SAML = {
    "name": "ent",
    "label": "ENT",
    "protocol": "saml",
    "issuer": "https://ent.example/saml",
    "metadata": "ent.xml",
}


def read(*providers: dict[str, Any]) -> None:
    settings_for("sqlite:///:memory:", federation={"providers": list(providers)})


def test_what_works() -> None:
    read(RIGHT, SAML)
    read({**RIGHT, "profiles": ["eleve"], "match": "ine"}, {**SAML, "issuer": "urn:ent"})


@pytest.mark.parametrize(
    "changes",
    [
        {"profiles": ["personnel"]},
        {"profiles": []},
        {"profiles": ["responsable", "eleve"]},
        {"profiles": ["personnel"], "match": "ine"},
        {"profiles": ["personnel"], "match": "mail"},
        {"match": "name"},
        {"client_secret": ""},
        {"issuer": "urn:academie"},
        {"name": "Académie"},
        {"clock_skew": 3600},
        {"rules": [{"profile": "responsable", "roles": ["head"]}]},
        {"rules": [{"profile": "personnel", "roles": ["head"]}]},
        {"rules": [{"profile": "personnel", "roles": ["delegate"], "schools": ["0990001N"]}]},
        {"rules": [{"when": {}}]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_cannot_work_is_named_without_the_secret(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsFault) as refused:
        read({**RIGHT, **changes})
    assert "federation" in str(refused.value) and SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": ""},
        {"metadata_url": "https://x.example"},
        {"metadata": "", "metadata_url": "https://x.example"},
    ],
    ids=str,
)
def test_saml_needs_one_source_of_metadata(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsFault):
        read({**SAML, **changes})


@pytest.mark.parametrize("same", ["name", "issuer", "hint"])
def test_two_upstreams_differ(same: str) -> None:
    second = {**RIGHT, "name": "other", "issuer": "https://other.example"}
    second[same] = "academie" if same == "hint" else RIGHT[same]
    with pytest.raises(SettingsFault):
        read(RIGHT, second)
