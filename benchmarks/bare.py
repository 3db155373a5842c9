"""The floor of rendering: Chromium over its pipe, with no crawl, gate, driver or row around it.

    python -m benchmarks.bare ROOT HOUSES [guarded]

Four tabs go from house to house, wait until a page has its heading, and read its document. Whoever
has Chromium render these pages pays at least this. `guarded`: each request is held until it is let
go, as for a gate that asks robots.txt, and a page is emptied before the next, so that no script of
one house runs on under the name of another. The flags are those of a crawl.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from scraper.browser.find import LEAN, LIGHT

FIRST: Final = 10**8
"""The ID of the first house."""
EXECUTABLE: Final = "/usr/bin/chromium-headless-shell"
_TABS: Final = 4
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--no-startup-window",
    "--remote-debugging-pipe",
    *LEAN,
    *LIGHT,
)
_SHOWN: Final = """new Promise((done) => {
  const look = () => document.querySelector("h1") && done(document.documentElement.outerHTML);
  new MutationObserver(look).observe(document, {subtree: true, childList: true});
  look();
})"""


class Pipe:
    """DevTools' protocol over two pipes: one JSON object after the other, each ended by a zero."""

    def __init__(self, asked: int, told: int) -> None:
        self._asked, self._told, self._rest = asked, told, b""
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._begun: dict[str, asyncio.Event] = {}
        self._going = set[asyncio.Task[Any]]()
        self._numbers = itertools.count(1)
        asyncio.get_running_loop().add_reader(told, self._read)

    def begun(self, session: str) -> asyncio.Event:
        """Set when the tab of a session has begun another document."""
        return self._begun.setdefault(session, asyncio.Event())

    async def ask(self, method: str, session: str | None = None, **params: object) -> Any:
        """The answer's `result`; RuntimeError where it is an error."""
        number = next(self._numbers)
        said = {"id": number, "method": method, "params": params}
        said |= {"sessionId": session} if session else {}
        waited = self._answers[number] = asyncio.get_running_loop().create_future()
        os.write(self._asked, json.dumps(said).encode() + b"\0")
        answer = await waited
        if "result" not in answer:
            raise RuntimeError(f"{method}: {answer}")
        return answer["result"]

    def _read(self) -> None:
        *messages, self._rest = (self._rest + os.read(self._told, 1 << 20)).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Page.frameNavigated":
                self.begun(message["sessionId"]).set()
            elif message["method"] == "Fetch.requestPaused":
                self._let_go(message["sessionId"], message["params"]["requestId"])

    def _let_go(self, session: str, request: str) -> None:
        asked = self.ask("Fetch.continueRequest", session, requestId=request)
        task = asyncio.get_running_loop().create_task(asked)
        self._going.add(task)
        task.add_done_callback(self._going.discard)


@contextmanager
def chromium() -> Iterator[tuple[int, int]]:
    """A running browser: the pipe that it reads, and the one that it writes."""
    read, asked = os.pipe()
    told, write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # It wants its pipes as 3 and 4.
        pipes = ["bash", "-c", f'exec 3<&{read} 4>&{write} "$@"', "bash", EXECUTABLE]
        command = [*pipes, *_FLAGS, f"--user-data-dir={profile}"]
        process = subprocess.Popen(command, pass_fds=(read, write), stderr=subprocess.DEVNULL)
        os.close(read)
        os.close(write)
        try:
            yield asked, told
        finally:
            os.close(asked)  # it ends with its pipe
            process.wait()
            os.close(told)


async def go(pipe: Pipe, session: str, url: str) -> None:
    """Have a tab begin another document."""
    begun = pipe.begun(session)
    begun.clear()
    await pipe.ask("Page.navigate", session, url=url)
    await begun.wait()


async def tab(pipe: Pipe, root: str, numbers: Iterator[int], guarded: bool) -> None:
    """Render one house after the other in a tab; SystemExit where a page is not the house's."""
    made = await pipe.ask("Target.createTarget", url="about:blank", width=1024, height=600)
    attached = await pipe.ask("Target.attachToTarget", targetId=made["targetId"], flatten=True)
    session = attached["sessionId"]
    await pipe.ask("Page.enable", session)
    if guarded:
        await pipe.ask("Fetch.enable", session, patterns=[{"urlPattern": "*"}])
    for number in numbers:
        await go(pipe, session, f"{root}/house/{FIRST + number}")
        shown = {"expression": _SHOWN, "awaitPromise": True, "returnByValue": True}
        found = await pipe.ask("Runtime.evaluate", session, **shown)
        if "Oak Street" not in found["result"]["value"]:
            raise SystemExit(f"house {number} is not what was shown: {found}")
        if guarded:
            await go(pipe, session, "about:blank")


async def render(root: str, houses: int, *, guarded: bool) -> None:
    """Render so many houses, four at once."""
    with chromium() as (asked, told):
        pipe, numbers = Pipe(asked, told), iter(range(houses))
        await asyncio.gather(*(tab(pipe, root, numbers, guarded) for _ in range(_TABS)))
        asyncio.get_running_loop().remove_reader(told)


if __name__ == "__main__":
    asyncio.run(render(sys.argv[1], int(sys.argv[2]), guarded=sys.argv[3:] == ["guarded"]))
