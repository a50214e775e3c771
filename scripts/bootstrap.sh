# Sourced by demo.sh and test.sh: brings a fresh clone on Debian to the point where our own program can run.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
stop() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }

check_node() {
  command -v node >/dev/null || stop 'Node.js is not here: install Node.js 20 or newer with npm, then run this again.'
  node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' ||
    stop "Node.js $(node --version) is too old: mmha needs 20.19 or newer."
}

# Why the lab cannot run on this machine, one sentence; empty when it can.
why_no_lab() {
  [ "$(uname -s)" = Linux ] || { echo 'Linux is needed'; return; }
  [ -r /etc/debian_version ] || { echo 'Debian 12 or newer is needed (systemd-nspawn, mmdebstrap and apt)'; return; }
  [ "$(id -u)" = 0 ] || { echo 'root is needed (namespaces, mounts, raw sockets)'; return; }
}

# install_debian WHAT: installs what is missing of the packages marked WHAT (and, for test, of demo too); removes none.
install_debian() {
  missing=''
  while read -r package command what unless; do
    case $package in ''|'#'*) continue ;; esac
    [ "$1" = test ] || [ "$what" = "$1" ] || continue
    [ -z "$unless" ] || [ ! -e "$unless" ] || continue
    command -v "$command" >/dev/null || missing="$missing $package"
  done < scripts/debian-packages.txt
  [ -n "$missing" ] || return 0
  say "installing Debian packages:$missing"
  apt-get update -qq || stop 'apt-get update failed: the packages above could not be looked up.'
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove $missing >/dev/null ||
    stop "apt-get could not install:$missing"
}

install_npm() {
  if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    say 'installing npm packages (npm ci)'
    npm ci --no-progress --loglevel=error >&2 || stop 'npm ci failed.'
    touch node_modules/.package-lock.json
  fi
}
