#!/usr/bin/env bash
# Passes every test: installs Postgres, tmux, OpenSSH and libfaketime where they are missing, then runs `cargo test`, and the kill
# test once more on builds that are broken on purpose.
# Arguments go to `cargo test`: tests/run.sh --lib domain
set -euo pipefail
cd "$(dirname "$0")/.."

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }

missing=()
have_postgres || missing+=(postgresql)
command -v tmux >/dev/null || missing+=(tmux)
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || missing+=(openssh-server)
command -v ssh >/dev/null || missing+=(openssh-client)
compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(libfaketime)
command -v cc >/dev/null || missing+=(build-essential)
if [ "${#missing[@]}" -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "tests/run.sh: missing: ${missing[*]}; install them with your package manager, then run this again" >&2
        exit 1
    fi
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    # The tests start a server of their own; Debian's need not run.
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
fi

cargo test "$@"
# With arguments somebody asked for certain tests; without, each fault must be seen by the harness that looks for it.
if [ "$#" = 0 ]; then
    cargo test --features sabotage --test it kill::broken -- --nocapture
fi
