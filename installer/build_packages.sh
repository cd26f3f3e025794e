#!/usr/bin/env bash
# Builds everything that is given to users, on the system it runs on. See usage() below.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

usage() {
    cat <<'TEXT'
Usage: installer/build_packages.sh [--no-cuda] [--in SUITE] OUT

Builds the CMake preset "package" and writes into the folder OUT: the Debian packages inkgate and, where the CUDA
toolkit is, inkgate-cuda; the portable archive; SHA256SUMS. Missing system packages are installed as bootstrap.sh does.
--no-cuda   without the plug-in for GPUs
--in SUITE  not here, but in a bare Debian of that name (bookworm, trixie), made by debootstrap and thrown away
            afterwards; needs root. Without the plug-in, as that system has no CUDA toolkit.

The same sources give the same bytes each time: times come from SOURCE_DATE_EPOCH, or if that is not set from the
newest commit. INKGATE_JOBS: number of parallel compiler processes.
TEXT
}

fail() {
    printf 'build_packages.sh: %s\n' "$*" >&2
    exit 1
}

cuda=()
suite=
while [[ ${1:-} == --* ]]; do
    case $1 in
        --no-cuda) cuda=(-DINKGATE_CUDA=OFF) ;;
        --in) suite=${2:-} && shift ;;
        --help) usage && exit 0 ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift
done
if (($# != 1)); then
    usage >&2
    exit 2
fi
mkdir -p "$1"
out=$(readlink -f "$1")

if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) ||
        fail "no commit to take the time from; set SOURCE_DATE_EPOCH to the seconds since 1970."
fi
export SOURCE_DATE_EPOCH

if [[ -n $suite ]]; then
    ((EUID == 0)) || fail "--in makes and enters a bare system, which needs root; run this through sudo."
    command -v debootstrap >/dev/null || fail "debootstrap is missing; on Debian: apt-get install debootstrap"
    if [[ ${INKGATE_OWN_MOUNTS:-} != 1 ]]; then # they go with this script, however it ends
        INKGATE_OWN_MOUNTS=1 exec unshare --mount -- installer/build_packages.sh --in "$suite" "$out"
    fi
    root=$(mktemp -d)
    trap 'umount "$root/proc" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
    debootstrap --variant=minbase "$suite" "$root" http://deb.debian.org/debian >"$out/debootstrap.log" 2>&1 ||
        fail "debootstrap failed; $out/debootstrap.log says why."
    rm "$out/debootstrap.log"
    mount -t proc proc "$root/proc"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    mkdir "$root/inkgate"
    git ls-files -z | tar --create --null --files-from=- | tar --extract --directory "$root/inkgate"
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" INKGATE_JOBS="${INKGATE_JOBS:-}" \
        /inkgate/installer/build_packages.sh --no-cuda /out
    cp "$root"/out/* "$out/"
    exit
fi

installer/bootstrap.sh packages
# libprotobuf-dev: what Debian 13's sentencepiece asks pkg-config for, without depending on it. qt6-svg-plugins: a
# package of its own from Debian 13 on.
wanted=(dpkg-dev file librsvg2-bin patchelf qmake6 qt6-wayland fonts-dejavu-core gzip libprotobuf-dev)
[[ -z $(apt-cache madison qt6-svg-plugins) ]] || wanted+=(qt6-svg-plugins)
missing=()
for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
    asRoot=()
    ((EUID == 0)) || asRoot=(sudo)
    "${asRoot[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

cmake --preset package "${cuda[@]}"
cmake --build --preset package --parallel "${INKGATE_JOBS:-$(nproc)}" --target programs
rm -rf build/package/packages
cpack --preset package -B "$PWD/build/package/packages" # newer CMakes take a relative path from the build folder
cp build/package/packages/*.deb "$out/"
installer/portable/make_portable.sh build/package "$out"
(cd "$out" && sha256sum -- *.deb *.tar.gz | tee SHA256SUMS)
