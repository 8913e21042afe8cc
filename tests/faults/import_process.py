"""A real worker that takes imports in small pieces and waits for nothing; run as `python -m tests.faults.import_process ROWS`."""

import sys
from datetime import timedelta

from survey_app import create_app, work, worker
from survey_app.people import importing

if __name__ == "__main__":
    importing.CHUNK = int(sys.argv[1])
    work.LEASE = timedelta(seconds=2)
    work.FIRST_PAUSE = timedelta(seconds=0.05)
    worker.SWEEP_SECONDS = 1
    worker.LOST_AFTER = timedelta(seconds=1)
    worker.run(create_app())
