#!/usr/bin/env bash
# Sets up this clone: a virtual environment from the lock file, and a browser.
#   deploy/setup.sh run|dev [PYTHON]
# `run` installs what a crawl needs, `dev` what the tests need on top. Debian packages are
# installed where we are root; elsewhere it says what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
python=${2:-python3}

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

debian() { # install Debian packages where that is possible
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
    say "installing Debian packages: $*"
    local log
    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        return 1
    fi
}

right_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! right_python "$python"; then
    debian python3 python3-venv || true
    right_python "$python" || fail "Python 3.11 or newer is needed ('$python' is not): name one with make PYTHON=..."
fi

if [ ! -x .venv/bin/pip ]; then
    say "making .venv"
    "$python" -m venv .venv >/dev/null 2>&1 || {
        rm -rf .venv
        debian python3-venv || fail "Python's venv module is missing: install Debian's python3-venv"
        "$python" -m venv .venv
    }
fi

lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
stamp=.venv/.installed-$kind
want=$(cat "$lock" pyproject.toml | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    say "installing the packages of $lock (about a minute)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/build.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    printf '%s' "$want" >"$stamp"
fi

driver() { .venv/bin/playwright --version >/dev/null 2>&1; }

if ! driver; then # its Node.js needs a library that a bare Debian lacks
    debian libatomic1 || true
    driver || fail "Playwright's driver does not start: $(.venv/bin/playwright --version 2>&1 | tail -n 1)"
fi

browser() { .venv/bin/python -c 'import sys
from scraper.browser.find import find_browser
from scraper.browser.options import Options
sys.exit(find_browser(Options.from_settings({})) is None)'; }

if ! browser; then
    say "no Chromium found: getting one"
    debian chromium-headless-shell || debian chromium || .venv/bin/playwright install chromium-headless-shell || true
    browser || fail "no Chromium: install Debian's package chromium, or run .venv/bin/playwright install chromium"
fi

# Engines that tests drive; those of one that is missing are skipped, and say so.
if [ "$kind" = dev ] && ! { command -v redis-server && command -v parallel; } >/dev/null; then
    RUNLEVEL=1 debian redis-server parallel || say "without redis-server and parallel their tests are skipped"
fi
