"""Whether a service is open to a person today. Checked at every login, single sign-on and refresh."""

from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts
from idp.refusals.requests import OUT_OF_SEASON, SCHOOL_NOT_SERVED
from idp.runtime.context import day_of
from idp.services.rules import access as rules
from idp.services.rules.service import Service
from idp.services.storage import persons


def why_closed(service: Service, account: AccountFacts, now: int) -> str | None:
    """The code of the refusal, None if the service is open. No SQL statement for a service without a season or list of schools."""
    if service.season_from and not rules.in_season(service, day_of(now).isoformat()):
        return OUT_OF_SEASON
    if service.accepted_schools and not rules.serves(service, _schools(account)):
        return SCHOOL_NOT_SERVED
    return None


def _schools(account: AccountFacts) -> set[str]:
    if account.kind == "pupil":
        return {place.school.uai for place in persons.schoolings(reading(), account.person_id)}
    if account.kind == "guardian":
        children = persons.children(reading(), account.person_id)
        return {child.schooling.school.uai for child in children if child.schooling}
    return {post.school.uai for post in persons.posts(reading(), account.person_id) if post.school}
