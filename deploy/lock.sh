#!/usr/bin/env bash
# Resolves the dependencies anew, with hashes and without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
        --no-annotate --quiet --custom-compile-command "make lock" "$@"
}
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet uv
# Redis: workers in the image take parts from a stream, and ask it for the common pace.
compile pyproject.toml --extra redis -o requirements.lock
compile pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
echo 'setuptools>=77' | compile - -c requirements-dev.lock -o deploy/build.lock
