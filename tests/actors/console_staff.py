"""Staff who work in the console."""

from tests.actors.world import Someone, World

ACADEMY = {"academy_administrator", "academy_support", "academy_auditor"}


def worker_of(world: World, role: str) -> Someone:
    someone = world.staff("Anne", "Petit", role)
    if role in ACADEMY:
        from sqlalchemy import update

        from idp.database.engine import transaction
        from idp.people.storage.tables import StaffPost

        with world.app.app_context(), transaction() as tx:
            tx.execute(update(StaffPost).where(StaffPost.person_id == someone.person).values(school_id=None))
    return someone
