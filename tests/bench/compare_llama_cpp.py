#!/usr/bin/env python3
"""Inkgate and llama.cpp in turn on the same GGUF files: load, prefill, decode, memory; and logits on small real weights.

usage: tests/bench/compare_llama_cpp.py [--cli build/release/bin/inkgate-cli] [--work build/compare] [--quick]

Each round runs both, one after the other, and changes which comes first; what is printed is the median of the rounds, and of
the ratios within the rounds, so that a fast or slow spell of the machine counts for both or for neither.

Installs llama-cpp-python into a virtual environment of its own under --work, and keeps its model files there (some 7 GB).
"""
import argparse
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
from environment import ROOT, Environment

KEYS = ("load_seconds", "prefill_tokens_per_second", "decode_tokens_per_second", "peak_rss_mb")


def speed(environment, options):
    models = [("rwkv7", 12, 768)] if options.quick else [("rwkv6", 24, 2048), ("rwkv7", 12, 768)]
    print(f"{'model':26} {'':9} {'load s':>7} {'prefill':>8} {'decode':>8} {'peak MB':>8} {'of bandwidth':>12}")
    for arch, layers, width in models:
        for kind in ("f16", "q8_0", "q4_0"):
            path = environment.random_gguf(arch, layers, width, kind)
            sides = {
                "inkgate": lambda: environment.inkgate("bench", "--model", path, "--prefill", options.prefill, "--decode", options.decode),
                "llama.cpp": lambda: environment.other("llama-speed", path, options.prefill, options.decode, os.cpu_count()),
            }
            rounds = []
            for number in range(options.rounds):
                order = list(sides) if number % 2 == 0 else list(reversed(sides))
                rounds.append({program: sides[program]() for program in order})
            median = lambda values: statistics.median(list(values))
            for program in sides:
                load, prefill, decode, memory = (median(r[program][key] for r in rounds) for key in KEYS)
                share = f"{100 * median(r[program]['bandwidth_share'] for r in rounds):10.0f} %" if program == "inkgate" else ""
                print(f"{path.stem:26} {program:9} {load:7.2f} {prefill:8.1f} {decode:8.2f} {memory:8.0f} {share:>12}")
            ratios = [[r["inkgate"][key] / r["llama.cpp"][key] for r in rounds] for key in KEYS]
            middle = [median(ratio) for ratio in ratios]
            print(f"{'':26} {'ratio':9} {middle[0]:7.2f} {middle[1]:8.2f} {middle[2]:8.2f} {middle[3]:8.2f}"
                  f"   decode {min(ratios[2]):.2f} to {max(ratios[2]):.2f}", flush=True)


def logits(environment):
    """On `tales`, and on the tiny RWKV-7 if it is there."""
    import numpy as np
    import gguf_file
    import weights
    from environment import SHARED

    sources = {"tales (rwkv6)": ROOT / "resources/models/tales/base.safetensors",
               "tiny-rwkv (rwkv7)": SHARED / "data/tiny-rwkv/tiny-rwkv-7v0-834K-FP32.bin"}
    print(f"\n{'logits on real weights':26} {'greatest difference of log-probabilities':>42}")
    for name, source in sources.items():
        if not source.exists():
            print(f"{name:26} {source} is not there")
            continue
        plain = environment.folder / "plain.safetensors"
        environment.inkgate("convert", source, plain, "--type", "f32")
        model = weights.read_safetensors(plain)
        path = environment.folder / "plain.gguf"
        gguf_file.write(path, model)
        vocabulary = model["emb.weight"].shape[0]
        tokens = np.random.default_rng(2).integers(1, vocabulary, 48).tolist()
        text = ",".join(map(str, tokens))
        out = environment.folder / "logits"
        environment.inkgate("logits", "--model", path, "--tokens", text, "--all", "--out", f"{out}-ours")
        environment.other("llama-logits", path, text, f"{out}-theirs")
        rows = [np.fromfile(f"{out}-{side}", np.float32).reshape(len(tokens), vocabulary).astype(np.float64) for side in ("ours", "theirs")]
        ours, theirs = (row - np.log(np.exp(row - row.max(1, keepdims=True)).sum(1, keepdims=True)) - row.max(1, keepdims=True) for row in rows)
        print(f"{name:26} {np.abs(ours - theirs).max():42.2e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=ROOT / "build/release/bin/inkgate-cli")
    parser.add_argument("--work", default=ROOT / "build/compare")
    parser.add_argument("--prefill", type=int, default=512)
    parser.add_argument("--decode", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="the small model only")
    options = parser.parse_args()
    environment = Environment(options.work, ["numpy", "llama-cpp-python"], options.cli)
    environment.again_in_venv(__file__)
    speed(environment, options)
    logits(environment)


if __name__ == "__main__":
    main()
