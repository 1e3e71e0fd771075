#!/usr/bin/env bash
# Build the image, then run it as it is meant to run: not root, no capabilities, read-only root.
#   ENGINE  docker, podman or buildah (default: the first that works)
#   BASE    an image with Python 3.11 or newer (default: the one the Dockerfile pins), or `debian`:
#           made here of Debian's packages with mmdebstrap, so that no registry is needed
#   TAG     its name (default coalition-watch); BUILD_OPTIONS  more options of the build
set -euo pipefail
cd "$(dirname "$0")/../.."

works() { command -v "$1" >/dev/null && { [ "$1" = buildah ] || "$1" info >/dev/null 2>&1; }; }
for engine in docker podman buildah; do
    [ -z "${ENGINE:-}" ] && works "$engine" && ENGINE=$engine
done
ENGINE=${ENGINE:?make image needs docker, podman or buildah}
TAG=${TAG:-coalition-watch}
read -ra more <<<"${BUILD_OPTIONS:-}"
options=(--build-arg "REVISION=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)")
options+=(--build-arg "VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)")
case "$ENGINE" in
    podman) options+=(--format docker) ;;                    # HEALTHCHECK is no part of OCI images
    buildah) options+=(--format docker --isolation "${BUILDAH_ISOLATION:-chroot}") ;;
esac

debian_base() {
    local work container
    work=$(mktemp -d)
    mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates,tzdata \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$work/base.tar"
    if [ "$ENGINE" = buildah ]; then
        container=$(buildah from scratch)
        buildah add --quiet "$container" "$work/base.tar" /
        buildah commit --quiet --rm "$container" localhost/debian-python:bookworm
    else
        "$ENGINE" import "$work/base.tar" localhost/debian-python:bookworm
    fi
    rm -rf "$work"
}

if [ "${BASE:-}" = debian ]; then
    debian_base
    BASE=localhost/debian-python:bookworm
fi
[ -z "${BASE:-}" ] || options+=(--build-arg "BASE=$BASE")

if [ "$ENGINE" = buildah ]; then
    buildah build "${options[@]}" "${more[@]}" -t "$TAG" .
    size=$(buildah images --format '{{.Size}}' "$TAG" | head -n 1)
else
    "$ENGINE" build "${options[@]}" "${more[@]}" -t "$TAG" .
    size=$("$ENGINE" images --format '{{.Size}}' "$TAG" | head -n 1)
fi
deploy/image/prove.sh "$ENGINE" "$TAG"
echo "image: $TAG, $size, built with $ENGINE on ${BASE:-the pinned base}, runs read-only and without root"
