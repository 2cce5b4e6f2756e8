"""What a relying party reads in what it receives."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.actors.relying_party import RelyingParty


def claims_of(portal: RelyingParty, id_token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(portal.app.test_client().get("/jwks.json").get_json())
    return dict(jwt.decode(id_token, keys, algorithms=["ES256", "RS256", "EdDSA"]).claims)
