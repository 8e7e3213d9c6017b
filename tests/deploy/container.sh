#!/bin/sh
# Runs a command as a container engine would, in mount and process namespaces that are there already:
#   container.sh ROOT TREE LISTS USER WORKDIR COMMAND…
# ROOT is an empty folder, TREE holds what the image has beside the system. LISTS has the files
# `binds` (what is mounted, a line each: source, target, ro or rw), `tmpfs` (folders that are empty
# and writable) and, where the image's own files may be written (a build), `writable`.
set -eu
root=$1 tree=$2 lists=$3 user=$4 workdir=$5
shift 5

bind() {
    if [ -d "$1" ]; then
        mkdir -p "$root$2"
    else
        mkdir -p "$root$(dirname "$2")"
        [ -e "$root$2" ] || : >"$root$2"
    fi
    mount --bind "$1" "$root$2"
    [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
}

mount -t tmpfs -o mode=0755 root "$root"
for name in /bin /lib /lib64 /sbin; do
    [ ! -L "$name" ] || ln -s "$(readlink "$name")" "$root$name"
done
bind /usr /usr ro
for name in alternatives ca-certificates group hosts ld.so.cache ld.so.conf localtime mime.types \
    nsswitch.conf passwd pip.conf protocols resolv.conf services ssl; do
    [ ! -e "/etc/$name" ] || bind "/etc/$name" "/etc/$name" ro
done
mode=ro
[ ! -e "$lists/writable" ] || mode=rw
for entry in "$tree"/*; do
    [ ! -e "$entry" ] || bind "$entry" "/${entry##*/}" $mode
done
mkdir "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while read -r folder; do
    mkdir -p "$root$folder"
    mount -t tmpfs -o mode=1777 tmpfs "$root$folder"
done <"$lists/tmpfs"
while read -r source target mode; do
    bind "$source" "$target" "$mode"
done <"$lists/binds"
[ -e "$lists/writable" ] || mount -o remount,ro "$root"
exec /usr/sbin/chroot "$root" setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all env --chdir="$workdir" "$@"
