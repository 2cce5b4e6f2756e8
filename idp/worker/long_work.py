"""Long work: the runner of each kind of job, and which kinds are long."""

from idp.console import bulk, letter_jobs, trial_login
from idp.imports import jobs as import_jobs
from idp.imports import lifecycle as import_record
from idp.jobs import queue

LONG: dict[str, queue.Runner] = {
    import_record.CHECK: import_jobs.run_check,
    import_record.WRITE: import_jobs.run_write,
}
"""The runner of each kind whose single step reads or writes a whole school: one at a time for each school."""

SHORT: dict[str, queue.Runner] = {
    letter_jobs.KIND: letter_jobs.run,
    bulk.KIND: bulk.run,
    trial_login.KIND: trial_login.run,
}
"""The runner of each kind with short steps: they go before the long ones."""

RUNNERS = {**SHORT, **LONG}
