"""A real Chromium, the portal as a process of its own, and visitors who note what they see."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Response,
    sync_playwright,
)

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
            "microsoft-edge")  # fmt: skip
#: Named, since axe-core leaves out some of them otherwise, such as the size of targets.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 850}, {"width": 390, "height": 800}


@contextmanager
def serving(database: Path, *options: str) -> Iterator[str]:
    """The address of the portal over `database`, at a free port."""
    command = [sys.executable, "-m", "portal", "--port", "0", "--database", str(database)]
    process = subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    words = process.stdout.readline()
    assert "http://" in words, "the portal did not start"
    yield next(word for word in words.split() if word.startswith("http://")).rstrip("/")
    process.terminate()
    assert process.wait(10) in (0, -signal.SIGTERM)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: while a browser runs, asynchronous tests have no event loop."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip("no Chromium, Chrome or Edge is installed")
    options = ["--disable-background-networking", "--disable-component-update"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(published: Path) -> Iterator[str]:
    """The portal over the dozen difficult records."""
    with serving(published) as base:
        yield base


@pytest.fixture(scope="session")
def real_address(real_database: Path) -> Iterator[str]:
    """The portal over the network's own records."""
    with serving(real_database) as base:
        yield base


class Visit:
    """One visitor's pages, every request they made and every complaint of the console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._refused: set[str] = set()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("response", self._look_at)
        self.page.on("dialog", self._close)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _look_at(self, response: Response) -> None:
        request = response.request
        is_the_page = request.is_navigation_request() and request.frame == self.page.main_frame
        if is_the_page and response.status >= 400:
            self._refused.add(response.url)

    def _hear(self, message: ConsoleMessage) -> None:
        # That a page itself is an error page is what its visitor came to see.
        if message.type in ("error", "warning") and message.location["url"] not in self._refused:
            self.complaints.append(message.text)

    def _close(self, dialog: Dialog) -> None:
        self.complaints.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    @property
    def strangers(self) -> list[str]:
        """Requests to anyone but us."""
        ours = (f"{self.address}/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(ours)]


@contextmanager
def visiting(browser: Browser, address: str, **options: object) -> Iterator[Visit]:
    """A visitor who, in the end, must have met no stranger and heard no complaint."""
    context = browser.new_context(**({"viewport": WIDE} | options))  # type: ignore[arg-type]
    try:
        visitor = Visit(context, address)
        yield visitor
        assert visitor.strangers == []
        assert visitor.complaints == []
    finally:
        context.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with visiting(browser, address) as visitor:
        yield visitor


def violations(page: Page, within: str | None = None) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and best practices, in all of a page or a part."""
    options = {"runOnly": STANDARDS, "resultTypes": ["violations"]}
    answer = Axe().run(page, within, options).response
    assert len(answer["passes"]) > (5 if within else 20), "axe-core saw next to nothing"
    return [f"{one['id']}: {node['html'][:160]}" for one in answer["violations"]
            for node in one["nodes"]]  # fmt: skip
