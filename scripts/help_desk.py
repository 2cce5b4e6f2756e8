"""Write docs/help-desk.md from the catalogue of refusals: `python scripts/help_desk.py > docs/help-desk.md`."""

from idp.refusals import CATALOGUE

HEAD = """# Help desk: the codes people see

*Reference, written from `idp/refusals/` by `scripts/help_desk.py`; a test compares them.*

Every refusal shows a sentence and a short code. S: signing in. A: first login. R: the page itself. P: the service that sent
the person. G: the provider. V: recovery and self-activation. C: "Mon compte". M: second factors. F: another provider. In the log, the reason stands under the same code.

| code | the person reads | why, and what the school can do |
|---|---|---|
"""


def page() -> str:
    rows = (
        f"| **{code}** | *{wording.title}.* {wording.sentence} | {wording.school} |"
        for code, wording in CATALOGUE.items()
    )
    return (
        HEAD
        + "\n".join(row.replace("%(minutes)s", "…").replace("%(office)s", "l’établissement") for row in rows)
        + "\n"
    )


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
