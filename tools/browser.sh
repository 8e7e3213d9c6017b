#!/bin/sh
# Finds a Chromium or Chrome for the tests, or installs Debian's where that can be done without
# asking anybody: as root, with apt-get. Elsewhere it says what is missing, and the tests that need
# one are skipped with that reason. It never fails. With --find it installs nothing and prints the
# program.
find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        path=$(command -v "$name") || continue
        # Asked to run, not only looked up: Ubuntu's chromium is a script that asks for a snap.
        "$path" --version >/dev/null 2>&1 </dev/null && echo "$path" && return 0
    done
    return 1
}

if [ "${1:-}" = --find ]; then
    find_browser
    exit 0
fi
find_browser >/dev/null && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "browser: installing Chromium for the tests (once)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } >/dev/null 2>&1 </dev/null
    find_browser >/dev/null && exit 0
fi
echo "browser: no Chromium or Chrome here, so the tests in a real browser are skipped (apt-get install chromium)"
