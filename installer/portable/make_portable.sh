#!/usr/bin/env bash
# Makes the portable archive from a build. See usage() below.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: installer/portable/make_portable.sh BUILD OUT

Installs the build in the folder BUILD (targets "programs"; Release) into a folder of its own, puts the libraries
and Qt plug-ins beside it that it needs, and packs all of it into OUT/inkgate-<version>-linux-<machine>.tar.gz. It
runs from any place on systems with X11 or Wayland whose C library is not older than this one's; nothing has to be
installed.

lib           libraries, found by the programs through paths relative to themselves
lib/fallback  libraries that belong to the system's drivers or desktop: used only where the system has none
licences      the licence of every library in it, and where its source is

Neither the C library nor drivers are in it. Needs patchelf and dpkg (it asks which package a library is from).
With SOURCE_DATE_EPOCH the archive is the same bytes each time.
TEXT
}

fail() {
    printf 'make_portable.sh: %s\n' "$*" >&2
    exit 1
}

if (($# != 2)) || [[ $1 == -h || $1 == --help ]]; then
    usage
    [[ ${1:-} == -h || ${1:-} == --help ]] && exit 0
    exit 2
fi
[[ -f $1/CMakeCache.txt ]] || fail "$1 is not a build folder; run cmake and build the target programs first."
for tool in patchelf dpkg-query cmake qmake6; do
    command -v "$tool" >/dev/null || fail "$tool is missing; on Debian: apt-get install patchelf dpkg cmake qmake6"
done

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "$1")
mkdir -p "$2"
out=$(readlink -f "$2")
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
epoch=${SOURCE_DATE_EPOCH:-$(date +%s)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=inkgate-$version-linux-$(uname -m)
tree=$work/$name

cmake --install "$build" --prefix "$tree" --component program --strip >/dev/null

# What Qt loads by name. Where a plug-in's own library is missing on a system (libcups), Qt goes on without it.
plugins=$(qmake6 -query QT_INSTALL_PLUGINS)
needed=(platforms/libqxcb.so platforms/libqoffscreen.so platforms/libqwayland-generic.so
    wayland-shell-integration/libxdg-shell.so wayland-decoration-client/libbradient.so
    iconengines/libqsvgicon.so imageformats/libqsvg.so imageformats/libqjpeg.so
    platforminputcontexts/libcomposeplatforminputcontextplugin.so
    platforminputcontexts/libibusplatforminputcontextplugin.so printsupport/libcupsprintersupport.so
    tls/libqopensslbackend.so)
for plugin in "${needed[@]}"; do
    [[ -f $plugins/$plugin ]] || fail "$plugins/$plugin is missing; on Debian: apt-get install qt6-qpa-plugins qt6-wayland libqt6svg6 (Debian 13: qt6-svg-plugins)"
    install -D -m 644 "$plugins/$plugin" "$tree/plugins/$plugin"
done
printf '[Paths]\nPrefix = ..\nPlugins = plugins\n' >"$tree/bin/qt.conf"

# isSystems NAME: the C library and what talks to hardware, or is useless without its service.
isSystems() {
    [[ $1 =~ ^(ld-linux.*|lib(c|m|dl|pthread|rt|resolv|util|anl|nsl|mvec)\.so.*|lib(drm|gbm|cups|avahi|cuda|nvidia).*)$ ]]
}
# isFallback NAME: the system's own is right for its drivers and its display if it is there.
isFallback() {
    [[ $1 =~ ^lib(EGL|GLX|GL|OpenGL|GLdispatch|stdc\+\+|gcc_s|X11|X11-xcb|Xau|Xdmcp|xcb|wayland-client|wayland-cursor|fontconfig|freetype|expat|z)\.so.* ]]
}

# From the originals: the copies are not where their libraries are.
declare -A from=()
while read -r library path; do
    isSystems "$library" || from[$library]=$path
done < <(
    for file in "$tree"/bin/inkgate*; do ldd "$file"; done | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }'
    for plugin in "${needed[@]}"; do
        # All that a library reaches only through cups stays out with it.
        [[ $plugin == printsupport/* ]] || ldd "$plugins/$plugin" | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }'
    done
)
# The plug-in for encrypted connections opens this one by its name.
from[libssl.so.3]=$(dirname "${from[libcrypto.so.3]:-/nowhere}")/libssl.so.3
[[ -f ${from[libssl.so.3]} ]] || fail "libssl.so.3 is missing; on Debian: apt-get install libssl3"
((${#from[@]} > 20)) || fail "ldd named only ${#from[@]} libraries; is $build a build with the window?"
for library in "${!from[@]}"; do
    target=$tree/lib/$library
    isFallback "$library" && target=$tree/lib/fallback/$library/$library
    install -D -m 644 "$(readlink -f "${from[$library]}")" "$target"
done

# Old-style paths: they also hold for what the libraries load.
patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$tree"/bin/inkgate "$tree"/bin/inkgate-cli
find "$tree/lib" -maxdepth 1 -type f -exec patchelf --force-rpath --set-rpath '$ORIGIN' {} +
find "$tree/plugins" -type f -exec patchelf --force-rpath --set-rpath '$ORIGIN/../../lib' {} +

# Letters for systems that have none, and the page's typeface.
fonts=(/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
    /usr/share/fonts/truetype/charis/CharisSIL-*.ttf)
for font in "${fonts[@]}"; do
    [[ ! -f $font ]] || install -D -m 644 "$font" "$tree/share/fonts/$(basename "$font")"
done
install -D -m 644 "$here/fonts.conf" "$tree/etc/fonts/fonts.conf"

# Keyboard layouts, without which neither display's client starts, and what dead keys compose.
keyboard=(/usr/share/X11/xkb/rules/evdev /usr/share/X11/locale/compose.dir)
for file in "${keyboard[@]}"; do
    [[ -f $file ]] || fail "$file is missing; on Debian: apt-get install xkb-data libx11-data"
done
mkdir -p "$tree/share/X11"
cp -rL /usr/share/X11/xkb /usr/share/X11/locale "$tree/share/X11/"

# Every part's licence, the version it is, and so where its source is.
mkdir -p "$tree/licences/texts"
# A package may say /lib where the file is in /usr/lib.
originals=()
for file in "${from[@]}" "${needed[@]/#/$plugins/}" "${fonts[@]}" "${keyboard[@]}"; do
    [[ ! -e $file ]] || originals+=("$(readlink -f "$file")")
done
dpkg-query --search "${originals[@]}" "${originals[@]#/usr}" >"$work/owners" 2>/dev/null || true
for file in "${originals[@]}"; do
    grep -qF -e ": $file" -e ": ${file#/usr}" "$work/owners" ||
        fail "$file is from no package, so its licence is not known; build on a plain Debian."
done
cut -d: -f1 "$work/owners" | sort -u >"$work/packages"
while read -r package; do
    cp "/usr/share/doc/$package/copyright" "$tree/licences/$package.txt"
    dpkg-query -W -f='${Package} ${Version}: source ${source:Package} ${source:Version}\n' "$package"
done <"$work/packages" | sort -u >"$tree/licences/SOURCES.txt"
sed -i '1i The libraries here are those of Debian, unchanged but for the paths in which they look for each other. Their\
sources, by name and version, are at https://snapshot.debian.org, those of Inkgate where you got this archive.\
' "$tree/licences/SOURCES.txt"
cp "$here/../../LICENSE" "$tree/licences/inkgate.txt"
cp "$here/../debian/copyright" "$tree/licences/inkgate-parts.txt"
for text in Apache-2.0 Artistic CC0-1.0 GPL-1 GPL-2 GPL-3 LGPL-2 LGPL-2.1 LGPL-3 MPL-1.1 MPL-2.0; do
    [[ ! -f /usr/share/common-licenses/$text ]] || cp -L "/usr/share/common-licenses/$text" "$tree/licences/texts/"
done

install -m 755 "$here/launcher.sh" "$tree/inkgate"
ln -s inkgate "$tree/inkgate-cli"
cp "$here/README.txt" "$tree/README.txt"
chmod -R u+rwX,go+rX,go-w "$tree"

tar --create --directory "$work" --sort=name --format=gnu --mtime="@$epoch" --owner=0 --group=0 --numeric-owner "$name" |
    gzip -9n >"$out/$name.tar.gz.part"
mv "$out/$name.tar.gz.part" "$out/$name.tar.gz"
printf '%s: %s bytes, %s libraries\n' "$out/$name.tar.gz" "$(stat -c %s "$out/$name.tar.gz")" "${#from[@]}"
