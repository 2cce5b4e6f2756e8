"""Which members a JWS header may have: any (RFC 7515 §4 passes over those that are not understood), but for `crit`'s."""

from collections.abc import Collection

from joserfc import jws


class AnyHeader(jws.JWSRegistry):
    """joserfc's judge of headers, which by itself refuses unknown members, and an RSA key in a DPoP proof for its size.

    `crit` still refuses what is not understood (§4.1.11), and `algorithms` alone may sign.
    """

    max_header_length = 16_384

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=list(algorithms), strict_check_header=False)
