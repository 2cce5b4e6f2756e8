"""The pages of the console: a table of their modules, endpoints and paths below /console."""

from idp.web.page_tables import PageTable

JOINED = "<any(cas,saml):protocol>"
"""The part of a path that names a protocol whose services are rows of `services`."""

PAGES = {
    "academy": {
        "academy": "/academy",
        "academy_person": "/academy/people/<int:account>",
        "person_data": "/academy/people/<int:account>/data",
    },
    "administrators": {"administrators": "/academy/administrators"},
    "audit": {"audit": "/academy/audit"},
    "confirmation": {"confirm": "/confirm"},
    "delegations": {
        "delegations": "/school/<uai>/delegations",
        "renewal": "/school/<uai>/renewal",
    },
    "erasure_requests": {
        "erasure_requests": "/school/<uai>/erasure-requests",
        "academy_erasure_requests": "/academy/erasure-requests",
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
    "joined_services": {
        "new_joined_service": f"/academy/{JOINED}/new",
        "joined_service": f"/academy/{JOINED}/<service_id>",
        "edit_joined_service": f"/academy/{JOINED}/<service_id>/edit",
        "joined_service_act": f"/academy/{JOINED}/<service_id>/act",
    },
    "jobs": {
        "job": "/jobs/<int:number>",
        "job_file": "/jobs/<int:number>/files/<int:file>",
        "job_files": "GET /jobs/<int:number>/files",
    },
    "jobs_list": {
        "jobs": "/school/<uai>/jobs",
        "academy_jobs": "/academy/jobs",
    },
    "keys": {
        "keys": "/academy/keys",
        "tokens": "/academy/tokens",
    },
    "letters": {
        "letters": "/school/<uai>/letters",
        "letters_question": "/school/<uai>/letters/question",
    },
    "our_school": {
        "our_school": "/school/<uai>/our-school",
        "appearance": "/academy/appearance",
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
    "recognition": {"recognition": "GET /school/<uai>/recognition"},
    "record": {
        "trouble": "/academy/trouble",
        "approvals": "/academy/approvals",
    },
    "search": {
        "search": "GET /search",
        "help": "GET /help",
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
