"""The home of "Mon compte": the state of each part of an account, for its cards."""

from dataclasses import dataclass

from idp.account import children, mobile, services, sessions
from idp.account.services import ServiceInUse
from idp.factors import changes
from idp.people.rules.accounts import AccountFacts
from idp.people.storage.family import Relative
from idp.privacy import erasure_requests
from idp.services import consent
from idp.signin import history
from idp.signin.history import HistoryLine


@dataclass(frozen=True)
class Home:
    """`devices`: live sessions. `factors`: ways of the second step. `mobile`: the number that recoveries use.

    `questions`, `agreements`: of the children under 15. `last_act`: the newest line of the history.
    `erasure_waits`: whether a request for erasure waits for its answer.
    """

    devices: int
    factors: int
    mobile: str | None
    relatives: tuple[Relative, ...]
    questions: int
    agreements: int
    services: tuple[ServiceInUse, ...]
    last_act: HistoryLine | None
    erasure_waits: bool


def home_of(account: AccountFacts, now: int) -> Home:
    app, keys, _ = changes.summary(account)
    of_children = consent.of_children(account, now) if account.kind == "guardian" else []
    request = erasure_requests.latest_of(account)
    newest = history.newest(account.id, None, 1)
    return Home(
        devices=len(sessions.open_sessions(account.id, now)),
        factors=app + len(keys),
        mobile=mobile.number_of(account),
        relatives=tuple(_relatives_of(account)),
        questions=sum(bool(row.asked_scope) for row in of_children),
        agreements=sum(row.given_at is not None for row in of_children),
        services=tuple(services.services_of(account)),
        last_act=newest[0] if newest else None,
        erasure_waits=request is not None and request.is_open,
    )


def _relatives_of(account: AccountFacts) -> list[Relative]:
    if account.kind == "guardian":
        return children.children_of(account)
    return children.guardians_of(account) if account.kind == "pupil" else []
