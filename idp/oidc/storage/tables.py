"""Tables of OpenID Connect: clients, grants, tokens, signing keys."""

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class ClientRow(Model):
    """A relying party. `metadata_json` is the validated registration (RFC 7591 §2); the secret is a keyed digest.

    During a rotation the previous secret is accepted until `previous_secret_until`. `revision` counts the changes:
    a form opened before another change is not saved over it. `owner` is responsible for the service. Of a self-registered
    client's registration access token (RFC 7592) only a digest is stored.
    """

    __tablename__ = "clients"
    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret_digest: Mapped[str | None] = mapped_column(String(64))
    metadata_json: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10), default="active")
    registered_at: Mapped[int] = mapped_column(Seconds)
    updated_at: Mapped[int] = mapped_column(Seconds)
    previous_secret_digest: Mapped[str | None] = mapped_column(String(64))
    previous_secret_until: Mapped[int | None] = mapped_column(Seconds)
    owner: Mapped[str] = mapped_column(String(200), default="", server_default="")
    revision: Mapped[int] = mapped_column(RowId, default=1, server_default="1")
    last_used_at: Mapped[int | None] = mapped_column(Seconds)
    registration_token_digest: Mapped[str | None] = mapped_column(String(64))


class InitialAccessToken(Model):
    """Allows `uses_left` registrations (RFC 7591) until `expires_at`. Only a digest of the token is stored."""

    __tablename__ = "initial_access_tokens"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds)
    uses_left: Mapped[int] = mapped_column(RowId)
    revoked_at: Mapped[int | None] = mapped_column(Seconds)


_RANDOM_ID = text("id < 't'")


class Grant(Model):
    """What a person granted to a relying party at one authorization: the code, and the root of all tokens from it.

    `id` is in the order of time, and its code begins with it (`idp.crypto.ordered_ids`); older ids are random.
    A code is used once: `consumed_at` is set by one conditional UPDATE. `revoked_at` ends every token at once.
    `offline` grants outlive the session (OIDC Core §11). `resources`: for which RFC 8707 lets tokens be made, words.
    `dpop_jkt`: thumbprint of the key that alone may redeem the code (RFC 9449 §10). `generation`: that of the session, as
    in `signin.storage.tables.Session`. `review_at`: when the worker looks whether the grant is still needed.
    """

    __tablename__ = "grants"
    __table_args__ = (
        Index("ix_grants_sid", "sid"),
        Index("ix_grants_account", "account_id", "client_id"),
        # Codes of before version 0019 of the tables, which are found by their digest.
        Index("ix_grants_old_code", "code_digest", sqlite_where=_RANDOM_ID, postgresql_where=_RANDOM_ID),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    sid: Mapped[str] = mapped_column(String(32))
    redirect_uri: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    asked_scope: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str | None] = mapped_column(Text)
    code_challenge: Mapped[str | None] = mapped_column(String(128))
    claims: Mapped[str | None] = mapped_column(Text)
    auth_time: Mapped[int] = mapped_column(Seconds)
    acr: Mapped[str] = mapped_column(String(40))
    amr: Mapped[str] = mapped_column(String(60))
    offline: Mapped[bool] = mapped_column(Boolean)
    issued_at: Mapped[int] = mapped_column(Seconds, index=True)
    code_expires_at: Mapped[int] = mapped_column(Seconds)
    consumed_at: Mapped[int | None] = mapped_column(Seconds)
    revoked_at: Mapped[int | None] = mapped_column(Seconds)
    resources: Mapped[str | None] = mapped_column(Text)
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    generation: Mapped[int] = mapped_column(RowId, server_default="0")
    review_at: Mapped[int] = mapped_column(Seconds, server_default="0", index=True)


class AccessToken(Model):
    """An access token. `id` is in the order of time; that of a JWT is the head of its digest. `audience`: the resources it is for, words; None: this provider's own userinfo.

    `dpop_jkt`: thumbprint of the key it is bound to (RFC 9449 §6), None for a bearer token.
    """

    __tablename__ = "access_tokens"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    grant_id: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    revoked_at: Mapped[int | None] = mapped_column(Seconds)
    audience: Mapped[str | None] = mapped_column(Text)
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))


class RefreshFamily(Model):
    """The refresh tokens of one grant: digests of the one in force and of its direct predecessor.

    The token text begins with `id`, so that an older token identifies the family and revokes it (RFC 9700 §4.14.2).
    `dpop_jkt`: the key that a public client must prove at each use (RFC 9449 §5). `review_at`: as in `Grant`.
    """

    __tablename__ = "refresh_families"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    previous_digest: Mapped[str | None] = mapped_column(String(64))
    rotated_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds)
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    review_at: Mapped[int] = mapped_column(Seconds, server_default="0", index=True)


class SigningKey(Model):
    """A signing key; the private half is sealed under the master key. Columns are those of `keys.rotation.KeyRecord`."""

    __tablename__ = "signing_keys"
    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    alg: Mapped[str] = mapped_column(String(10))
    sealed_private: Mapped[str] = mapped_column(Text)
    public_jwk: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Seconds)
    published_at: Mapped[int] = mapped_column(Seconds)
    activates_at: Mapped[int] = mapped_column(Seconds)
    retires_at: Mapped[int | None] = mapped_column(Seconds)
    removed_at: Mapped[int | None] = mapped_column(Seconds)


class PushedRequest(Model):
    """A checked authorization request behind a request_uri (RFC 9126). Readable repeatedly, answered once: `used_at`."""

    __tablename__ = "pushed_requests"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"))
    request: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    used_at: Mapped[int | None] = mapped_column(Seconds)


class DeviceRequest(Model):
    """A waiting device (RFC 8628), with its device code and its user code.

    `grant_id` is set when the person consents, `refused_at` when they refuse. `next_poll_at` and `pause` (seconds) slow down
    a device that polls too often (§3.5).
    """

    __tablename__ = "device_requests"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    device_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_digest: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"))
    request: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    next_poll_at: Mapped[int] = mapped_column(Seconds)
    pause: Mapped[int] = mapped_column(RowId)
    grant_id: Mapped[str | None] = mapped_column(String(32))
    refused_at: Mapped[int | None] = mapped_column(Seconds)
