#!/bin/sh
# Finds what the tests talk to, and installs what is missing: a PostgreSQL server, Chromium with Chinese fonts, the programs
# of package.json, and those of requirements.txt in a Python of their own. Nothing is started here: the tests start their
# own, on free ports.
set -eu
cd "$(dirname "$0")"

missing=
found() { for it; do [ -x "$it" ] && return; done; return 1; }
found "${CHUISHAO_TEST_POSTGRES_BIN:-$(pg_config --bindir 2>/dev/null || true)}/initdb" \
    "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb || missing="$missing postgresql"
found "${CHUISHAO_TEST_CHROMIUM:-/usr/bin/chromium}" || missing="$missing chromium fonts-noto-cjk"
found "$(command -v openssl || true)" || missing="$missing openssl"
# Debian parts what makes a Python of one's own from Python itself.
python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3 python3-venv"

if [ -n "$missing" ]; then
    root=
    [ "$(id -u)" = 0 ] || root='sudo -n'
    if ! command -v apt-get >/dev/null || ! $root true 2>/dev/null; then
        echo "The tests need:$missing. Install them, and if they are not where Debian puts them, name" >&2
        echo 'the folder of initdb in CHUISHAO_TEST_POSTGRES_BIN and the browser in CHUISHAO_TEST_CHROMIUM.' >&2
        exit 1
    fi
    echo "Installing$missing"
    $root apt-get -qq -o DPkg::Lock::Timeout=300 update
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing
fi

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund

# Made anew where the list has changed, and where the Python that it was made from is gone.
if ! [ .venv/.installed -nt requirements.txt ] || ! .venv/bin/python -c 'import moto, schemathesis' 2>/dev/null; then
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --requirement requirements.txt
    touch .venv/.installed
fi
