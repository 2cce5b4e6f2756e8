"""Settings of login through other identity providers (upstreams), by OpenID Connect or SAML 2.0."""

from typing import Literal

from pydantic import Field, model_validator

from idp.settings.sections import Section

Profile = Literal["responsable", "eleve", "personnel"]


class UpstreamRule(Section):
    """What attributes of an upstream mean here; see docs/federation.md."""

    name: str = Field("", max_length=80, description="Its name on the console.")
    when: dict[str, list[str]] = Field(
        {}, description="Attribute → values; each attribute must have one of its values. Empty: always."
    )
    profile: Profile = Field(description="The profile of people to whom the rule applies.")
    schools: list[str] = Field(
        [], description="UAIs; the account must belong to one of them. Empty, and no schools_from: any."
    )
    schools_from: str = Field(
        "", description="The attribute that has the UAIs; what follows a $ is left out."
    )
    roles: list[
        Literal[
            "head",
            "deputy",
            "secretary",
            "teacher",
            "academy_administrator",
            "academy_support",
            "academy_auditor",
        ]
    ] = Field([], description="Roles that staff hold at the rule's schools for as long as the rule applies.")

    @model_validator(mode="after")
    def _roles_have_a_place(self) -> "UpstreamRule":
        if self.roles and self.profile != "personnel":
            raise ValueError("roles are for the profile personnel")
        at_a_school = [role for role in self.roles if not role.startswith("academy_")]
        if at_a_school and not (self.schools or self.schools_from):
            raise ValueError(f"the role {at_a_school[0]} needs schools or schools_from")
        return self


class FederatedProvider(Section):
    """Another identity provider with which people may sign in."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Its name in our addresses.")
    label: str = Field(max_length=80, description="Text of its button.")
    protocol: Literal["oidc", "saml"] = Field("oidc", description="OpenID Connect or SAML 2.0.")
    profiles: list[Profile] = Field(
        ["responsable"], min_length=1, description="Profiles on whose sign-in page it is offered."
    )
    hint: str = Field(
        "", max_length=80, description="Value of idp_hint that leads straight to it; empty: its name."
    )
    issuer: str = Field(
        min_length=1,
        max_length=200,
        description="Its issuer, exactly as in its discovery document; with SAML its entity id.",
    )
    match: Literal["proof", "ine", "mail", "username", "stored"] = Field(
        "proof",
        description="How an account is recognised at the first login. proof: guardians prove it by SMS and birth dates; stored: only identities stored by idp upstream link.",
    )
    match_attribute: str = Field(
        "", description="The claim or attribute that is compared; empty: ine, email or preferred_username."
    )
    mail_domains: list[str] = Field(
        [], description="With match = mail: domains whose addresses the upstream assigns."
    )
    scope_suffix: str = Field(
        "", description="With match = username: an ending that the value must have, and that is left out."
    )
    activates: bool = Field(
        True,
        description="Whether a recognised account that has never been used is opened without its letter.",
    )
    rules: list[UpstreamRule] = Field(
        [], description="What attributes mean; empty: people of all its profiles and any school, no roles."
    )
    accepted_acr: list[str] = Field(
        [],
        description="Levels (acr, AuthnContext) that are sufficient; another level needs our second step. Empty: any.",
    )
    two_factors: list[str] = Field(
        [], description="Levels, or values of amr, that prove two factors (eidas2)."
    )
    says_auth_time: bool = Field(
        True,
        description="Whether its ID tokens say when the person was authenticated. If false, prompt=login is passed on and cannot be judged, and max_age is refused.",
    )
    logout: bool = Field(True, description="Whether a logout here leads to its logout.")
    clock_skew: int = Field(60, ge=0, le=300, description="Seconds by which its clock may differ.")
    client_id: str = Field("", description="OpenID Connect: our client_id there.")
    client_secret: str = Field("", repr=False, description="OpenID Connect: our client secret there.")
    scope: str = Field("openid", description="OpenID Connect: requested scope.")
    acr_values: str = Field(
        "", description="Requested level (acr_values, RequestedAuthnContext), with blanks between."
    )
    algorithms: list[str] = Field(
        ["RS256", "ES256"], description="OpenID Connect: accepted signature algorithms."
    )
    metadata: str = Field("", description="SAML: file with its EntityDescriptor.")
    metadata_url: str = Field(
        "", description="SAML: address of its metadata, instead of a file; the worker fetches it."
    )
    metadata_certificate: str = Field(
        "", description="SAML: PEM file with the certificate whose key signs what is at metadata_url."
    )
    subject_attribute: str = Field(
        "", description="SAML: attribute that names a person for ever, if the name identifier does not."
    )

    @property
    def shown_hint(self) -> str:
        """The value of `idp_hint` that leads straight to it."""
        return self.hint or self.name

    @property
    def compared(self) -> str:
        """The attribute that is compared with accounts; empty if none is."""
        usual = {"ine": "ine", "mail": "email", "username": "preferred_username"}
        return self.match_attribute or usual.get(self.match, "")

    @model_validator(mode="after")
    def _is_whole(self) -> "FederatedProvider":
        if self.match == "proof" and list(self.profiles) != ["responsable"]:
            raise ValueError("match = proof is for guardians alone: pupils and staff have another match")
        if self.match == "ine" and list(self.profiles) != ["eleve"]:
            raise ValueError("match = ine is for pupils alone")
        if self.match == "mail" and not self.mail_domains:
            raise ValueError("match = mail needs mail_domains")
        if self.protocol == "oidc":
            if not self.issuer.startswith(("https://", "http://")):
                raise ValueError("issuer is an address")
            if not self.client_id or not self.client_secret:
                raise ValueError("protocol = oidc needs client_id and client_secret")
        elif bool(self.metadata) == bool(self.metadata_url):
            raise ValueError("protocol = saml needs metadata or metadata_url")
        elif bool(self.metadata_url) != bool(self.metadata_certificate):
            raise ValueError("metadata_url and metadata_certificate are set together")
        return self


class Federation(Section):
    """Login through other identity providers; see docs/federation.md."""

    providers: list[FederatedProvider] = Field(
        [],
        description="[[federation.providers]] tables; docs/federation.md has their members. In the environment: a JSON array.",
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Federation":
        for member in ("name", "issuer", "shown_hint"):
            values = [getattr(provider, member) for provider in self.providers]
            if len(set(values)) < len(values):
                raise ValueError(f"two providers have the same {member.removeprefix('shown_')}")
        return self
