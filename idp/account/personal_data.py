"""A person downloads what is stored about them (GDPR articles 15 and 20)."""

from idp.audit import trail
from idp.database.engine import transaction
from idp.people.rules.accounts import AccountFacts
from idp.privacy.report import Report, report_on


def download(account: AccountFacts, now: int) -> Report:
    """The report on the person; the download is on record."""
    report = report_on(account, now)
    with transaction() as tx:
        trail.record(tx, now, "data.downloaded", account.actor, account.actor)
    return report
