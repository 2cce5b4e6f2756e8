"""The keys of a moment, ready to sign and verify: key objects kept in memory, never parsed for a request."""

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc.errors import SecurityWarning
from joserfc.jwk import JWKRegistry, Key, KeySet

from keys.jwks import jwks_bytes
from keys.rotation import KeyRecord, published, signer, vouched_for

# RFC 9864 gives Ed25519 a name of its own; relying parties still register "EdDSA" (OIDC Core, RFC 8037), and only Ed25519
# keys are made here.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


class NoSigningKey(Exception):
    """No key of this algorithm signs now."""


class Keyring:
    """What signs, and what verifies, at `now`.

    `private` gives the private JWK (JSON text) of each key that may sign, by kid; `public` the public JWK of each record.
    `verification_keys` are those of the JWKS; `hint_keys` also those that have left it in their own time.
    `until` is the moment at which another keyring has to be made.
    """

    def __init__(
        self,
        records: Iterable[KeyRecord],
        private: Mapping[str, str],
        public: Mapping[str, dict[str, Any]],
        now: int,
    ) -> None:
        records = list(records)
        visible = published(records, now)
        self.algorithms = tuple(sorted({record.alg for record in visible}))
        self._signing: dict[str, tuple[str, Key]] = {}
        for alg in self.algorithms:
            record = signer(records, alg, now)
            if record is not None:
                key = JWKRegistry.import_key(json.loads(private[record.kid]), parameters={"kid": record.kid})
                self._signing[alg] = (record.kid, key)
        self._jwks = jwks_bytes(public[record.kid] for record in visible)
        self.verification_keys = KeySet.import_key_set(json.loads(self._jwks))
        vouching = jwks_bytes(public[record.kid] for record in vouched_for(records, now))
        self.hint_keys = KeySet.import_key_set(json.loads(vouching))
        moments = [
            moment
            for record in records
            for moment in (record.activates_at, record.retires_at, record.removed_at)
            if moment is not None and moment > now
        ]
        self.until = min(moments, default=None)

    def signing_key(self, alg: str) -> tuple[str, Key]:
        """(kid, private key object). Raises NoSigningKey."""
        try:
            return self._signing[alg]
        except KeyError:
            raise NoSigningKey(alg) from None

    def jwks_bytes(self) -> bytes:
        return self._jwks
