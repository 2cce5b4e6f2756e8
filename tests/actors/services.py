"""Documents with which services are registered."""

PUBLISHER = {
    "client_name": "Éditeur",
    "first_party": False,
    "policy_uri": "https://portail.example/donnees",
    "scope": "openid profile email offline_access ect.scope.editeur",
    "service_claims": ["class", "school"],
}
