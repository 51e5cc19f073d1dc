"""A browser and a server for the tests of pages. Each is skipped, with the reason, where there is no browser."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

TOKEN = "a-token-of-these-tests"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
QUIET_ARGUMENTS = ("--disable-sync", "--no-first-run")
DESKTOP = {"width": 1280, "height": 800}


def _chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser():
    """Chromium, for the tests of one file: while it is driven, its event loop is in the way of other tests'."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = _chromium()
    if path is None:
        pytest.skip("there is no Chromium; the environment variable CHROMIUM may name one")
    sync_api.expect.set_options(timeout=15_000)
    with sync_api.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, args=[*ARGUMENTS, *QUIET_ARGUMENTS])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of `derive serve`, with its token."""
    command = [sys.executable, "-m", "derive", "serve", "--port", "0", "--token", TOKEN, "--workers", "1"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        said = server.stdout.readline()
        yield re.search(r"http://\S+", said)[0]
        server.terminate()


@pytest.fixture
def open_page(browser, address):
    """Opens the page in a window of some kind.

    It may complain of nothing, and ask nobody but the server.
    """
    contexts, complaints = [], []

    def opened(viewport=DESKTOP, path="", **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend(_elsewhere(request.url, address)))
        page.goto(address)
        return page

    opened.complaints = complaints
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page):
    """The page on a desktop, empty."""
    return open_page()


def _elsewhere(url: str, address: str) -> list[str]:
    parts = urlsplit(url)
    is_here = parts.scheme in ("blob", "data") or parts.netloc == urlsplit(address).netloc
    return [] if is_here else [f"asked elsewhere: {url}"]
