#!/usr/bin/env bash
# Builds Inkgate from a bare Debian 12 and starts it, or runs its tests. See usage() below.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
readonly kBuild=build/release

usage() {
    cat <<'TEXT'
Usage: installer/bootstrap.sh run [ARGUMENTS...]
       installer/bootstrap.sh test
       installer/bootstrap.sh packages

Each command alone does everything that is needed on a fresh Debian 12:
  1. names the system packages that are missing and what each is for, and installs them with apt-get
     (as root, or through sudo);
  2. configures a Release build in build/release (CMake preset "release") and builds it with Ninja. With
     the CUDA toolkit installed, run compiles for the devices in this machine, if any, and test for one more
     kind of device where there is none;
  3. run:  starts Inkgate; ARGUMENTS are passed on to it. Without a display it says so and prints a
           continuation of the sample story in the terminal through inkgate-cli instead;
     test: builds everything and runs all tests without a screen.
packages does the first of these alone.

Run again, each step only does what is left to do: no network is used once the packages are there.

Environment:
  INKGATE_JOBS        number of parallel compiler processes; default: one per core, but no more than
                      one per 2 GB of memory
  INKGATE_NO_INSTALL  1: never install anything; missing packages are an error
  INKGATE_WERROR      ON: warnings of the compiler are errors

Exit status: that of Inkgate or of the tests; 1 if a step before failed; 2 for wrong usage.
TEXT
}

# Package, then what it is for. Every name is a Debian 12 package.
readonly kPackages=(
    "build-essential|C++ compiler, linker"
    "cmake|configures the build"
    "ninja-build|runs the build"
    "mold|links the tests faster"
    "pkg-config|finds libraries that have no CMake files"
    "qt6-base-dev|Qt 6: windows, text editing, downloads, tests"
    "qt6-svg-dev|Qt 6: icons"
    "qt6-qpa-plugins|Qt 6: drawing on X11 and without a screen"
    "qt6-wayland|Qt 6: drawing on Wayland"
    "libgl-dev|headers that Qt's windows need"
    "libqcustomplot-dev|heatmaps"
    "libdnnl-dev|oneDNN: matrix products on the processor"
    "libhwy-dev|Highway: vector loops on the processor"
    "libsentencepiece-dev|text to tokens and back"
    "libssl-dev|SHA-256 of model files"
    "libsqlite3-dev|project files, gate records"
    "libzstd-dev|compression of gate records and states"
    "libuchardet-dev|tells the encoding of a text file"
    "libzip-dev|docx, odt and epub files"
    "libxml2-dev|HTML pages"
    "libhunspell-dev|spelling"
    "nlohmann-json3-dev|JSON"
    "libcli11-dev|command lines"
    "libexpected-dev|errors as values"
    "zstd|unpacks texts that the tests read"
    "fonts-sil-charis|the editor's typeface"
)

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf 'bootstrap.sh: %s\n' "$*" >&2
    exit 1
}

isInstalled() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

installPackages() {
    command -v apt-get >/dev/null ||
        fail "this script installs packages with apt-get, which is not here. Install the packages listed in" \
            "installer/bootstrap.sh under your system's names, then: cmake --preset release && cmake --build --preset release"

    local entry name missing=()
    for entry in "${kPackages[@]}"; do
        name=${entry%%|*}
        isInstalled "$name" || missing+=("$entry")
    done
    if ((${#missing[@]} == 0)); then
        say "All ${#kPackages[@]} system packages are installed"
        return
    fi

    say "System packages to install"
    for entry in "${missing[@]}"; do
        printf '   %-22s %s\n' "${entry%%|*}" "${entry#*|}"
    done
    [[ ${INKGATE_NO_INSTALL:-0} == 1 ]] && fail "these packages are missing and INKGATE_NO_INSTALL is set"

    local asRoot=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "installing packages needs root: run this as root, or install sudo, or run (as root):" \
                "apt-get install ${missing[*]%%|*}"
        asRoot=(sudo)
    fi
    # Without recommended packages: they would add a web browser's worth of things nothing here uses.
    local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
    "${asRoot[@]}" apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update
    "${asRoot[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "${missing[@]%%|*}"

    for entry in "${missing[@]}"; do
        isInstalled "${entry%%|*}" || fail "${entry%%|*} is still not installed; apt-get's messages above say why"
    done
}

# As many compilers as there are cores, but no more than memory allows: one may take close to 2 GB.
buildJobs() {
    if [[ -n ${INKGATE_JOBS:-} ]]; then
        echo "$INKGATE_JOBS"
        return
    fi
    local cores bytes limit jobs
    cores=$(nproc)
    bytes=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) * 1024))
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
    if [[ $limit =~ ^[0-9]+$ ]] && ((limit < bytes)); then
        bytes=$limit
    fi
    jobs=$((bytes / 2000000000))
    ((jobs > cores)) && jobs=$cores
    ((jobs < 1)) && jobs=1
    echo "$jobs"
}

# build <devices> <target>...: configures and builds. <devices>: see engine/cuda_toolkit.cmake.
build() {
    local devices=$1
    shift
    # A build folder copied along with the tree points at the old place and can't be used.
    local cache=$kBuild/CMakeCache.txt
    if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
        say "Removing $kBuild, which was made for another folder"
        rm -rf "$kBuild"
    fi

    local jobs
    jobs=$(buildJobs)
    say "Configuring"
    cmake --preset release -DINKGATE_CUDA_DEVICES="$devices" -DINKGATE_WERROR="${INKGATE_WERROR:-OFF}"
    say "Building with $jobs job(s)"
    cmake --build --preset release --parallel "$jobs" --target "$@"
}

# Qt expects UTF-8; a bare system's locale is plain ASCII.
useUtf8() {
    if [[ $(locale charmap 2>/dev/null) != UTF-8 ]]; then
        export LC_ALL=C.UTF-8
    fi
}

continueInTerminal() {
    say "No display: $1"
    echo "   Here is a continuation of the sample story in the terminal instead. More: $kBuild/bin/inkgate-cli --help"
    local prompt
    prompt=$(<resources/sample_story.txt)
    printf '\n%s' "$prompt"
    "$kBuild/bin/inkgate-cli" generate --model tales --gate gated --prompt "$prompt" --max-tokens 200
    echo
}

run() {
    build present programs
    useUtf8
    # With QT_QPA_PLATFORM the caller has chosen where to draw, a screen or none.
    if [[ -z ${DISPLAY:-} && -z ${WAYLAND_DISPLAY:-} && -z ${QT_QPA_PLATFORM:-} ]]; then
        continueInTerminal "neither DISPLAY nor WAYLAND_DISPLAY is set."
        return
    fi

    say "Starting Inkgate"
    # Only Qt can tell whether the display lets us in. If it does not, Qt says this sentence and aborts.
    local messages status=0
    messages=$(mktemp)
    { "$kBuild/bin/inkgate" "$@" 2>&1 1>&3 | tee "$messages" >&2; } 3>&1 || status=$?
    if ((status != 0)) && grep -q "no Qt platform plugin could be initialized" "$messages"; then
        rm -f "$messages"
        continueInTerminal "the one named by DISPLAY='${DISPLAY:-}' WAYLAND_DISPLAY='${WAYLAND_DISPLAY:-}' can't be opened."
        return
    fi
    rm -f "$messages"
    return "$status"
}

runTests() {
    build one all
    useUtf8
    say "Running the tests"
    env -u DISPLAY -u WAYLAND_DISPLAY QT_QPA_PLATFORM=offscreen ctest --preset release --parallel "$(buildJobs)"
}

case ${1:-} in
    packages) installPackages ;;
    run)
        shift
        installPackages
        run "$@"
        ;;
    test)
        if (($# > 1)); then
            usage >&2
            exit 2
        fi
        installPackages
        runTests
        ;;
    -h | --help | help)
        usage
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
