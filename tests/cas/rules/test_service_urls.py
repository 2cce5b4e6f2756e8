"""Which URL belongs to which service: exact and prefix, and every trap of two readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.cas.rules import service_urls
from idp.cas.rules.service_urls import Pattern


def pattern(text: str, is_prefix: bool = False) -> Pattern:
    url = service_urls.read(text, False)
    assert url is not None
    return Pattern(url, is_prefix)


def belongs(text: str, registered: str, is_prefix: bool = False) -> bool:
    url = service_urls.read(text, False)
    return url is not None and service_urls.matches(url, pattern(registered, is_prefix))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://a.example/b;jsessionid=node0x1.node0", "https://a.example/b"),
        ("https://a.example/b;JSESSIONID=1A!-5!x?c=d", "https://a.example/b?c=d"),
        ("https://a.example/;jsessionid=", "https://a.example/"),
        ("https://a.example/b;jsessionid=1/c", "https://a.example/b;jsessionid=1/c"),
        ("https://a.example/b;jsessionid=1%41", "https://a.example/b;jsessionid=1%41"),
        ("https://a.example/b;other=1", "https://a.example/b;other=1"),
        ("https://a.example/b?c=;jsessionid=1?", "https://a.example/b?c=;jsessionid=1?"),
        ("https://a.example/..;jsessionid=1", None),
        ("https://a.example/b;jsessionid=1#c", None),
    ],
)
def test_a_servlets_session_is_no_part_of_an_address(text: str, read: str | None) -> None:
    url = service_urls.read(text, False)
    assert (url and url.text) == read


@pytest.mark.parametrize(
    "text",
    [
        "http://pronote.example/",
        "//pronote.example/",
        "pronote.example",
        "javascript:alert(1)",
        "https:///x",
        "https://",
        "https://user@pronote.example/",
        "https://pronote.example@evil.example/",
        "https://pronote.example:pw@evil.example/",
        "https://pronote.example\\@evil.example/",
        "https://pronote.example\\.evil.example/",
        "https:\\\\pronote.example/",
        "https://pronote.example/#x",
        "https://pronote.example/#@evil.example/",
        "https://pronote.example/a%2fb",
        "https://pronote.example/a%2F..%2Fb",
        "https://pronote.example/a%5cb",
        "https://pronote.example/%252e%252e/b",
        "https://pronote.example/a/../b",
        "https://pronote.example/a/./b",
        "https://pronote.example/a/%2e%2e/b",
        "https://pronote.example/a/.%2E/b",
        "https://pronote.example/a/..;x=1/b",
        "https://pronote.example/a//b",
        "https://pronote.example//evil.example/",
        "https://pronote.example/\t",
        "https://pronote.example/ x",
        "https://pronote.example/\u2215evil",
        "https://pronoté.example/",
        "https://pronote.example%2eevil.example/",
        "https://pronote.example./",
        "https://pronote.example:0/",
        "https://pronote.example:/",
        "https://pronote.example:99999/",
        "https://*.example/",
        "https://[::1/",
        "https://pronote.example/" + "a" * 2000,
    ],
)
def test_what_can_be_read_in_two_ways_is_no_service_url(text: str) -> None:
    assert service_urls.read(text, False) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://pronote.example",
        "https://pronote.example/eleve.html",
        "https://pronote.example:8443/a;jsessionid=1?x=%2F..%2F",
        "https://[2001:db8::1]/",
        "https://pronote.example/a%20b",
    ],
)
def test_ordinary_urls_are_service_urls(text: str) -> None:
    assert service_urls.read(text, False) is not None


def test_http_is_for_loopback_in_development_alone() -> None:
    assert service_urls.read("http://localhost:5000/", True) is not None
    assert service_urls.read("http://localhost:5000/", False) is None
    assert service_urls.read("http://pronote.example/", True) is None


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("https://pronote.example/cas", True),
        ("https://PRONOTE.example/cas", True),
        ("https://pronote.example:443/cas", True),
        ("https://pronote.example/cas/", False),
        ("https://pronote.example/cas?", False),
        ("https://pronote.example/cas?x=1", False),
        ("https://pronote.example/CAS", False),
        ("https://pronote.example:444/cas", False),
        ("https://pronote.example.evil.example/cas", False),
    ],
)
def test_an_exact_pattern_is_one_url(text: str, same: bool) -> None:
    assert belongs(text, "https://pronote.example/cas") is same


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("https://ent.example/apps", True),
        ("https://ent.example/apps/", True),
        ("https://ent.example/apps/a/b?c=d", True),
        ("https://ent.example/apps?c=d", True),
        ("https://ent.example/appsevil", False),
        ("https://ent.example/apps.evil", False),
        ("https://ent.example/apps%20/x", False),
        ("https://ent.example/", False),
        ("https://ent.example:8443/apps/", False),
        ("https://ent.example.evil.example/apps/", False),
        ("https://evil.example/https://ent.example/apps/", False),
    ],
)
def test_a_prefix_ends_at_a_boundary(text: str, below: bool) -> None:
    assert belongs(text, "https://ent.example/apps", is_prefix=True) is below


def test_a_prefix_of_a_whole_site_stays_on_it() -> None:
    for evil in ("https://ent.example.evil.example/", "https://ent.exampleevil/", "https://ent.example:1/"):
        assert not belongs(evil, "https://ent.example/", is_prefix=True)
    assert belongs("https://ent.example", "https://ent.example/", is_prefix=True)


def test_the_closest_pattern_wins_and_of_equals_the_first() -> None:
    patterns = [
        ("site", pattern("https://ent.example/", True)),
        ("apps", pattern("https://ent.example/apps", True)),
        ("exact", pattern("https://ent.example/apps/pronote")),
        ("late", pattern("https://ent.example/apps", True)),
    ]

    def of(text: str) -> str | None:
        url = service_urls.read(text, False)
        assert url is not None
        return service_urls.best(url, patterns)

    assert of("https://ent.example/x") == "site"
    assert of("https://ent.example/apps/x") == "apps"
    assert of("https://ent.example/apps/pronote") == "exact"
    assert of("https://other.example/") is None


@given(st.text(max_size=60), st.text(alphabet="/.%2fFeE\\@#?;:a", max_size=30))
def test_no_text_behind_a_registered_host_leads_to_another_host(host: str, path: str) -> None:
    """A browser takes what precedes the first slash, question mark or hash as the host."""
    from urllib.parse import urlsplit

    text = f"https://ent.example{host}/{path}"
    if belongs(text, "https://ent.example/", is_prefix=True):
        assert (
            urlsplit(text).hostname == "ent.example" and "\\" not in text and "@" not in urlsplit(text).netloc
        )
        assert ".." not in urlsplit(text).path.split("/")


def test_a_parameter_is_added_and_the_query_stays_byte_for_byte() -> None:
    add = service_urls.with_parameter
    assert add("https://a.example/x", "ticket", "ST-1") == "https://a.example/x?ticket=ST-1"
    assert (
        add("https://a.example/x?q=%C3%A9+b", "ticket", "ST-1")
        == "https://a.example/x?q=%C3%A9+b&ticket=ST-1"
    )
    assert add("https://a.example/x?", "ticket", "ST-1") == "https://a.example/x?ticket=ST-1"
