# What every part of ./dev uses. Sourced, with -euo pipefail, from the top of the repository.
# shellcheck shell=bash

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
  printf './dev: %s\n' "$*" >&2
  exit 2
}

log_of() { echo "build/log/$(tr -c 'a-z0-9\n' '-' <<<"${1,,}").txt"; }

jobs_count() { nproc; }

# step NAME COMMAND… : says what it does and how long it took; the output goes to a log that is
# shown when the command fails.
step() {
  local name=$1 log started status=0
  shift
  mkdir -p build/log
  log=$(log_of "$name")
  started=$SECONDS
  say "$name"
  # Not `if ! "$@"`: in a condition, -e would not end the command at its first failing line.
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    fail "'$name' failed after $((SECONDS - started)) s; all of its output: $log"
  fi
  ((SECONDS - started < 5)) || say "$name: $((SECONDS - started)) s"
}

# once KEY FILE… -- COMMAND… : runs the command unless it succeeded before on the same files.
once() {
  local key=$1 stamp files=()
  shift
  while [[ $1 != -- ]]; do files+=("$1"); shift; done
  shift
  stamp=.deps/stamps/$key-$(cat "${files[@]}" | sha256sum | cut -c1-16)
  [[ -e $stamp ]] && return
  "$@"
  mkdir -p .deps/stamps
  rm -f .deps/stamps/"$key"-*
  touch "$stamp"
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -n "$@" || fail "needs root: 'sudo $*' was refused; run ./dev setup as root once"
  else
    fail "needs root to install packages, and there is no sudo; run ./dev setup as root once"
  fi
}

# Puts the pinned Node and npm first in PATH.
use_node() { export PATH="$PWD/.deps/node:$PATH"; }
