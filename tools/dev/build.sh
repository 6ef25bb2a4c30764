# Building and running.
# shellcheck shell=bash

export CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros

# Every file that the UI is built from, in a stable order.
ui_sources() {
  git ls-files --cached --others --exclude-standard ui openapi.yaml |
    grep -vE '^ui/(e2e|mock)/|\.test\.tsx?$' | sort
}

build_ui() {
  local sources
  [[ -e ui/dist/index.html ]] || rm -f .deps/stamps/ui-dist-*
  mapfile -t sources < <(ui_sources)
  once ui-dist "${sources[@]}" -- step "Browser UI" npm --prefix ui run build
}

# build_cxx PRESET TARGET…: configures when needed and builds; ninja's own progress is shown.
build_cxx() {
  local preset=$1
  shift
  [[ -e build/$preset/build.ninja ]] || step "Configure ($preset)" cmake --preset "$preset"
  say "Build ($preset)"
  ninja -C "build/$preset" -j "$(jobs_count)" "$@" >&2
}

build_help() {
  cat <<'TEXT'
usage: ./dev build [--preset release|debug|asan|tsan] [TARGET…]
  Builds the browser UI and the program (build/PRESET/bin/bedplate), or the targets named.
TEXT
}

verb_build() {
  local preset=release targets=()
  while (($#)); do
    case "$1" in
      -h | --help) build_help; return ;;
      --preset) preset=${2:?--preset needs a name}; shift ;;
      -*) fail "build: unknown option '$1'" ;;
      *) targets+=("$1") ;;
    esac
    shift
  done
  setup_for
  build_ui
  build_cxx "$preset" "${targets[@]:-bedplate}"
}

run_help() {
  cat <<'TEXT'
usage: ./dev run [--fresh] [--listen IP:PORT] [options of `bedplate demo`]
  Installs what is missing, builds, and starts the example plant in .deps/demo. Prints the address
  and a login link. Ctrl-C stops it; the data stay.

  --fresh           throws the example plant away and starts over
  --listen IP:PORT  where it listens (127.0.0.1:8080); port 0 takes a free one

  `build/release/bin/bedplate demo --help` lists the others, as those for TLS.
TEXT
}

verb_run() {
  local fresh=false arguments=()
  [[ "${1:-}" != -- ]] || shift
  while (($#)); do
    case "$1" in
      -h | --help) run_help; return ;;
      --fresh) fresh=true ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  setup_for
  build_ui
  build_cxx release bedplate
  [[ $fresh == false ]] || rm -rf .deps/demo
  exec build/release/bin/bedplate demo .deps/demo "${arguments[@]}"
}
