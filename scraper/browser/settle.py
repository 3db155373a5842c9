"""When a rendered page is finished enough to be read; and then what it is, at once."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

QUIET: Final = 500
"""Milliseconds without a change and without an open request after which a page is finished."""
SHOWN: Final = 120
"""The same, once the page changed after data had come: then it has shown what it asked for."""
QUIET_LIMIT: Final = 8_000
"""Milliseconds after which a page that never stops is read as it stands."""
_LEADS: Final = 5
"""Times that a page may lead elsewhere while it is waited for."""

COUNTING: Final = """(() => {
  const state = {open: 0, came: 0};
  Object.defineProperty(globalThis, "__open", {value: state});
  const over = () => { state.open -= 1; state.came = performance.now(); };
  const ask = globalThis.fetch;
  if (ask) globalThis.fetch = function (...args) {
    state.open += 1;
    const answer = ask.apply(this, args);
    answer.then((one) => one.clone().arrayBuffer()).then(over, over);
    return answer;
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...args) {
    state.open += 1;
    this.addEventListener("loadend", over, {once: true});
    return send.apply(this, args);
  };
})();"""
"""Run in each document before its own scripts: counts the requests that they wait for."""

WAITING: Final = """([quiet, shown, limit]) => new Promise((done) => {
  const began = performance.now();
  let changed = began, timer = 0;
  const state = globalThis.__open || {open: 0, came: 0};
  const html = () => {
    const type = document.doctype;
    const head = type ? new XMLSerializer().serializeToString(type) : "";
    return head + (document.documentElement ? document.documentElement.outerHTML : "");
  };
  const look = () => {
    const now = performance.now(), last = Math.max(changed, state.came);
    const wait = state.came && changed >= state.came ? shown : quiet;
    const still = document.readyState === "complete" && !state.open;
    const left = still ? last + wait - now : 50;
    if (left <= 0 || now - began > limit) { seen.disconnect(); done(html()); }
    else timer = setTimeout(look, Math.min(left, 100));
  };
  const seen = new MutationObserver(() => { changed = performance.now(); });
  seen.observe(document, {subtree: true, childList: true, characterData: true});
  look();
})"""
"""One call a page: waits inside it and gives its document."""


async def settle(page: Page) -> str:
    """The document of a page once it has shown what it asked for, or has had its time."""
    for _ in range(_LEADS):
        try:
            return str(await page.evaluate(WAITING, [QUIET, SHOWN, QUIET_LIMIT]))
        except PlaywrightError as error:
            if "context was destroyed" not in str(error):
                raise
            await page.wait_for_load_state("domcontentloaded")
    return await page.content()
