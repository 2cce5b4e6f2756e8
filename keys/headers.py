"""JWS headers: unknown members are ignored (RFC 7515 §4), except those that `crit` lists."""

from collections.abc import Collection

from joserfc import jws


class AnyHeader(jws.JWSRegistry):
    """joserfc's header validation without its refusal of unknown members and of headers as large as an RSA key in a DPoP proof.

    Unknown `crit` members are still refused (§4.1.11), and only `algorithms` are accepted.
    """

    max_header_length = 16_384

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=list(algorithms), strict_check_header=False)
