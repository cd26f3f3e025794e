#!/usr/bin/env bash
# Everything that only a GPU can prove, as one command there. Two steps, as that machine is often a
# bare one:
#   tests/gpu/gpu_check.sh pack   here: builds inkgate-cli and the CUDA plug-in and puts them with the
#   libraries they need
#                                 into build/gpu-check, which can be copied anywhere (glibc 2.36 or newer)
#   build/gpu-check/gpu_check.sh run [FOLDER]
#                                 there: what the machine has; the selftest; compute-sanitizer's memcheck and
#                                 racecheck over it, where that is installed; the benchmarks. Reports go to
#                                 FOLDER (default: report)
# INKGATE_CUDA_ARCHITECTURES=90-real makes a small pack for one kind of device. Exit status: 1 if anything
# failed.
set -euo pipefail

pack() {
    cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
    local build=build/gpu out=build/gpu-check
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DINKGATE_DESKTOP=OFF -DBUILD_TESTING=OFF \
        -DINKGATE_CUDA_DEVICES=all \
        ${INKGATE_CUDA_ARCHITECTURES:+-DCMAKE_CUDA_ARCHITECTURES="$INKGATE_CUDA_ARCHITECTURES"}
    cmake --build "$build" --target inkgate-cli inkgate_cuda
    rm -rf "$out"
    mkdir -p "$out/lib"
    cp "$build/bin/inkgate-cli" "$build/bin/libinkgate_cuda.so" tests/gpu/gpu_check.sh "$out/"
    # All but what belongs to the system's C library and driver.
    ldd "$build/bin/inkgate-cli" | awk '$3 ~ /^\// { print $3 }' |
        grep -vE '/(libc|libm|libpthread|libdl|librt|ld-linux)[.-]' | xargs -I{} cp -L {} "$out/lib/"
    du -sh "$out"
}

run() {
    local here report failed=0
    here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
    report=${1:-report}
    mkdir -p "$report"
    export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    local cli="$here/inkgate-cli"

    step() { # step NAME COMMAND...: its output to a file and its end to the screen
        local name=$1
        shift
        echo "== $name"
        if "$@" >"$report/$name.txt" 2>&1; then echo ok; else
            echo "FAILED, status $?"
            failed=1
        fi
        tail -n 12 "$report/$name.txt"
    }

    step devices "$cli" inspect --devices
    if grep -q '^cuda  not used' "$report/devices.txt"; then
        echo "== there is no device to test"
        return 1
    fi
    step selftest "$cli" selftest --device cuda
    if command -v compute-sanitizer >/dev/null; then
        for tool in memcheck racecheck; do
            step "$tool" compute-sanitizer --tool "$tool" --error-exitcode 1 "$cli" selftest --device cuda --quick
        done
    else
        echo "== no compute-sanitizer here"
    fi
    for type in f16 q8 q4; do
        step "bench-rwkv6-$type" "$cli" bench --device cuda --random rwkv6:24x2048:65536 --type "$type" --prefill 4096 --decode 256
        step "bench-rwkv6-$type-dense" "$cli" bench --device cuda --random rwkv6:24x2048:65536 --type "$type" --prefill 512 --decode 256 --read-zeros
    done
    step bench-rwkv7-f16 "$cli" bench --device cuda --random rwkv7:24x2048:65536 --type f16 --prefill 4096 --decode 256 --read-zeros
    step bench-batch-64 "$cli" bench --device cuda --random rwkv6:24x2048:65536 --type f16 --prefill 512 --decode 128 --batch 64
    for gate in adaptive conv-routing; do
        step "bench-$gate" "$cli" bench --device cuda --random rwkv6:24x2048:65536 --gate "$gate" --type f16 --prefill 512 --decode 256 --trace
    done
    return "$failed"
}

case ${1:-} in
pack) pack ;;
run) run "${2:-}" ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
