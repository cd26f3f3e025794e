#!/usr/bin/env python3
"""Logits of small random RWKV-6 and RWKV-7 weights against llama.cpp and against the rwkv package from PyPI.

usage: tests/bench/compare_logits.py [--cli build/release/bin/inkgate-cli] [--work build/compare]

Installs both, and torch, into a virtual environment of its own under --work. Exits with 1 if any log-probability differs
by more than 1e-3.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
from environment import ROOT, Environment

TOLERANCE = 1e-3  # float32 on both sides, summed in different orders


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=ROOT / "build/release/bin/inkgate-cli")
    parser.add_argument("--work", default=ROOT / "build/compare")
    options = parser.parse_args()
    environment = Environment(options.work, ["numpy", "torch", "setuptools", "rwkv", "llama-cpp-python"], options.cli)
    environment.again_in_venv(__file__)

    import numpy as np
    import torch
    import gguf_file
    import weights

    def log_probabilities(path, count):
        rows = np.fromfile(path, np.float32).reshape(count, -1).astype(np.float64)
        rows -= rows.max(1, keepdims=True)
        return rows - np.log(np.exp(rows).sum(1, keepdims=True))

    worst = 0
    for arch, version in (("rwkv6", 6), ("rwkv7", 7)):
        for seed in (1, 2):
            model = weights.random_model(arch, seed=seed)
            stem = environment.folder / f"small-{arch}-{seed}"
            gguf_file.write(f"{stem}.gguf", model)
            torch.save({name: torch.from_numpy(array) for name, array in model.items()}, f"{stem}.pth")
            tokens = np.random.default_rng(seed).integers(1, 256, 40).tolist()
            text = ",".join(map(str, tokens))
            for kind in ("gguf", "pth"):
                environment.inkgate("logits", "--model", f"{stem}.{kind}", "--tokens", text, "--all", "--out", f"{stem}.ours-{kind}")
            environment.other("llama-logits", f"{stem}.gguf", text, f"{stem}.llama")
            environment.other("rwkv-logits", f"{stem}.pth", text, f"{stem}.rwkv", version)
            ours = {kind: log_probabilities(f"{stem}.ours-{kind}", len(tokens)) for kind in ("gguf", "pth")}
            for other, kind in (("llama", "gguf"), ("rwkv", "pth")):
                difference = np.abs(ours[kind] - log_probabilities(f"{stem}.{other}", len(tokens))).max()
                worst = max(worst, difference)
                print(f"{arch} seed {seed}: {kind:4} against {other:5} {difference:.2e}")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
