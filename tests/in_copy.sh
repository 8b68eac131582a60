#!/usr/bin/env bash
# in_copy.sh user|guest COMMAND...
#
# Run COMMAND in a copy of this checkout and of its venv, as an unprivileged user or in the guest. Both need one: the checkout
# may lie in a home that others can't enter, and the guest sees neither /tmp nor any file system but the machine's root.
# The copy goes afterwards. Needs root. What pytest has compiled here stays behind: it would name this place in the copy.
set -euo pipefail

where=$1
shift
checkout=$(cd "$(dirname "$0")/.." && pwd)
venv=$(cd "$checkout" && realpath "${VENV:-.venv}")

mkdir -p /srv
copy=$(mktemp -d /srv/nslab-copy.XXXXXX)
trap 'rm -rf -- "$copy"' EXIT
tar -C "$checkout" --format=posix --exclude=./.git --exclude=./.venv --exclude='./.*_cache' --exclude=__pycache__ -cf - . | tar -C "$copy" -xf -
cp -a -- "$venv" "$copy/.venv"
for editable in "$copy"/.venv/lib/python*/site-packages/_editable_impl_nslab.pth; do
    [ ! -e "$editable" ] || echo "$copy" >"$editable"
done
mkdir "$copy/home"
chmod -R a+rX "$copy"
cd "$copy"

plain=(env -i "PATH=$copy/.venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "TERM=${TERM:-xterm-256color}"
    LANG=C.UTF-8 SHELL=/bin/bash "HOME=$copy/home" "HYPOTHESIS_STORAGE_DIRECTORY=$copy/home/.hypothesis" PYTHONDONTWRITEBYTECODE=1 ${NSLAB_CI:+"NSLAB_CI=$NSLAB_CI"})

case $where in
user)
    user=${TEST_USER:-65534}
    chown -R "$user" home
    chmod 700 home
    "${plain[@]}" setpriv --reuid="$user" --regid="$(id -g "$user" 2>/dev/null || echo "$user")" --clear-groups \
        --inh-caps=-all "$@" -p no:cacheprovider --snapshot-report="$copy/home/snapshots.html"
    ;;
guest)
    # Imports dominate in there: compiled beforehand, and without plugins that the smoke test does not use.
    .venv/bin/python -m compileall -q .venv/lib nslab tests >/dev/null
    "${plain[@]}" PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 .venv/bin/python tests/vm/guest.py -- "$@" \
        -p no:cacheprovider -W ignore::pytest.PytestConfigWarning # settings of the plugins that stay out
    ;;
esac
