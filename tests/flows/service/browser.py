"""A headless Chromium driven over its own protocol: as much of it as opening a page, typing and reading needs."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1200,900", "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE = 120.0


def installed() -> str | None:
    """The browser's command, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers to one command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, url: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=url)

    def text(self) -> str:
        """What a reader sees."""
        answer = self.call(
            "Runtime.evaluate", expression="document.body ? document.body.innerText : ''", returnByValue=True
        )
        return answer["result"].get("value") or ""

    def asked(self) -> set[str]:
        """The hosts from which the page has loaded anything; what it holds itself (data:, blob:) has none."""
        every = (
            "performance.getEntriesByType('resource').map(e => new URL(e.name))"
            ".filter(url => !['data:', 'blob:'].includes(url.protocol)).map(url => url.host)"
        )
        answer = self.call("Runtime.evaluate", expression=every, returnByValue=True)
        return set(answer["result"]["value"])

    def until(self, *words: str) -> str:
        """The page's text once it shows all these words."""
        ends = time.monotonic() + PATIENCE
        while not all(word in (shown := self.text()) for word in words):
            assert time.monotonic() < ends, f"{words} are not on the page:\n{shown}"
            time.sleep(0.3)
        return shown

    def type_into(self, selector: str, text: str) -> None:
        """Type a text into a field and press Enter."""
        ends = time.monotonic() + PATIENCE
        focus = f"(e => e && (e.focus(), true))(document.querySelector({json.dumps(selector)}))"
        while not self.call("Runtime.evaluate", expression=focus, returnByValue=True)["result"].get("value"):
            assert time.monotonic() < ends, f"no {selector} on the page:\n{self.text()}"
            time.sleep(0.3)
        self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r"
            )


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A fresh browser with an empty profile in `folder`, ended with the block."""
    command = installed()
    assert command is not None
    environment = {**os.environ, "HOME": str(folder)}
    process = subprocess.Popen(
        [command, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    try:
        note = folder / "DevToolsActivePort"
        ends = time.monotonic() + PATIENCE
        while not note.exists() or len(note.read_text().splitlines()) < 2:
            assert process.poll() is None, "the browser ended"
            assert time.monotonic() < ends, "the browser does not say where it listens"
            time.sleep(0.1)
        port = note.read_text().splitlines()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=30) as answer:
            target = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(target["webSocketDebuggerUrl"], max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
