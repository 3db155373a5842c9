"""Which Chromium to start, and how."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.request import getproxies

from scraper.browser.options import Options
from scraper.errors import SettingError

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
"""Commands that are looked for, the leanest first."""

NOWHERE = "socks5://255.255.255.255:9"
"""A proxy that no connection can be made to: what is sent there never leaves the machine."""

CLOSED = (
    f"--proxy-server=http=direct://;https=direct://;socks={NOWHERE}",
    "--proxy-bypass-list=<-loopback>",
)
"""WebSockets, whose requests cannot be held, have a proxy of their own that leads nowhere, in
pages and in workers (Chromium's net/docs/proxy.md: of rules by scheme they take the one of SOCKS
first).
"""

LEAN = (
    "--blink-settings=imagesEnabled=false",
    "--block-new-web-contents",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--mute-audio",
    "--no-first-run",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
"""Flags that keep Chromium from asking for anything by itself, from opening windows, from loading
pictures, and small."""

UNASKED = (
    "--disable-blink-features=FedCm",
    "--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies,"
    "PrefetchSchedulerTesting:kPrefetchSchedulerTestingActiveSetSizeLimitForBase/0"
    "/kPrefetchSchedulerTestingActiveSetSizeLimitForBurst/0",
)
"""What Chromium's main process asks for in the name of a page, which nothing holds: the pages of
speculation rules (none may be under way, so none begins) and log-ins by another site. The first two
features are those of Playwright's own list, in whose place this one comes.
"""

LIGHT = (
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "msForceBrowserSignIn,msEdgeUpdateLaunchServicesPreferredVersion,RenderDocument",
)
"""A page keeps its frame, with all that draws it, from one document to the next. A new one for each
(`RenderDocument`) takes a quarter of what a house costs. The other features are those of
Playwright's own list, in whose place this one comes.
"""

MISSING = (
    "no Chromium found: install Debian's package `chromium`, or run `playwright install "
    "chromium`, or name one with -s BROWSER=PATH"
)


def find_browser(options: Options) -> str | None:
    """Path of the Chromium to start; None where there is none."""
    if options.executable:
        return options.executable
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None) or _playwright_browser()


def _playwright_browser() -> str | None:
    """The newest Chromium that `playwright install` put into its cache."""
    home = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    found = sorted(Path(home).glob("chromium*/chrome*/*"))
    names = ("chrome", "headless_shell", "chrome-headless-shell")
    return next((str(path) for path in reversed(found) if path.name in names), None)


def sandboxed(options: Options, *, root: bool, public: bool) -> bool:
    """Whether Chromium runs in its sandbox.

    Root cannot have one. On a public site that is refused unless the user says `off`: a page that
    breaks out of the renderer would be root (Playwright's documentation, "Docker", "Crawling and
    scraping").

    >>> sandboxed(Options(), root=False, public=True)
    True
    >>> sandboxed(Options(), root=True, public=False)
    False
    """
    if options.sandbox == "off":
        return False
    if root and (public or options.sandbox == "on"):
        raise SettingError(
            "the browser was asked for as root, where Chromium has no sandbox: "
            "run as another user, or accept the risk with -s BROWSER_SANDBOX=off"
        )
    return not root


def launch_options(options: Options, *, root: bool, public: bool) -> dict[str, object]:
    """Playwright's launch options; SettingError where no browser may or can be started."""
    executable = find_browser(options)
    if executable is None:
        raise SettingError(MISSING)
    safe = sandboxed(options, root=root, public=public)
    # Scripts of a page that fill the heap end that page alone, sooner than a look at its memory.
    heap = f"--js-flags=--max-old-space-size={options.memory // 2}"
    # Where the environment names a proxy Chromium takes that, as the rest of the crawl does.
    closed = () if getproxies() else CLOSED
    signals = dict.fromkeys(("handle_sigint", "handle_sigterm", "handle_sighup"), False)
    return {
        "executable_path": executable,
        "args": [*LEAN, *UNASKED, *LIGHT, *closed, heap],
        "chromium_sandbox": safe,
        **signals,  # the crawl decides when its browser ends
    }
