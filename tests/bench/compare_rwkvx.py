#!/usr/bin/env python3
"""Logits of small random RWKV-X weights, `--sparse-attention package`, against the package rwkv-x from PyPI.

usage: tests/bench/compare_rwkvx.py [--cli build/release/bin/inkgate-cli] [--work build/compare]

Installs it, and torch, into a virtual environment of its own under --work. Both compute in float32 on the processor. Prompts
below and above what is attended to in full are read at once and continued token by token. Exits with 1 if any logit differs
by more than 1e-3 of the greatest. Version 0.1.3 is the last one with the paper's sparse attention under these names: 0.1.8
attends to everything while decoding unless told otherwise, and 0.2 to chosen tokens in place of chunks.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
from environment import ROOT, Environment

TOLERANCE = 1e-3
HEAD_SIZE = 64


def random_model(layers, blocks, width, vocabulary, seed):
    """Tensors of an RWKV-X checkpoint, with the spreads of a trained one."""
    import torch
    torch.manual_seed(seed)
    uniform = lambda shape, mean, spread: mean + spread * (2 * torch.rand(shape) - 1)
    matrix = lambda out, inputs, gain=1.0: uniform((out, inputs), 0, gain * (3 / inputs) ** 0.5)
    tensors = {"rwkv.emb.weight": uniform((vocabulary, width), 0, 1),
               "rwkv.head.weight": matrix(vocabulary, width)}

    def norm(name):
        tensors[name + ".weight"] = uniform((width,), 1, 0.2)
        tensors[name + ".bias"] = uniform((width,), 0, 0.05)

    norm("rwkv.ln_out")
    norm("rwkv.blocks.0.ln0")
    for layer in range(layers):
        block = f"rwkv.blocks.{layer}."
        for name in ("ln1", "ln2", "att.ln_x"):
            norm(block + name)
        for name in "rwkvag":
            tensors[block + f"att.x_{name}"] = torch.rand(1, 1, width)
        for name, rank, mean, spread in (("w", 32, -3, 3), ("a", 32, 0, 0.5), ("v", 32, 0.7, 0.4)):
            tensors[block + f"att.{name}0"] = uniform((1, 1, width), mean, spread)
            tensors[block + f"att.{name}1"] = matrix(width, rank)
            tensors[block + f"att.{name}2"] = uniform((rank, width), 0, 0.05)
        tensors[block + "att.g1"] = matrix(width, 64)
        tensors[block + "att.g2"] = uniform((64, width), 0, 0.2)
        tensors[block + "att.k_k"] = uniform((1, 1, width), 0.7, 0.1)
        tensors[block + "att.k_a"] = uniform((1, 1, width), 1, 0.1)
        tensors[block + "att.r_k"] = uniform((width // HEAD_SIZE, HEAD_SIZE), 0, 0.1)
        for name in ("receptance", "key", "value", "output"):
            tensors[block + f"att.{name}.weight"] = matrix(width, width, 0.5)
        tensors[block + "ffn.x_k"] = torch.rand(1, 1, width)
        tensors[block + "ffn.key.weight"] = matrix(4 * width, width, 0.5)
        tensors[block + "ffn.value.weight"] = matrix(width, 4 * width, 0.5)
    for m in range(blocks):
        block = f"moba.{m}."
        norm(block + "ln1")
        norm(block + "ln2")
        # Queries and keys large enough for attention that prefers some tokens.
        for name, gain in (("receptance", 1.5), ("key", 1.5), ("value", 1.0), ("output", 1.0)):
            tensors[block + f"att.{name}.weight"] = matrix(width, width, gain)
        tensors[block + "ffn.x_k"] = torch.rand(1, 1, width)
        tensors[block + "ffn.key.weight"] = matrix(4 * width, width, 0.5)
        tensors[block + "ffn.value.weight"] = matrix(width, 4 * width, 0.5)
    return tensors


def logits_of_package(path, chunk, chunks, tokens, decoded):
    import torch
    from rwkv_x.model import RWKV_X, RWKV_X_Config
    config = RWKV_X_Config(moba_chunk_size=chunk, moba_topk=chunks, max_kv_cache_size=0)
    model = RWKV_X(str(path), "cpu fp32", config)
    prompt = len(tokens) - decoded
    rows, state = [], None
    if prompt > 0:
        out, state = model.forward(tokens[:prompt], None, full_output=True)
        rows += list(out.reshape(prompt, -1))
    for token in tokens[prompt:]:
        out, state = model.forward([token], state)
        rows.append(out.reshape(-1))
    return torch.stack(rows).float().numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=ROOT / "build/release/bin/inkgate-cli")
    parser.add_argument("--work", default=ROOT / "build/compare")
    options = parser.parse_args()
    environment = Environment(options.work, ["numpy", "torch", "rwkv-x==0.1.3"], options.cli)
    environment.again_in_venv(__file__)

    import numpy as np
    import torch

    vocabulary, chunk, chunks = 96, 16, 3
    # Prompt and continuation: all seen; beyond k chunks while writing; prompts in pieces, with and without a rest.
    texts = [(0, 140), (20, 20), (40, 100), (48, 60), (70, 60), (96, 90), (150, 150)]
    worst = 0
    for seed in (1, 2, 3):
        path = environment.folder / f"small-rwkvx-{seed}.pth"
        torch.save(random_model(4, 2, 128, vocabulary, seed), path)
        for prompt, decoded in texts:
            tokens = np.random.default_rng(seed).integers(0, vocabulary, prompt + decoded).tolist()
            expected = logits_of_package(path, chunk, chunks, tokens, decoded)
            out = environment.folder / "small-rwkvx.ours"
            environment.inkgate("logits", "--model", path, "--type", "f32", "--cache-type", "f32", "--cache-limit", 0,
                                "--sparse-attention", "package", "--chunk-size", chunk, "--chunk-count", chunks,
                                "--tokens", ",".join(map(str, tokens)), "--decode", decoded, "--all", "--out", out)
            ours = np.fromfile(out, np.float32).reshape(len(tokens), -1)
            difference = np.abs(ours - expected).max() / np.abs(expected).max()
            worst = max(worst, difference)
            print(f"seed {seed}, {prompt} tokens at once and {decoded} one by one: {difference:.1e} of the greatest logit")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
