#!/usr/bin/env bash
# Installs packages into a bare system, uses them there and removes them again. See usage() below.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: installer/check_packages.sh [--cache FOLDER] [--pictures FOLDER] SUITE PACKAGE.deb...
       installer/check_packages.sh [--cache FOLDER] [--pictures FOLDER] SUITE ARCHIVE.tar.gz

SUITE is bookworm or trixie. A bare system of it (debootstrap, variant minbase) is unpacked into a temporary folder;
it is made once and kept in FOLDER, by default ~/.cache/inkgate/roots.

Debian packages: installed by apt, which has to find all they depend on. Then as an ordinary user: questions, a
thumbnail, a continuation on the command line, and the window on a screen of its own (Xvfb), in which Ctrl+Enter
continues the sample story with the embedded model until the project has the finished run. Then they are purged, and
the system has to have the same files with the same content as before, but for apt's own records.
The portable archive: the same under Wayland (a sway without a screen) with nothing installed at all, then under X11
with nothing installed but its libraries.

Needs root, and on this machine debootstrap, Xvfb, xdotool, ImageMagick, sqlite3; for the archive sway, wtype, grim. A
picture of each window goes to the
folder of --pictures. Exit status: 0 if all of it holds.
TEXT
}

say() { printf '== %s\n' "$*"; }
fail() {
    printf 'check_packages.sh: %s\n' "$*" >&2
    exit 1
}

cache=$HOME/.cache/inkgate/roots
pictures=
while [[ ${1:-} == --* ]]; do
    case $1 in
        --cache) cache=$2 ;;
        --pictures) pictures=$2 ;;
        --help) usage && exit 0 ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift 2
done
if (($# < 2)) || [[ $1 != bookworm && $1 != trixie ]]; then
    usage >&2
    exit 2
fi
((EUID == 0)) || fail "a bare system can only be made and entered by root; run this through sudo."
suite=$1
shift
tools=(debootstrap Xvfb xdotool import identify sqlite3 unshare)
[[ $1 == *.deb ]] || tools+=(sway swaymsg wtype grim)
for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null ||
        fail "$tool is missing; on Debian: apt-get install debootstrap xvfb xdotool imagemagick sqlite3 sway wtype grim"
done
files=()
for file in "$@"; do
    [[ -f $file ]] || fail "$file is not there; build it first (installer/README.md)."
    files+=("$(readlink -f "$file")")
done

# Mounts and what is started go with this script, however it ends.
if [[ ${INKGATE_OWN_MOUNTS:-} != 1 ]]; then
    options=(--cache "$cache")
    [[ -z $pictures ]] || options+=(--pictures "$pictures")
    INKGATE_OWN_MOUNTS=1 exec unshare --mount -- "$(readlink -f "${BASH_SOURCE[0]}")" "${options[@]}" "$suite" "${files[@]}"
fi
mkdir -p "$cache"
work=$(mktemp -d)
chmod 711 "$work" # the user's compositor runs out here
root=$work/root
screen= # the process, and where programs find it
display=
wayland=
sway=
cleanUp() {
    stopScreen
    umount "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanUp EXIT

# inside COMMAND...: as root in the bare system.
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# asWriter COMMAND...: as its ordinary user.
asWriter() {
    chroot --userspec=1000:1000 "$root" env -i PATH=/usr/bin:/bin HOME=/home/writer XDG_RUNTIME_DIR=/home/writer/run LC_ALL=C.UTF-8 \
        ${display:+DISPLAY=$display} ${wayland:+WAYLAND_DISPLAY=$wayland} "$@"
}
apt() { inside apt-get -q -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 --no-install-recommends "$@"; }

makeBareSystem() {
    local stored=$cache/$suite.tar
    if [[ ! -f $stored ]]; then
        say "Making a bare $suite (once)"
        debootstrap --variant=minbase "$suite" "$work/base" http://deb.debian.org/debian >"$work/debootstrap.log" 2>&1 ||
            fail "debootstrap failed: $(tail -n 3 "$work/debootstrap.log")"
        tar --create --file "$stored.part" --directory "$work/base" --numeric-owner .
        mv "$stored.part" "$stored"
        rm -rf "$work/base"
    fi
    mkdir "$root"
    tar --extract --file "$stored" --directory "$root" --numeric-owner --same-owner
    mount -t proc proc "$root/proc"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    inside useradd --uid 1000 --user-group --create-home writer
    inside install -d -o writer -g writer -m 700 /home/writer/run
    apt update >"$work/apt.log"
}

# Every file with kind, mode, owner and content, but for what the system keeps of its own doings and the user's home.
listing() {
    (
        cd "$root"
        find . -xdev \( -path ./proc -o -path ./home -o -path ./tmp -o -path ./var/log -o -path ./var/cache/apt \
            -o -path ./var/lib/apt -o -path './var/lib/dpkg/status*' -o -path ./var/lib/dpkg/available \
            -o -path './var/lib/dpkg/lock*' -o -path ./var/cache/ldconfig -o -path ./var/lib/dpkg/triggers \
            -o -path ./etc/ld.so.cache \) -prune -o -printf '%y %m %U:%G %p %l\n' |
            LC_ALL=C sort
        find . -xdev \( -path ./proc -o -path ./home -o -path ./tmp -o -path ./var/log -o -path ./var/cache/apt \
            -o -path ./var/lib/apt -o -path './var/lib/dpkg/*' -o -path ./var/cache/ldconfig -o -path ./etc/ld.so.cache \) \
            -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    )
}

startX11() {
    Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -listen local 3>"$work/display" >"$work/screen.log" 2>&1 &
    screen=$!
    waitFor 100 "Xvfb did not start" "$work/screen.log" test -s "$work/display"
    display=:$(<"$work/display")
}

# A compositor of the user's own, who may not be asked for a graphics card or a keyboard.
startWayland() {
    printf 'output * resolution 1280x800\ndefault_border none\nxwayland disable\n' >"$root/home/writer/sway"
    asCompositor sway --config "$root/home/writer/sway" >"$work/screen.log" 2>&1 &
    screen=$!
    waitFor 100 "sway did not start" "$work/screen.log" test -S "$root/home/writer/run/wayland-1"
    wayland=wayland-1
    sway=$(find "$root/home/writer/run" -name 'sway-ipc.*')
}
asCompositor() {
    setpriv --reuid=1000 --regid=1000 --clear-groups env -i PATH=/usr/bin:/bin HOME="$root/home/writer" \
        XDG_RUNTIME_DIR="$root/home/writer/run" WLR_BACKENDS=headless WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 \
        ${wayland:+WAYLAND_DISPLAY=$wayland} ${sway:+SWAYSOCK=$sway} "$@"
}
stopScreen() {
    [[ -z $screen ]] || kill "$screen" 2>/dev/null || true
    screen= display= wayland= sway=
}

# On the screen that was started.
windowIsThere() {
    if [[ -n $wayland ]]; then
        asCompositor swaymsg -t get_tree | grep -q '"name": "[^"]*Inkgate'
    else
        window=$(DISPLAY=$display xdotool search --onlyvisible --name Inkgate 2>/dev/null | head -n 1) && [[ -n $window ]]
    fi
}
continueStory() {
    if [[ -n $wayland ]]; then
        asCompositor wtype -M ctrl -k Return -m ctrl
    else
        DISPLAY=$display xdotool windowsize --sync "$window" 1280 800 windowfocus --sync "$window" key ctrl+Return
    fi
}
# Wayland: as its window's button does, since a second wtype is a second keyboard, which Qt 6.4 does not hear.
endProgram() {
    if [[ -n $wayland ]]; then
        asCompositor swaymsg kill >/dev/null
    else
        DISPLAY=$display xdotool key ctrl+q
    fi
}
picture() {
    if [[ -n $wayland ]]; then
        asCompositor grim - >"$1"
    else
        DISPLAY=$display import -window root "$1"
    fi
}

# waitFor TENTHS COMPLAINT LOG COMMAND...: until the command succeeds.
waitFor() {
    local i tenths=$1 complaint=$2 log=$3
    shift 3
    for ((i = 0; i < tenths; i++)); do
        "$@" && return
        [[ -z ${program:-} ]] || kill -0 "$program" 2>/dev/null || fail "the program ended: $(<"$work/window.log")"
        sleep 0.1
    done
    fail "$complaint: $(tail -n 3 "$log")"
}

# useCommandLine INKGATE INKGATE_CLI: questions and a continuation, as the user.
useCommandLine() {
    local answer first second
    for program in "$@"; do
        answer=$(asWriter "$program" --version) || fail "$program --version failed"
        [[ $answer =~ ^$(basename "$program")\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$program --version says \"$answer\""
        asWriter "$program" --help >/dev/null || fail "$program --help failed"
    done
    local generate=("$2" generate --prompt "The ferry was late, and" --seed 7 --max-tokens 24 --threads 1)
    first=$(asWriter "${generate[@]}" 2>"$work/generate.log") || fail "inkgate-cli generate failed: $(<"$work/generate.log")"
    second=$(asWriter "${generate[@]}" 2>/dev/null)
    ((${#first} > 40)) || fail "inkgate-cli generate wrote only \"$first\""
    [[ $first == "$second" ]] || fail "inkgate-cli generate wrote two texts with one seed"
    say "inkgate-cli: The ferry was late, and${first//$'\n'/ }"
}

# The project is the first start's, without a name; its backup copies lie elsewhere.
hasContinuation() {
    project=$(find "$root/home/writer/.local/share/inkgate/untitled" -name '*.inkgate' 2>/dev/null | head -n 1)
    [[ -n $project ]] &&
        [[ $(sqlite3 "file:$project?mode=ro" \
            'SELECT count(*) FROM story_run WHERE is_finished AND length(text) > 100' 2>/dev/null) == 1 ]]
}

# useWindow INKGATE KIND: the first start on a screen of that kind (X11, Wayland), Ctrl+Enter, and the end.
useWindow() {
    local program='' window='' project='' colours
    "start$2"
    asWriter "$1" >"$work/window.log" 2>&1 &
    program=$!
    waitFor 600 "no window within a minute" "$work/window.log" windowIsThere
    sleep 2
    continueStory
    waitFor 1200 "no continuation within two minutes" "$work/window.log" hasContinuation
    sleep 1
    picture "$work/window.png"
    colours=$(identify -format %k "$work/window.png")
    ((colours > 100)) || fail "the window has only $colours colours; it seems to be empty"
    if [[ -n $pictures ]]; then
        mkdir -p "$pictures"
        cp "$work/window.png" "$pictures/$(basename "${files[0]}").$suite.$2.png"
    fi
    endProgram
    local i
    for ((i = 0; i < 300; i++)); do
        kill -0 "$program" 2>/dev/null || break
        sleep 0.1
    done
    kill -0 "$program" 2>/dev/null && fail "the program did not end within half a minute"
    wait "$program" || fail "the program ended with status $?: $(<"$work/window.log")"
    say "window, $2: $colours colours, $(sqlite3 "file:$project?mode=ro" 'SELECT length(text) FROM story_run LIMIT 1') characters continued"
    [[ ! -s $work/window.log ]] || say "it said: $(<"$work/window.log")"

    asWriter "$1" --thumbnail --size 128 "${project#"$root"}" /home/writer/page.png || fail "no thumbnail of the project"
    [[ $(identify -format '%m %w %h' "$root/home/writer/page.png") == "PNG 128 128" ]] || fail "the thumbnail is not one"
    stopScreen
}

checkPackages() {
    local package names=() depends=()
    mkdir "$root/packages"
    for package in "${files[@]}"; do
        cp "$package" "$root/packages/"
        names+=("$(dpkg-deb --field "$package" Package)")
        depends+=("$(dpkg-deb --field "$package" Depends | sed -E 's/(^|, )inkgate(-cli)? \([^)]*\)//g; s/^, //')")
    done
    local all
    all=$(IFS=,; echo "${depends[*]}")
    say "Installing what ${names[*]} depend on"
    # With apt's own idea of all of it, before anything of ours is there: the picture to compare with.
    apt satisfy "${all%,}" >>"$work/apt.log" 2>&1 || fail "dependencies cannot be met: $(tail -n 8 "$work/apt.log")"
    listing >"$work/before"

    say "Installing ${names[*]}"
    apt install "${files[@]/#*\//./packages/}" >>"$work/apt.log" 2>&1 || fail "apt failed: $(tail -n 8 "$work/apt.log")"
    for package in "${names[@]}"; do
        inside dpkg --verify "$package"
    done
    useCommandLine /usr/bin/inkgate /usr/bin/inkgate-cli
    if [[ " ${names[*]} " == *" inkgate-cuda "* ]]; then
        local devices
        devices=$(asWriter inkgate-cli inspect --devices)
        [[ ! $devices =~ no\ CUDA\ library|cannot\ be\ loaded|another\ version ]] || fail "the plug-in does not load: $devices"
        say "plug-in: $(tr '\n' ' ' <<<"$devices")"
    fi
    useWindow /usr/bin/inkgate X11

    say "Purging ${names[*]}"
    apt purge "${names[@]}" >>"$work/apt.log" 2>&1 || fail "apt failed: $(tail -n 8 "$work/apt.log")"
    listing >"$work/after"
    diff "$work/before" "$work/after" >"$work/traces" || fail "traces stayed behind:
$(head -n 40 "$work/traces")"
    say "No trace: $(grep -c '^[fdl]' "$work/before") files and folders as before; the story is still in the user's home"
    find "$root/home/writer" -name '*.inkgate' | grep -q . || fail "the user's story is gone"
}

wroteNothing() {
    listing >"$work/after"
    diff "$work/before" "$work/after" >"$work/traces" || fail "it wrote outside of the user's home:
$(head -n 40 "$work/traces")"
}

checkArchive() {
    tar --extract --file "${files[0]}" --directory "$root/home/writer" --owner=1000 --group=1000
    chown -R 1000:1000 "$root/home/writer"
    local folder
    folder=/home/writer/$(tar --list --file "${files[0]}" | sed -n 1p)
    folder=${folder%/}
    (cd "$root$folder" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$work/archive_before"
    listing >"$work/before"
    useCommandLine "$folder/inkgate" "$folder/inkgate-cli"
    useWindow "$folder/inkgate" Wayland
    wroteNothing
    say "Installing the libraries of X11 alone, and beginning anew"
    apt install libx11-6 libx11-xcb1 libxcb1 >>"$work/apt.log" 2>&1 || fail "apt failed: $(tail -n 8 "$work/apt.log")"
    rm -rf "$root/home/writer/.local" "$root/home/writer/.config" "$root/home/writer/.cache"
    listing >"$work/before"
    useWindow "$folder/inkgate" X11
    wroteNothing
    (cd "$root$folder" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$work/archive_after"
    diff "$work/archive_before" "$work/archive_after" || fail "it wrote into its own folder"
    say "Nothing written but in the user's home"
}

makeBareSystem
if [[ ${files[0]} == *.deb ]]; then
    checkPackages
else
    checkArchive
fi
say "ok: $suite, ${files[*]##*/}"
