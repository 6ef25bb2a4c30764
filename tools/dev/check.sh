# Tests, linters, measurements, fuzzers.
# shellcheck shell=bash

test_help() {
  cat <<'TEXT'
usage: ./dev test [--preset release|debug|asan|tsan] [--long] [-R REGEX]
  Installs what is missing, builds, and runs every test; ends with ctest's summary.
  --long   the long forms of the crash and statistics tests
  -R       only the tests whose names match
TEXT
}

verb_test() {
  local preset=release arguments=()
  while (($#)); do
    case "$1" in
      -h | --help) test_help; return ;;
      --preset) preset=${2:?--preset needs a name}; shift ;;
      --long) export BEDPLATE_LONG=1 ;;
      -R) arguments+=(-R "${2:?-R needs a pattern}"); shift ;;
      *) fail "test: unknown option '$1'" ;;
    esac
    shift
  done
  setup_for test
  setup_compat
  build_ui
  build_cxx "$preset" all
  say "Tests"
  ctest --test-dir "build/$preset" --output-on-failure -j "$(jobs_count)" "${arguments[@]}"
}

cxx_files() { git ls-files --cached --others --exclude-standard 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'bench/*.cc' 'bench/*.h'; }

verb_fmt() {
  [[ ${1:-} != --help && ${1:-} != -h ]] || { echo "usage: ./dev fmt      formats the code"; return; }
  setup_for
  setup_lint
  cxx_files | xargs -r .venv/bin/clang-format -i
  npm --prefix ui run --silent fmt
}

lint_tidy() {
  cxx_files | grep -E '\.cc$' | grep -vE '_(bench|fuzz)\.cc$' |
    xargs -r -P "$(jobs_count)" -n 4 .venv/bin/clang-tidy --quiet -p build/release
}

verb_lint() {
  [[ ${1:-} != --help && ${1:-} != -h ]] || { echo "usage: ./dev lint     every linter; changes nothing"; return; }
  setup_for lint test
  setup_lint
  step "Formatting" bash -c 'set -o pipefail; git ls-files "src/*.cc" "src/*.h" "tests/*.cc" "tests/*.h" "bench/*.cc" "bench/*.h" | xargs -r .venv/bin/clang-format --dry-run --Werror'
  step "Shell scripts" shellcheck dev .ci/run tools/dev/*.sh
  step "The UI's linter" npm --prefix ui run lint
  build_ui
  build_cxx release all
  step "The rules of the house" build/release/bin/house_test
  step "clang-tidy" lint_tidy
  say "lint: clean"
}

fuzz_help() {
  cat <<'TEXT'
usage: ./dev fuzz [--seconds N] [FUZZER…]
  Runs every fuzzer (or those named) for N seconds, 60 if not said, from the seeds in fuzz/corpus.
  A finding is left in build/fuzz/findings and ends the run with an error.
TEXT
}

run_fuzzer() {
  local program=$1 seconds=$2 name
  name=$(basename "$program" _fuzz)
  mkdir -p "build/fuzz/corpus/$name" build/fuzz/findings
  local seeds=()
  [[ -d fuzz/corpus/$name ]] && seeds=("fuzz/corpus/$name")
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "${seeds[@]}"
}

verb_fuzz() {
  local seconds=60 names=() program
  while (($#)); do
    case "$1" in
      -h | --help) fuzz_help; return ;;
      --seconds) seconds=${2:?--seconds needs a number}; shift ;;
      *) names+=("$1") ;;
    esac
    shift
  done
  setup_for fuzz
  build_cxx fuzz all
  for program in build/fuzz/bin/*_fuzz; do
    local name
    name=$(basename "$program" _fuzz)
    if ((${#names[@]})) && [[ ! " ${names[*]} " == *" $name "* ]]; then continue; fi
    step "Fuzz $name, $seconds s" run_fuzzer "$program" "$seconds"
    grep 'stat::number_of_executed_units' "$(log_of "Fuzz $name, $seconds s")" >&2 || true
  done
  say "fuzz: no findings"
}

verb_clean() {
  [[ ${1:-} != --help && ${1:-} != -h ]] || { echo "usage: ./dev clean    removes build/ and ui/dist/ (--all: .deps, .venv, node_modules as well)"; return; }
  rm -rf build ui/dist
  [[ ${1:-} != --all ]] || rm -rf .deps .venv ui/node_modules
}
