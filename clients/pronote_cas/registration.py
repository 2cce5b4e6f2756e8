"""How this Pronote is registered: a document of CAS, for an administrator."""

from pathlib import Path
from typing import Any


def registration(base: str, _data: Path) -> dict[str, Any]:
    """The registration document of a Pronote at `base`."""
    return {
        "name": "Pronote (CAS)",
        "client_uri": base,
        "service_urls": [f"{base}/login"],
        "attribute_set": "pronote",
        "accepted_profiles": ["responsable", "eleve", "personnel"],
        "contacts": ["pronote@academie.example"],
    }
