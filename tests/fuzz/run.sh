#!/bin/bash
# run.sh [SECONDS]: builds every fuzzer with the address and undefined behaviour sanitizers and runs each for
# SECONDS (600) on all processors, from real files; prints the executions of each, in sum and per second.
# Needs clang and the sanitizers' runtime (apt-get install clang libclang-rt-14-dev). What a fuzzer finds is
# left in build/fuzz/found.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-600}
cmake -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER="${CLANGXX:-clang++}" -DINKGATE_FUZZ=ON \
  -DINKGATE_CUDA=OFF -DINKGATE_SANITIZE=address,undefined >build/fuzz-configure.log
cmake --build build/fuzz --target fuzzers
work=build/fuzz/work
mkdir -p "$work" build/fuzz/found

seed() { # seed FUZZER FILE...: files that are small enough to be transposed quickly
  local folder=$work/$1 file
  mkdir -p "$folder"
  shift
  for file in "$@"; do
    [ -f "$file" ] && [ "$(stat -c %s "$file")" -le 262144 ] && cp "$file" "$folder/" || true
  done
}
build/fuzz/bin/make_seeds "$work"
shared=../shared/data
seed safetensors tests/data/formats/*.safetensors
seed torch tests/data/formats/*.pth
seed gguf tests/data/formats/*.gguf
seed rwkv_cpp tests/data/formats/*.bin
seed sentencepiece resources/models/tales/tokenizer.model
# The loader wants all 256 bytes; the first lines of the real vocabulary are these and some words.
mkdir -p "$work/world_vocabulary"
[ -f "$shared/rwkv_vocab_v20230424.txt" ] && head -n 400 "$shared/rwkv_vocab_v20230424.txt" >"$work/world_vocabulary/first-400"

for format in docx odt epub html; do seed "$format" tests/data/exchange/*."$format"; done
[ -d ../shared/cases ] && seed text ../shared/cases/*.txt

total=0
for fuzzer in safetensors torch gguf rwkv_cpp world_vocabulary sentencepiece text state docx odt epub html lorebook catalogue project; do
  log=build/fuzz/$fuzzer.log
  build/fuzz/bin/${fuzzer}_fuzzer -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=20 \
    -fork="$(nproc)" -artifact_prefix=build/fuzz/found/$fuzzer- "$work/$fuzzer" >"$log" 2>&1 || {
    echo "$fuzzer: FOUND SOMETHING, see $log"
    tail -n 20 "$log"
    exit 1
  }
  runs=$(grep -oE '^#[0-9]+' "$log" | tail -n 1 | tr -d '#')
  total=$((total + runs))
  echo "$fuzzer: $runs executions in $seconds s, $((runs / seconds)) per second"
done
echo "in all: $total executions, nothing found"
