#!/usr/bin/env bash
# The whole list on one machine, a process a part, by GNU parallel:
#   CONTACT=you@example.org parallel/parts.sh SITE PLACE [PARTS [WORKERS]]
# Run again it goes on. Exit codes: docs/exit-codes.md.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "use: $0 SITE PLACE [PARTS [WORKERS]]" >&2
    exit 2
fi
site=$1 place=$2 parts=${3:-8} workers=${4:-$(nproc)}
export SCRAPY_SETTINGS_MODULE=settings SHELL=/bin/bash
common=(-a "site=$site" -s "DATASET=$place" -s "CONTACT=${CONTACT:-}")

# One part, again while it is incomplete; by its variable, as every engine does it.
part() {
    local code try
    export SLURM_ARRAY_TASK_ID=$1 HOUSECRAWL_PARTS=$2
    shift 2
    for try in 1 2 3 4 5; do
        code=0
        scrapy crawl houses "$@" || code=$?
        [ "$code" = 3 ] || [ "$code" -gt 128 ] || break
        echo "part $SLURM_ARRAY_TASK_ID: try $try ended with $code" >&2
    done
    return "$code"
}
export -f part

scrapy crawl ids "${common[@]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mapfile -t numbers < <(seq 0 $((parts - 1)))
parallel --will-cite --jobs "$workers" --joblog "$log" --termseq TERM,30000,KILL,25 \
    part {} "$parts" "${common[@]@Q}" -s "PACE_WORKERS=$workers" ::: "${numbers[@]}" </dev/null &
parallel=$! stopped=
trap 'stopped=yes; kill -TERM "$parallel"' TERM INT
wait "$parallel" || true
if [ -n "$stopped" ]; then
    wait "$parallel" || true
    echo "stopped: the same command again goes on" >&2
    exit 3
fi
# What would end the same is not tried again; whatever else a part left is visited here, and a
# version is published.
worst=$(awk 'NR > 1 && ($7 == 2 || $7 == 4 || $7 == 5) { print $7; exit }' "$log")
[ -z "$worst" ] || exit "$worst"
scrapy crawl houses "${common[@]}"
