#!/usr/bin/env bash
# Builds both images and tries them, where buildah is and root may make namespaces; no Docker needed:
#   deploy/image_check.sh [BASE [slim|browser]]
# Each image is run as a container is: process, mount and IPC namespaces of its own, its filesystem
# as root, tini as process 1, the image's user without any privilege and without new ones. Only the
# network and the cgroup are this machine's, and no filter of system calls is laid on.
# BUILDAH: the command with options of its own, such as `buildah --storage-driver vfs`, which works
# everywhere and copies everything. BUILD_OPTIONS: more options of its `bud`, such as --layers.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:-debian:bookworm-slim} only=${2:-}
export BUILDAH_ISOLATION=chroot
# shellcheck disable=SC2086  # a command and its options
buildah() { command ${BUILDAH:-buildah} "$@"; }
work=$(mktemp -d)
made=()

clean() {
    # With its process 1 a namespace ends.
    for one in $(jobs -p); do
        pgrep -P "$one" | xargs -r kill -KILL || true
        kill "$one" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    for one in "${made[@]}"; do buildah rm "$one" >/dev/null || true; done
    rm -rf "$work"
}
trap clean EXIT
fail() { echo "image: FAILED: $*" >&2; tail -n 15 "$work"/*.log >&2; exit 1; }
ok() { echo "image: $*"; }

build() { # TARGET
    # shellcheck disable=SC2086  # several options in one variable
    buildah bud --network host ${BUILD_OPTIONS:-} --build-arg "BASE=$base" \
        --target "$1" --tag "housecrawl:$1" --file deploy/Dockerfile . >"$work/build-$1.log" 2>&1 \
        || fail "the target $1 was not built"
    ok "$1: built from $base"
}

of() { buildah inspect --type image --format "{{$2}}" "localhost/housecrawl:$1"; }

# Runs a command in a container of an image: `inside ROOT TARGET COMMAND...`
inside() {
    local root=$1 target=$2 environment=() user entry
    shift 2
    mapfile -t environment < <(of "$target" 'range .OCIv1.Config.Env}}{{println .}}{{end' | sed '/^$/d')
    user=$(of "$target" .OCIv1.Config.User)
    entry=$(of "$target" 'range .OCIv1.Config.Entrypoint}}{{.}} {{end')
    # A root that was pivoted to, as a container's is: inside a mere chroot the kernel allows nobody
    # a user namespace, and Chromium would have no sandbox.
    # shellcheck disable=SC2016,SC2086  # its own variables; several words in one
    exec unshare --pid --mount --ipc --uts --fork --propagation private bash -c '
        set -e; root=$1 user=$2 folder=$3; shift 3
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs -o mode=755 tmpfs "$root/dev"
        mkdir -m 1777 "$root/dev/shm"
        for one in null zero full random urandom; do
            : >"$root/dev/$one"; mount --bind "/dev/$one" "$root/dev/$one"
        done
        ln -s /proc/self/fd "$root/dev/fd"
        cd "$root"; pivot_root . .; umount -l .; cd "$folder"
        exec /usr/bin/env -i /usr/bin/setpriv --reuid "${user%:*}" --regid "${user#*:}" \
            --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
    ' inside "$root" "$user" "$(of "$target" .OCIv1.Config.WorkingDir)" \
        /usr/bin/env "${environment[@]}" $entry "$@"
}

rights() { # TARGET: the user, what it may not do, and what it may
    local root=$1 target=$2
    # shellcheck disable=SC2016  # the inner shell's variables
    (inside "$root" "$target" sh -c '
        test "$(id -u):$(id -g)" = 10001:10001; test ! -w /opt/housecrawl -a ! -w /etc
        grep -q "^CapEff:.*0000000000000000$" /proc/self/status
        test "$(cat /proc/1/comm)" = tini; housecrawl doctor || true') >"$work/$target-doctor.log" 2>&1 \
        || fail "$target: user or rights"
    local last="nothing is missing"
    [ "$target" = browser ] || last="missing: browser"
    tail -n 1 "$work/$target-doctor.log" | grep -q "^$last" || fail "$target: doctor"
    ok "$target: user 10001 without a privilege, tini is process 1, the program is not writable"
}

site() { # ROOT TARGET HOUSES: serves the demo in a container of its own
    : >"$work/$2-site.log"
    (inside "$1" "$2" housecrawl demo --houses "$3" --site-file /data/demo.toml) >>"$work/$2-site.log" 2>&1 &
    until grep -q "Ctrl-C stops it" "$work/$2-site.log"; do
        kill -0 $! 2>/dev/null || fail "$2: the demo site does not start"
        sleep 0.2
    done
}

stopped() { # ROOT TARGET: a crawl under way, SIGTERM to its process 1
    local root=$1 target=$2 log="$work/$2-crawl.log" started code=0
    local crawl=(-a site=/data/demo.toml -s DATASET=/data/houses)
    (inside "$root" "$target" scrapy crawl ids "${crawl[@]}") >"$work/$target-ids.log" 2>&1 \
        || fail "$target: the list"
    (inside "$root" "$target" scrapy crawl houses "${crawl[@]}") >"$log" 2>&1 &
    local outside=$!
    until grep -q "houses: [1-9][0-9]*/" "$log"; do
        kill -0 $outside 2>/dev/null || fail "$target: the crawl ended by itself"
        sleep 0.2
    done
    started=$(date +%s%N)
    kill -TERM "$(pgrep -P $outside)"
    wait $outside || code=$?
    local took=$((($(date +%s%N) - started) / 1000000))
    [ $code = 3 ] || fail "$target: exit $code after SIGTERM"
    [ $took -lt 25000 ] || fail "$target: $took ms from SIGTERM to the end"
    ok "$target: SIGTERM to process 1 in the middle of a crawl: exit 3 after $took ms"
}

again() { # ROOT TARGET: the same command goes on
    (inside "$1" "$2" scrapy crawl houses -a site=/data/demo.toml -s DATASET=/data/houses) \
        >"$work/$2-again.log" 2>&1 || fail "$2: the same command again"
    ok "$2: the same command again: exit 0: $(grep -o 'housecrawl houses: done.*' "$work/$2-again.log")"
}

queue() { # ROOT TARGET: two workers, each in a container of its own, with a Redis server outside
    local root=$1 target=$2 port redis log="$work/$2-queue.log" workers=()
    port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    redis=redis://127.0.0.1:$port
    redis-server --bind 127.0.0.1 --port "$port" --save "" --dir "$work" >"$work/redis.log" 2>&1 &
    local server=$!
    until grep -q "Ready to accept" "$work/redis.log"; do
        kill -0 $server 2>/dev/null || fail "redis-server does not start"
        sleep 0.1
    done
    site "$root" "$target" 40
    {
        (inside "$root" "$target" scrapy crawl ids -a site=/data/demo.toml -s DATASET=/data/queue) \
            && (inside "$root" "$target" housecrawl fleet submit --site /data/demo.toml --parts 4 \
                --dataset /data/queue --engine "$redis/0" --workers 2 -s "FLEET_PACE=$redis/1")
    } >"$log" 2>&1 || fail "$target: an order for a queue"
    for one in 1 2; do
        (inside "$root" "$target" env HOUSECRAWL_STATE=/data/worker-$one \
            housecrawl fleet work /data/queue) >"$work/$target-worker-$one.log" 2>&1 &
        workers+=($!)
    done
    for one in "${workers[@]}"; do wait "$one" || fail "$target: a worker ended with $?"; done
    (inside "$root" "$target" housecrawl fleet finish /data/queue) >>"$log" 2>&1 \
        || fail "$target: the end of an order"
    [ -n "$(redis-cli -p "$port" -n 1 --scan)" ] || fail "$target: the pace was not kept in Redis"
    kill $server
    ok "$target: two workers by Redis Streams, one pace by FLEET_PACE: $(grep -o '^version [0-9]*' "$log")"
}

started() { # TARGET -> ROOT
    local name
    name=$(buildah from --pull-never "localhost/housecrawl:$1")
    made+=("$name")
    root=$(buildah mount "$name")
}

if [ "$only" != browser ]; then
    build slim
    started slim
    rights "$root" slim
    site "$root" slim 400
    # The slim image has no browser: the houses that need one are left to the other.
    sed -i '/^\[render\]/,/^$/d' "$root/data/demo.toml"
    printf '\n[render]\nmode = "never"\n' >>"$root/data/demo.toml"
    stopped "$root" slim
fi
if [ "$only" != slim ]; then
    build browser
    started browser
    rights "$root" browser
    (inside "$root" browser housecrawl demo --run /data/demo) >"$work/browser-demo.log" 2>&1 || {
        grep -A 60 '"reasons"' "$root/data/demo/run.json" >&2
        fail "browser: the whole demo"
    }
    ok "browser: the whole demo, JavaScript included, equals the truth"
    grep -q '"browser/sandbox": true' "$root/data/demo/run.json" \
        || fail "browser: Chromium ran without its sandbox"
    ok "browser: Chromium's sandbox was on"
    site "$root" browser 400
    stopped "$root" browser
    again "$root" browser
    if command -v redis-server >/dev/null; then queue "$root" browser; fi
fi
