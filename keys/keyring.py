"""The keys in force at one time, ready to sign and verify: parsed once and held in memory."""

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from keys.jwks import jwks_bytes
from keys.private_keys import private_key
from keys.rotation import KeyRecord, hint_keys, published, signer_or_next
from keys.signer import Signer

# RFC 9864 gives Ed25519 a name of its own; relying parties still register "EdDSA" (OIDC Core, RFC 8037), and only Ed25519
# keys are made here.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


class NoSigningKey(Exception):
    """No key of this algorithm signs now."""


class Keyring:
    """The signing and verification keys at `now`.

    `private` gives the private JWK (JSON text) of each key that may sign, by kid; `public` the public JWK of each record.
    `verification_keys` are those of the JWKS; `hint_keys` also those retired by rotation.
    `until`: when another keyring must be made (epoch seconds, None: never); `made_at` is `now`.
    """

    def __init__(
        self,
        records: Iterable[KeyRecord],
        private: Mapping[str, str],
        public: Mapping[str, dict[str, Any]],
        now: int,
    ) -> None:
        records = list(records)
        self.made_at = now
        visible = published(records, now)
        self.algorithms = tuple(sorted({record.alg for record in visible}))
        self._signing: dict[str, Signer] = {}
        for alg in self.algorithms:
            record = signer_or_next(records, alg, now)
            if record is not None:
                key = private_key(json.loads(private[record.kid]), record.kid)
                self._signing[alg] = Signer(record.kid, alg, key)
        self._jwks = jwks_bytes(public[record.kid] for record in visible)
        self.verification_keys = KeySet.import_key_set(json.loads(self._jwks))
        for_hints = jwks_bytes(public[record.kid] for record in hint_keys(records, now))
        self.hint_keys = KeySet.import_key_set(json.loads(for_hints))
        moments = [
            moment
            for record in records
            for moment in (record.activates_at, record.retires_at, record.removed_at)
            if moment is not None and moment > now
        ]
        self.until = min(moments, default=None)

    @property
    def can_sign(self) -> bool:
        """Whether any key signs."""
        return bool(self._signing)

    def signer(self, alg: str) -> Signer:
        """The key that signs with `alg`. Raises NoSigningKey."""
        try:
            return self._signing[alg]
        except KeyError:
            raise NoSigningKey(alg) from None

    def jwks_bytes(self) -> bytes:
        return self._jwks
