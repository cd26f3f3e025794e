#!/usr/bin/env bash
# Makes the files of this folder from the corpus: vocabulary, base, gated, and their figures. Hours of
# processor time; run again after an interruption it goes on from the last checkpoint.
#   INKGATE_CORPUS=FOLDER resources/models/tales/train.sh [WORK_FOLDER]     (default: build/tales)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${1:-$root/build/tales}
corpus=${INKGATE_CORPUS:?name the folder of the corpus (docs/data.md)}
cli=${INKGATE_CLI:-$root/build/release/bin/inkgate-cli}
mkdir -p "$work"

for split in train valid test; do
    [ -f "$work/$split.txt" ] || zstd -q -d --long=27 "$corpus/$split.txt.zst" -o "$work/$split.txt"
done
[ -f "$work/tokenizer.model" ] ||
    "$cli" train-tokenizer --text "$work/train.txt" --out "$work/tokenizer.model" --vocabulary 8192 --threads 2
for gate in none adaptive; do
    out=$work/$([ "$gate" = none ] && echo base || echo gated).safetensors
    "$cli" train --resume --out "$out" --gate "$gate" --text "$work/train.txt" \
        --validation "$work/valid.txt" --vocab "$work/tokenizer.model" --tokens 40960000 --layers 5 --width 256 \
        --sequences 16 --window 512 --segment 4096 --learning-rate 2e-3 --final-learning-rate 1e-4 --warmup 50 --seed 1
    for split in valid test; do
        "$cli" evaluate --model "$out" --vocab "$work/tokenizer.model" --text "$work/$split.txt" --json
    done
done
