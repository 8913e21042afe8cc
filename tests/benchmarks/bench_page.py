"""The respondent's page as an old phone on a slow line sees it: bytes, requests, LCP, INP of a tap, CLS.

Conditions of Lighthouse's mobile setting with DevTools throttling: 360 x 740, processor slowed four times, 562 ms latency,
1.44 Mbit/s down, cold cache; the site under its own server on loopback; median of five.

Prints a Markdown table: python tests/benchmarks/bench_page.py
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.report import write_section
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path

ROOT = Path(__file__).resolve().parents[2]
FLASK = Path(sys.executable).with_name("flask")
QUESTIONNAIRE = ROOT / "tests" / "questionnaires" / "ten-questions.yaml"
RUNS = 5
OBSERVE = """
window.seen = {lcp: 0, cls: 0, event: 0};
const watch = (type, see) => new PerformanceObserver(list => list.getEntries().forEach(see))
  .observe({type, buffered: true, durationThreshold: 16});
watch('largest-contentful-paint', entry => seen.lcp = entry.startTime);
watch('layout-shift', entry => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch('event', entry => seen.event = Math.max(seen.event, entry.duration));
"""


def flask(environment: dict[str, str], *words: str) -> str:
    """Run one command of the platform."""
    done = subprocess.run([str(FLASK), *words], cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def visit(browser: Browser, address: str) -> dict[str, float]:
    """One cold visit: load, answer the first question with a tap, read the observers."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(OBSERVE)
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 562, "downloadThroughput": 1_440_000 / 8 * 0.9, "uploadThroughput": 675_000 / 8},
    )
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    counted = {"requests": 0, "bytes": 0}

    def finished(event: dict[str, float]) -> None:
        counted["requests"] += 1
        counted["bytes"] += int(event["encodedDataLength"])

    cdp.on("Network.loadingFinished", finished)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(600)
    loaded = dict(counted)
    page.locator("label:visible").nth(2).tap()
    page.wait_for_timeout(400)
    seen = page.evaluate("seen")
    context.close()
    return {**loaded, "lcp": seen["lcp"] / 1000, "inp": seen["event"], "cls": seen["cls"]}


def main() -> None:
    """Serve a fresh installation and visit it."""
    with tempfile.TemporaryDirectory() as folder:
        port = "8391"
        environment = {
            **os.environ,
            "INSTANCE_DIR": folder,
            "DATABASE_URL": "",
            "PORT": port,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        flask(environment, "questionnaires", "load", str(QUESTIONNAIRE))
        flask(environment, "questionnaires", "publish", "ten-questions")
        address = flask(environment, "collectors", "create", "ten-questions", "--kind", "link")
        server = subprocess.Popen([str(FLASK), "web"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(address, timeout=2).read()
                    break
                except OSError:
                    time.sleep(0.1)
            path = chromium_path()
            assert path is not None, "no Chromium on this machine"
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
                visits = [visit(browser, address) for _ in range(RUNS)]
                browser.close()
        finally:
            server.terminate()
            server.wait(30)
    middle = {name: statistics.median(v[name] for v in visits) for name in visits[0]}
    write_section(
        "page",
        [
            "| 10 questions, first open | measured | goal |",
            "|---|---|---|",
            f"| transfer | {middle['bytes'] / 1000:.1f} KB in {middle['requests']:.0f} requests | 10 KB, 2 |",
            f"| LCP | {middle['lcp']:.2f} s | 1.5 s |",
            f"| longest event of a tap | {middle['inp']:.0f} ms | 100 ms |",
            f"| CLS | {middle['cls']:.3f} | 0 |",
        ],
    )


if __name__ == "__main__":
    main()
