"""The pages of the console: a table of their modules, endpoints and paths below /console."""

from idp.web.page_tables import PageTable

PAGES = {
    "academy": {
        "academy": "/academy",
        "academy_person": "/academy/people/<int:account>",
        "person_data": "/academy/people/<int:account>/data",
    },
    "administrators": {"administrators": "/academy/administrators"},
    "cas_services": {
        "cas_services": "/academy/cas",
        "new_cas_service": "/academy/cas/new",
        "cas_service": "/academy/cas/<service_id>",
        "edit_cas_service": "/academy/cas/<service_id>/edit",
        "cas_service_act": "/academy/cas/<service_id>/act",
    },
    "confirmation": {"confirm": "/confirm"},
    "delegations": {
        "delegations": "/school/<uai>/delegations",
        "renewal": "/school/<uai>/renewal",
    },
    "home": {
        "home": "/",
        "school": "/school/<uai>",
    },
    "imports": {
        "imports": "/school/<uai>/imports",
        "import_": "/school/<uai>/imports/<int:number>",
        "settle": "/school/<uai>/imports/<int:import_number>/settle",
    },
    "jobs": {
        "job": "/jobs/<int:number>",
        "job_file": "/jobs/<int:number>/files/<int:file>",
    },
    "keys": {
        "keys": "/academy/keys",
        "tokens": "/academy/tokens",
    },
    "letters": {
        "letters": "/school/<uai>/letters",
        "letters_question": "/school/<uai>/letters/question",
    },
    "people": {
        "people": "/school/<uai>/people",
        "many": "/school/<uai>/people/many",
    },
    "person": {
        "person": "/school/<uai>/people/<int:account>",
        "person_act": "/school/<uai>/people/<int:account>/act",
    },
    "providers": {
        "providers": "/academy/providers",
        "provider": "/academy/providers/<name>",
    },
    "record": {
        "trouble": "/academy/trouble",
        "approvals": "/academy/approvals",
        "audit": "/academy/audit",
    },
    "saml_services": {
        "saml_services": "/academy/saml",
        "new_saml_service": "/academy/saml/new",
        "saml_service": "/academy/saml/<service_id>",
        "edit_saml_service": "/academy/saml/<service_id>/edit",
        "saml_service_act": "/academy/saml/<service_id>/act",
    },
    "services": {
        "services": "/academy/services",
        "new_service": "/academy/services/new",
        "service": "/academy/services/<client_id>",
        "edit_service": "/academy/services/<client_id>/edit",
        "service_act": "/academy/services/<client_id>/act",
    },
}

blueprint = PageTable("console", __name__, PAGES, url_prefix="/console")
