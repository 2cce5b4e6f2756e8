"""Pictures of a page for `make shots`: four widths, light and dark, in French and English; some of the same page in Arabic."""

from pathlib import Path

from playwright.sync_api import Page, Route

WIDTHS = (1920, 1280, 768, 360)
SCHEMES = ("light", "dark")
OTHER_LANGUAGES = {"en": (WIDTHS, SCHEMES), "ar": ((1280, 360), ("light",))}
"""Language → widths and schemes. Arabic is there for the direction of the page."""
SERVICES = ("icart", "pronote", "teleservices", "pronote_cas", "ent_saml")

CHOICE_OF_A_STRANGER = ".languages form:has(input[name=made_for][value=''])"
"""The menu of languages of a page that knows nobody: the choice changes no account."""


def photograph(page: Page, name: str, folder: Path) -> None:
    """As it is, in French; then its address, asked for in other languages in a tab of its own. `page` is left as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    _each_variant(page, f"{name}.fr", folder, WIDTHS, SCHEMES)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
    if not page.url.startswith("http"):
        return
    for language, (widths, schemes) in OTHER_LANGUAGES.items():
        cookies = page.context.cookies()
        tab = page.context.new_page()
        _ask_for(tab, language)
        answer = tab.goto(page.url)
        if (
            tab.locator(CHOICE_OF_A_STRANGER).count()
            and tab.locator("html").get_attribute("lang") != language
        ):
            # The service has asked for French: the person chooses.
            with tab.expect_navigation():
                tab.locator(f"button[name=language][value={language}]").evaluate("button => button.click()")
        # An address that only takes forms has no page of its own; the console and the services have no Arabic.
        if answer and answer.status != 405 and tab.locator("html").get_attribute("lang") == language:
            _each_variant(tab, f"{name}.{language}", folder, widths, schemes)
        tab.close()
        page.context.clear_cookies()
        page.context.add_cookies(cookies)


def _ask_for(tab: Page, language: str) -> None:
    """Of the provider as a browser in this language does; of a service as a person who has chosen it before."""

    def translated(route: Route) -> None:
        route.continue_(headers={**route.request.headers, "accept-language": language})

    tab.route("**/*", translated)
    tab.context.add_cookies(
        [
            {"name": f"{service}_language", "value": language, "domain": "localhost", "path": "/"}
            for service in SERVICES
        ]
    )


def _each_variant(
    page: Page, name: str, folder: Path, widths: tuple[int, ...], schemes: tuple[str, ...]
) -> None:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in schemes:
            # Without motion, no colour is caught halfway to another.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
