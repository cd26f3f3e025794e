#!/usr/bin/env bash
# train_passkey.sh CLI CORPUS OUT [THREADS]: trains a small RWKV-X and an RWKV-7 of the same size on the same
# texts with needles, in contexts that grow from stage to stage, and measures both up to 64K tokens. CLI is
# inkgate-cli, CORPUS a folder with train.txt.zst and valid.txt.zst (docs/data.md), OUT a folder for everything.
# Called again it goes on where it was stopped: what a stage has finished is not done anew.
# STAGES: "window sequences texts learning-rate" per stage, with commas between; each text is a window long.
# LENGTHS: the tokens of the texts it is measured on, with commas between.
set -euo pipefail
cli=$1 corpus=$2 out=$3 threads=${4:-1}
here=$(cd "$(dirname "$0")" && pwd)
stages=${STAGES:-"512 16 60000 0.003,1024 16 20000 0.002,4096 4 6000 0.001"}
mkdir -p "$out"

# Half pass keys, half numbers asked for by name, which leave no other way than to look them up.
texts() { # tokens texts seed source file
    [ -e "$5" ] && return
    local part=$5.part
    "$cli" needles make --kind passkey --tokens "$1" --documents $(($2 / 2)) --seed "$3" --text "$4" --out "$part.1"
    local needles=$(($1 / 256 > 8 ? 8 : $1 / 256))
    "$cli" needles make --kind number --needles $((needles > 1 ? needles : 1)) --tokens "$1" \
        --documents $(($2 / 2)) --seed "$3" --text "$4" --out "$part.2"
    { cat "$part.1"; printf '\n\f\n'; cat "$part.2"; } > "$part"
    rm "$part.1" "$part.2"
    mv "$part" "$5"
}

train() { # recipe name window sequences texts rate before
    local model=$out/$2-$3.safetensors
    [ -e "$model.complete" ] && return
    local init=()
    [ -n "$7" ] && init=(--init "$out/$2-$7.safetensors")
    "$cli" train --recipe "$here/$1.json" --text "$out/train-$3.txt" --validation "$out/valid-$3.txt" \
        --window "$3" --segment "$3" --sequences "$4" --tokens $(($3 * $5)) --learning-rate "$6" \
        --threads "$threads" --out "$model" --resume --json "${init[@]}" > "$model.result"
    # A training that was stopped ends well, too.
    grep -Eq '"complete": ?true' "$model.result" || exit 1
    touch "$model.complete"
}

before=
IFS=, read -ra list <<< "$stages"
for stage in "${list[@]}"; do
    read -r window sequences count rate <<< "$stage"
    texts "$window" "$count" "$window" "$corpus/train.txt.zst" "$out/train-$window.txt"
    texts "$window" 64 1 "$corpus/valid.txt.zst" "$out/valid-$window.txt"
    for model in rwkvx rwkv7; do
        train "$model" "$model" "$window" "$sequences" "$count" "$rate" "$before"
    done
    before=$window
done
for model in rwkvx rwkv7; do
    "$cli" needles measure --model "$out/$model-$before.safetensors" --kind passkey --text "$corpus/valid.txt.zst" \
        --lengths "${LENGTHS:-1024,4096,16384,65536}" --depths 10 --keys 10 --cache-limit 0 --seed 7 --threads "$threads" \
        --plot "$out/$model.svg" --json > "$out/$model-accuracy.json"
done
