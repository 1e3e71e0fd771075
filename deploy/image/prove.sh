#!/usr/bin/env bash
# usage: prove.sh ENGINE TAG    The image runs without root, capabilities and a writable root.
set -euo pipefail
engine=$1 tag=$2
data=/var/lib/coalition-watch
script='set -e
test "$(id -u)" = 10001
for place in /x /etc/x /opt/coalition-watch/x /etc/coalition-watch/x; do
    if touch "$place" 2>/dev/null; then echo "$place can be written"; exit 1; fi
done
test -s /opt/coalition-watch/sbom.cdx.json
coalition-watch check >/dev/null 2>&1
coalition-watch db migrate >/dev/null
coalition-watch health >/dev/null
coalition-watch demo >/tmp/demo.txt 2>&1 || { cat /tmp/demo.txt; exit 1; }
tail -n 1 /tmp/demo.txt'

if [ "$engine" != buildah ]; then
    # The image's own volume is its user's; only docker could be told whose a tmpfs is.
    exec "$engine" run --rm --read-only --cap-drop ALL --security-opt no-new-privileges \
        --tmpfs /tmp --network none --no-healthcheck \
        --entrypoint sh "$tag" -c "$script"
fi

# buildah itself has no read-only root: the same with mounts of our own, in a namespace of our own.
container=$(buildah from "$tag")
trap 'buildah rm "$container" >/dev/null' EXIT
root=$(buildah mount "$container")
mapfile -t settings < <(buildah inspect --format '{{range .OCIv1.Config.Env}}{{println .}}{{end}}' "$container")
user=$(buildah inspect --format '{{.OCIv1.Config.User}}' "$container")
export root user data script
unshare --mount --net bash -euc '
    ip link set lo up
    mount --bind "$root" "$root"
    mount --rbind /proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/tmp"
    mount -t tmpfs -o "uid=${user%:*},gid=${user#*:}" tmpfs "$root$data"
    mount -o remount,bind,ro "$root"
    exec chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
        --no-new-privs --bounding-set=-all --inh-caps=-all \
        env -i "$@" sh -c "cd $data && $script"
' prove "${settings[@]}"
