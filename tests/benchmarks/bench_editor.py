"""The editor with ten and with two hundred questions: bytes, time to open, time from a press to the changed card.

Its own server on loopback, Chromium at 1366 x 768, median of seven. Also the processor time of the server per request,
which other work on the machine does not change much.

Prints a Markdown table: python tests/benchmarks/bench_editor.py
"""

import copy
import gzip
import logging
import re
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app import clock, create_app, installation
from survey_app.database import db
from survey_app.design import drafting
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.server import whole_site
from tests import staff
from tests.benchmarks.report import write_section
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.conftest import make_settings

ROOT = Path(__file__).resolve().parents[2]
RUNS = 7
WATCH = """
window.pressed = 0; window.shown = 0;
document.addEventListener('click', () => { pressed = performance.now(); shown = 0 }, true);
document.addEventListener('htmx:afterRequest', event => {
  if (event.detail.pathInfo.requestPath.endsWith('/acts'))
    requestAnimationFrame(() => setTimeout(() => { shown = performance.now() - pressed }));
});
"""
OPENED = """[performance.getEntriesByName('first-contentful-paint')[0].startTime,
performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart]"""


def of_length(questions: int) -> Definition:
    """A questionnaire of so many questions, ten to a page, of the types of the library's order survey."""
    data = loading.load_definition(
        (ROOT / "questionnaires" / "order-satisfaction.yaml").read_bytes(), file="order"
    ).to_json()
    kinds = [q for page in data["pages"] for q in page["questions"] if "show_if" not in q]
    made = [{**copy.deepcopy(kinds[i % len(kinds)]), "name": f"v{i}"} for i in range(questions)]
    data["pages"] = [{"questions": made[i : i + 10]} for i in range(0, questions, 10)]
    data.pop("scores", None)
    return Definition.from_json({**data, "name": f"questions-{questions}"})


def opened(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds until the page is drawn and until it is ready for the hands."""
    page.goto(address, wait_until="load")
    page.wait_for_timeout(400)
    drawn, ready = page.evaluate(OPENED)
    return drawn, ready


def pressed(page: Page, selector: str) -> float:
    """Milliseconds from the press to the frame with the changed card."""
    page.locator(selector).first.click()
    for _ in range(200):
        if shown := page.evaluate("shown"):
            page.wait_for_timeout(900)  # the outline and the right pane come afterwards
            return float(shown)
        page.wait_for_timeout(15)
    raise TimeoutError(selector)


def server_times(person: staff.Person, base: str) -> dict[str, float]:
    """Milliseconds of processor time of one request each."""
    html = person.text(f"{base}/editor")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]
    question = re.findall(r'<article class="q k-[^"]*" id="n-(\w{8})"', html)[4]

    def timed(path: str, **data: str) -> float:
        sent = {"csrf_token": token, "page": "0123456789abcdef", **data}
        found = []
        for run in range(RUNS):
            began = time.process_time()
            if data:
                sent["value"] = f"text {run} {time.time()}"
                answer = person.open(base + path, method="POST", data=sent, headers={"HX-Request": "true"})
            else:
                answer = person.get(base + path)
            assert answer.status_code == 200, answer.status_code
            found.append((time.process_time() - began) * 1000)
        return statistics.median(found)

    return {
        "page": timed("/editor"),
        "field": timed("/fields", node=question, key="text", language="zh-CN"),
        "act": timed("/acts", do=f"duplicate:{question}"),
    }


def measured(browser: Browser, person: staff.Person, address: str, number: int) -> dict[str, Any]:
    """All figures of one questionnaire."""
    base = f"/questionnaires/{number}"
    size = len(gzip.compress(person.get(f"{base}/editor").get_data(), 9))
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    cookie = person.client.get_cookie("staff")
    assert cookie is not None
    context.add_cookies([{"name": "staff", "value": cookie.value, "url": address}])
    page = context.new_page()
    visits = [opened(page, f"{address}{base}/editor") for _ in range(RUNS)]
    page.evaluate(WATCH)
    swaps = {
        name: statistics.median(pressed(page, f".q.on > .qf [value^={name}]") for _ in range(RUNS))
        for name in ("duplicate", "up", "down")
    }
    context.close()
    drawn, ready = (statistics.median(column) for column in zip(*visits, strict=True))
    return {"size": size, "drawn": drawn, "ready": ready, **swaps, **server_times(person, base)}


def main() -> None:
    """Serve a fresh installation and measure both questionnaires."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    path = chromium_path()
    assert path is not None, "no Chromium on this machine"
    with tempfile.TemporaryDirectory() as folder:
        holder: dict[str, Any] = {}
        server = make_server("127.0.0.1", 0, lambda env, start: holder["site"](env, start), threaded=True)
        address = f"http://127.0.0.1:{server.server_port}"
        app = create_app(make_settings(Path(folder), PUBLIC_URL=address))
        installation.install(app)
        installation.use_secret(app)
        holder["site"] = whole_site(app)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with app.app_context(), sync_playwright() as playwright:
            chain = staff.fill(app)
            numbers = {}
            for questions in (10, 200):
                made = drafting.load_file(definition=of_length(questions), by=COMMAND_LINE, now=clock.now())
                db.session.flush()
                numbers[questions] = made.id
            db.session.commit()
            db.session.remove()
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
            person = chain.signed_in("researcher")
            found = {questions: measured(browser, person, address, number) for questions, number in numbers.items()}
            browser.close()
        server.shutdown()
    ten, many = found[10], found[200]
    rows = [
        ("page, compressed", "size", lambda v: f"{v / 1000:.1f} KB", "15 KB for ten questions"),
        ("first paint", "drawn", lambda v: f"{v:.0f} ms", ""),
        ("ready for typing", "ready", lambda v: f"{v:.0f} ms", "1,000 ms"),
        ("duplicate: press to changed page", "duplicate", lambda v: f"{v:.0f} ms", "150 ms"),
        ("move up", "up", lambda v: f"{v:.0f} ms", "150 ms"),
        ("move down", "down", lambda v: f"{v:.0f} ms", "150 ms"),
        ("server: page", "page", lambda v: f"{v:.0f} ms", ""),
        ("server: save a field", "field", lambda v: f"{v:.0f} ms", ""),
        ("server: duplicate", "act", lambda v: f"{v:.0f} ms", ""),
    ]
    write_section(
        "editor",
        ["| editor | 10 questions | 200 questions | ratio | goal (200) |", "|---|---|---|---|---|"]
        + [
            f"| {name} | {show(ten[key])} | {show(many[key])} | {many[key] / ten[key]:.1f} | {goal} |"
            for name, key, show, goal in rows
        ],
    )


if __name__ == "__main__":
    main()
