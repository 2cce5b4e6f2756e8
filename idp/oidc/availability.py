"""Whether a service is open to this person today; asked at every login, at every single sign-on and at every refresh."""

from datetime import UTC, datetime

from idp.database import reading
from idp.oidc.clients import Client
from idp.oidc.rules import availability as rules
from idp.oidc.storage import persons
from idp.people.rules.accounts import AccountFacts


def why_closed(client: Client, account: AccountFacts, now: int) -> str | None:
    """The code of the refusal, None if the service is open. No statement for a service without such limits."""
    said = client.registration
    if said.season_from and not rules.in_season(said, datetime.fromtimestamp(now, UTC).date().isoformat()):
        return "P05"
    if said.accepted_schools and not rules.serves(said, _schools(account)):
        return "P06"
    return None


def _schools(account: AccountFacts) -> set[str]:
    if account.kind == "pupil":
        return {place.school.uai for place in persons.schoolings(reading(), account.person_id)}
    if account.kind == "guardian":
        children = persons.children(reading(), account.person_id)
        return {child.schooling.school.uai for child in children if child.schooling}
    return {post.school.uai for post in persons.posts(reading(), account.person_id) if post.school}
