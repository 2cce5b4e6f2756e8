"""All files of a job as one: a school of twenty classes saves one archive instead of twenty files."""

import io
import zipfile

from idp.jobs import queue


def zip_of(job: int, now: int) -> bytes | None:
    """A ZIP of the files of a job that have not expired; None if there are none. In memory alone: the files hold passwords.

    The files are compressed already (PDF), so they are stored as they are.
    """
    files = [queue.read_file(job, file, now) for file, _ in queue.files_of(job, now)]
    present = [stored_file for stored_file in files if stored_file is not None]
    if not present:
        return None
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, _, data in present:
            archive.writestr(name, data)
    return content.getvalue()
