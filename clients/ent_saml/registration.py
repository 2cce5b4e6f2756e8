"""How this ENT is registered: its metadata and the other members, for an administrator."""

from pathlib import Path
from typing import Any

from onelogin.saml2.settings import OneLogin_Saml2_Settings

from clients.ent_saml.settings import settings
from clients.visits import Visits


def registration(base: str, data: Path) -> dict[str, Any]:
    """The registration document of an ENT at `base`, whose key is in `data`."""
    data.parent.mkdir(parents=True, exist_ok=True)
    own = OneLogin_Saml2_Settings(settings(base, Visits(data)), sp_validation_only=True)
    return {
        "name": "ENT (SAML)",
        "name_en": "School portal (SAML)",
        "client_uri": base,
        "metadata": own.get_sp_metadata().decode(),
        "attribute_set": "sdet",
        "name_id": "persistent",
        "accepted_profiles": ["responsable", "eleve", "personnel"],
        "contacts": ["ent@academie.example"],
    }
