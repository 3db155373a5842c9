"""Those that a user would take instead, each in an environment of its own.

They are installed once, under `build/peers`; one that cannot be had is left out, with a word.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent.parent / "build" / "peers"
_NEEDED: Final = {
    "scrapy": ("scrapy==2.19.0", "pillow", "scrapy-playwright==0.0.48"),
    "crawlee": ("crawlee[parsel,playwright]",),
    "img2dataset": ("img2dataset",),
}
_SECONDS: Final = 600
"""What installing one may take."""


@cache
def python_of(peer: str) -> str:
    """The interpreter of a peer's environment; "" where it cannot be installed."""
    folder = _FOLDER / peer
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists() and done.read_text() == " ".join(_NEEDED[peer]):
        return str(python)
    try:
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *_NEEDED[peer]]
        subprocess.run(command, check=True, timeout=_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{peer} is left out: {type(error).__name__}", file=sys.stderr)
        return ""
    done.write_text(" ".join(_NEEDED[peer]))
    return str(python)
