# Measuring: the micro benchmarks of each folder, and the comparison with other historians.
# shellcheck shell=bash

readonly PEER_PACKAGES=(victoria-metrics influxdb clickhouse-server clickhouse-client)

# The peers run from where they are unpacked to: no service of theirs is installed or started.
unpack_peers() {
  local folder=$PWD/.deps/peers
  rm -rf "$folder"
  mkdir -p "$folder/archives/partial" "$folder/tree"
  as_root apt-get update -q
  as_root apt-get install --download-only --reinstall -y -q --no-install-recommends \
    -o Dir::Cache::archives="$folder/archives" "${PEER_PACKAGES[@]}"
  local archive
  for archive in "$folder"/archives/*.deb; do dpkg-deb --extract "$archive" "$folder/tree"; done
  for archive in "$folder"/archives/*.deb; do
    printf '%s\t%s\n' "$(dpkg-deb --field "$archive" Package)" "$(dpkg-deb --field "$archive" Version)"
  done >"$folder/tree/versions.tsv"
  rm -rf "$folder/archives"
}

setup_peers() {
  [[ -e .deps/peers/tree/versions.tsv ]] || rm -f .deps/stamps/peers-*
  once peers tools/dev/bench.sh -- step "Peers: ${PEER_PACKAGES[*]}" unpack_peers
}

bench_help() {
  cat <<'TEXT'
usage: ./dev bench                       the micro benchmarks of every folder
       ./dev bench FOLDER                those of one folder
       ./dev bench historian [OPTION…]   Bedplate beside VictoriaMetrics, InfluxDB, ClickHouse and
                                         DuckDB in one run; the table is printed and kept in
                                         bench/results/
       ./dev bench historian --micro     the micro benchmarks of that folder

  --only ROW…     only these rows of the table (--help of the comparison lists them)
  --peers LIST    all, none, or a comma list
  --quick         little data, one run: does it work?
  --seconds N     length of the steady load
TEXT
}

bench_micro() {
  local program
  build_cxx bench all
  for program in build/bench/bin/${1:-*}_bench; do
    [[ -x $program ]] || fail "no benchmark '$1'"
    say "$(basename "$program")"
    "$program"
  done
}

bench_comparison() {
  if [[ " $* " != *" --peers none "* ]]; then setup_peers; fi
  build_cxx bench bedplate bench_load
  say "Bedplate beside others"
  PYTHONDONTWRITEBYTECODE=1 python3 bench/historian.py "$@"
}

verb_bench() {
  [[ ${1:-} != --help && ${1:-} != -h ]] || { bench_help; return; }
  setup_for bench
  build_ui
  if [[ ${1:-} != historian ]]; then
    bench_micro "$@"
  elif [[ ${2:-} == --micro ]]; then
    bench_micro historian
  else
    bench_comparison "${@:2}"
  fi
}
