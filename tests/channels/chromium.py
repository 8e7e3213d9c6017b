"""A real browser without a screen, driven over its own debugging protocol."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import requests
import websockets

ROOT = Path(__file__).parents[2]
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --disable-dev-shm-usage "
    "--remote-debugging-port=0"
)


def find_program() -> str | None:
    """The browser that `tools/browser.sh` finds, with which `make test` begins; None without."""
    found = subprocess.run(
        ["sh", str(ROOT / "tools" / "browser.sh"), "--find"], capture_output=True, text=True
    )
    return found.stdout.strip() or None


@cache
def _axe() -> str:
    """The JavaScript of axe-core, which comes in a package of which no Python is run."""
    package = find_spec("axe_playwright_python")
    assert package is not None, "install the test requirements: axe-playwright-python is missing"
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")


PROGRAM = find_program()
needs_browser = pytest.mark.skipif(
    PROGRAM is None, reason="no Chromium or Chrome here (tools/browser.sh says how to get one)"
)


class PageLeft(Exception):
    """The page went to another one before it could answer."""


class Tab:
    """One tab of the browser; each has a connection of its own to what drives it."""

    def __init__(self, address: str) -> None:
        """Connect to the tab at a debugging address."""
        self._loop = asyncio.new_event_loop()
        self._wire = self._loop.run_until_complete(_connect(address))
        self._calls = 0
        # Without it no script is run before a page's own.
        self.call("Page.enable")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol; its result."""
        return self._loop.run_until_complete(self._call(method, parameters))

    def open(self, url: str) -> None:
        """Go to a page."""
        self.call("Page.navigate", url=url)

    def read(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def violations(self) -> list[str]:
        """What axe-core finds wrong with the page for people who see, hear or move otherwise.

        What is still fading in has colors that it does not keep, so this waits for its end.
        """
        self.wait_for("document.getAnimations().every(a => a.effect.getTiming().iterations > 9)")
        self.call("Runtime.evaluate", expression=_axe())
        found = "axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + n.html)))"
        answer = self.call(
            "Runtime.evaluate", expression=found, awaitPromise=True, returnByValue=True
        )
        violations: list[str] = answer["result"]["value"]
        return violations

    def wait_for(self, expression: str, seconds: float = 90) -> Any:
        """The expression's value, as soon as it is true."""
        until = time.monotonic() + seconds
        while not (value := self._read_unless_left(expression)):
            assert time.monotonic() < until, f"never true: {expression}"
            time.sleep(0.05)
        return value

    def _read_unless_left(self, expression: str) -> Any:
        """The expression's value; None where the page is just being left for another one."""
        try:
            return self.read(expression)
        except PageLeft:
            return None

    def type(self, text: str) -> None:
        """Type where the focus is, and press Enter."""
        self.call("Input.insertText", text=text)
        self.press("Enter", "\r")

    def press(self, key: str, text: str = "", *, shift: bool = False) -> None:
        """Press a key: Tab, Enter, a blank; the shift key with it."""
        code = {"Enter": 13, "Tab": 9, " ": 32}[key]
        press = {"key": key, "code": key.strip() or "Space", "windowsVirtualKeyCode": code}
        press["modifiers"] = 8 if shift else 0
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **press, **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", **press)

    def click(self, selector: str) -> None:
        """Click in the middle of the last such element, as a hand would."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].pop()"
        spot = self.read(
            f"(() => {{ const element = {found};"
            "element.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const box = element.getBoundingClientRect();"
            "return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **spot)

    def reload(self) -> None:
        """Load the page again; returns when the old one is gone."""
        self.read("window.isOld = true")
        self.call("Page.reload")
        self.wait_for("!window.isOld")

    def cut_network(self, *, is_cut: bool = True) -> None:
        """Take the tab's network away, connections that are open too, or give it back."""
        self.call("Network.enable")
        self.call(
            "Network.emulateNetworkConditions",
            offline=is_cut,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def disconnect(self) -> None:
        """Stop driving the tab."""
        self._loop.run_until_complete(self._wire.close())
        self._loop.close()

    async def _call(self, method: str, parameters: dict[str, object]) -> dict[str, Any]:
        self._calls += 1
        call = {"id": self._calls, "method": method, "params": parameters}
        await self._wire.send(json.dumps(call))
        while True:
            answer = json.loads(await self._wire.recv())
            if answer.get("id") == self._calls:
                if "navigated" in str(answer.get("error")):
                    raise PageLeft(answer)
                assert "result" in answer, answer
                return dict(answer["result"])


class Chromium(Tab):
    """One browser with a fresh profile, and its first tab."""

    def __init__(self, *flags: str) -> None:
        """Start it, with flags of a test's own if there are any."""
        assert PROGRAM is not None
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        self._process = subprocess.Popen(
            [PROGRAM, *_FLAGS.split(), *flags, f"--user-data-dir={self._profile}", "about:blank"],
            stderr=subprocess.DEVNULL,
        )
        self._tabs: list[Tab] = []
        try:
            super().__init__(self._first_tab())
        except BaseException:
            self._end()
            raise

    def new_tab(self) -> Tab:
        """Open another tab, with the same cookies."""
        made = requests.put(f"{self._address()}/json/new?about:blank", timeout=60).json()
        tab = Tab(str(made["webSocketDebuggerUrl"]))
        self._tabs.append(tab)
        return tab

    def wait_for_tab(self, part_of_address: str, seconds: float = 90) -> Tab:
        """The tab that a link has opened, as soon as it shows such an address."""
        until = time.monotonic() + seconds
        while not (found := [page for page in self._pages() if part_of_address in page["url"]]):
            assert time.monotonic() < until, f"no tab shows {part_of_address}"
            time.sleep(0.05)
        tab = Tab(str(found[0]["webSocketDebuggerUrl"]))
        self._tabs.append(tab)
        return tab

    def close(self) -> None:
        """End it and remove its profile."""
        for tab in (*self._tabs, self):
            tab.disconnect()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def _pages(self) -> list[dict[str, Any]]:
        targets = requests.get(f"{self._address()}/json", timeout=60).json()
        return [target for target in targets if target["type"] == "page"]

    def _first_tab(self) -> str:
        return str(self._pages()[0]["webSocketDebuggerUrl"])

    def _address(self) -> str:
        port_file = Path(self._profile) / "DevToolsActivePort"
        until = time.monotonic() + 300
        while not port_file.is_file() or not port_file.read_text().strip():
            assert time.monotonic() < until, "Chromium did not start"
            time.sleep(0.1)
        return f"http://127.0.0.1:{port_file.read_text().split()[0]}"


async def _connect(address: str) -> Any:
    return await websockets.connect(address, max_size=None)
