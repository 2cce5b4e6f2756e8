"""Long work: the runner of each kind of job."""

from idp.console import bulk, letter_jobs, trial_login
from idp.imports import jobs as import_jobs
from idp.imports import lifecycle as import_record
from idp.jobs import queue

RUNNERS: dict[str, queue.Runner] = {
    import_record.CHECK: import_jobs.run_check,
    import_record.WRITE: import_jobs.run_write,
    letter_jobs.KIND: letter_jobs.run,
    bulk.KIND: bulk.run,
    trial_login.KIND: trial_login.run,
}
"""The runner of each kind of long work."""
