"""Posters of 200 shops, as the job makes them: one PDF per shop and one for all, packed into a ZIP.

Prints a Markdown table: python tests/benchmarks/bench_posters.py
"""

import os
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app import clock, create_app, installation, worker
from survey_app.config import load_settings
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import poster_runs, posters
from survey_app.events import COMMAND_LINE
from survey_app.organisation import logos, shops
from survey_app.organisation.models import Organisation
from tests import staff
from tests.benchmarks.report import write_section

SHOPS = 200
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><circle cx="10" cy="10" r="9" fill="#00833f"/></svg>'
)


def main() -> None:
    """Make the shops, order, work, look at the file."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"INSTANCE_DIR": folder, "PUBLIC_URL": "https://wj.kangmin.example"})
        app = create_app(settings)
        installation.install(app)
        app.config["TESTING"] = True
        installation.use_secret(app)
        with app.app_context():
            chain = staff.fill(app)
            home = db.session.get_one(Organisation, 1)
            home.logo, home.logo_type = logos.clean_logo(LOGO)
            region = shops.all_regions()[0]
            for number in range(SHOPS - 2):
                shops.create_shop(code=f"N-{number:03}", name=f"第 {number} 药店", region=region, by=COMMAND_LINE)
            db.session.commit()
            lines = [
                "| 200 posters, SQLite, one worker | doors and order | set and packed | file |",
                "|---|---|---|---|",
            ]
            lines += [measured(chain, size) for size in posters.SIZES]
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines += ["", f"Both languages, with a logo; {used:.0f} MB at most, {os.cpu_count()} cores."]
    write_section("posters", lines)


def measured(chain: staff.Chain, size: str) -> str:
    """One line: the order with its doors, the job, the file."""
    started = time.perf_counter()
    questionnaire, now = db.session.get_one(Questionnaire, chain.questionnaire), clock.now()
    doors = poster_runs.choose_doors(
        questionnaire=questionnaire,
        shops=shops.all_shops(),
        places=["收银台"],
        create=["收银台"],
        by=COMMAND_LINE,
        now=now,
    )
    run = poster_runs.request_run(
        questionnaire=questionnaire, doors=doors, size=size, language="both", by=COMMAND_LINE, now=now
    )
    work_id, run_id = run.work_id, run.id
    assert len(doors) == SHOPS and work_id is not None
    db.session.commit()
    db.session.remove()
    ordered = time.perf_counter()
    assert worker.perform(chain.app, work_id)
    done = time.perf_counter()
    path = chain.app.extensions["survey_settings"].poster_folder / f"{run_id}.zip"
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == SHOPS + 1
    return f"| {size} | {ordered - started:.1f} s | {done - ordered:.1f} s | {path.stat().st_size / 1e6:.1f} MB |"


if __name__ == "__main__":
    main()
