"""Small RWKV weights: random ones, and those in a float32 safetensors file."""
import json
import struct

import numpy as np

HEAD_SIZE = 64


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}; convert with --type f32")
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], np.float32).reshape(entry["shape"]).copy()
    return tensors


def random_model(arch, layers=3, width=128, vocabulary=256, seed=1):
    """Official names, shapes and orientations; spreads as in a trained model, so that logits are of a usual size."""
    rng = np.random.default_rng(seed)
    normal = lambda shape, deviation: (rng.standard_normal(shape) * deviation).astype(np.float32)
    uniform = lambda shape, low, high: rng.uniform(low, high, shape).astype(np.float32)
    heads = width // HEAD_SIZE
    feed_forward = width * 4 if arch == "rwkv7" else width * 7 // 64 * 32
    model = {"emb.weight": normal((vocabulary, width), 1), "head.weight": normal((vocabulary, width), width**-0.5)}

    def norm(name):
        model[name + ".weight"] = uniform(width, 0.7, 1.3)
        model[name + ".bias"] = normal(width, 0.05)

    norm("blocks.0.ln0")
    norm("ln_out")
    for layer in range(layers):
        block = f"blocks.{layer}."
        att, ffn = block + "att.", block + "ffn."
        for name in (block + "ln1", block + "ln2", att + "ln_x"):
            norm(name)
        for name in ("receptance", "key", "value", "output") + (("gate",) if arch == "rwkv6" else ()):
            model[f"{att}{name}.weight"] = normal((width, width), 0.5 * width**-0.5)
        model[ffn + "key.weight"] = normal((feed_forward, width), 0.5 * width**-0.5)
        model[ffn + "value.weight"] = normal((width, feed_forward), 0.5 * feed_forward**-0.5)
        vector = (1, 1, width)
        if arch == "rwkv6":
            model[ffn + "receptance.weight"] = normal((width, width), 0.5 * width**-0.5)
            for name in ("x", "w", "k", "v", "r", "g"):
                model[f"{att}time_maa_{name}"] = uniform(vector, 0, 1)
            for name in ("k", "r"):
                model[f"{ffn}time_maa_{name}"] = uniform(vector, 0, 1)
            model[att + "time_maa_w1"] = normal((width, 5 * 32), 0.05)
            model[att + "time_maa_w2"] = normal((5, 32, width), 0.05)
            model[att + "time_decay"] = uniform(vector, -6, 0)
            model[att + "time_decay_w1"] = normal((width, 64), 0.05)
            model[att + "time_decay_w2"] = normal((64, width), 0.05)
            model[att + "time_faaaa"] = normal((heads, HEAD_SIZE), 0.3)
            continue
        for name in "rwkvag":
            model[f"{att}x_{name}"] = uniform(vector, 0, 1)
        model[ffn + "x_k"] = uniform(vector, 0, 1)
        for name, mean in (("w", -3), ("a", 0), ("v", 0.5)):
            if name == "v" and layer == 0:
                continue
            model[f"{att}{name}0"] = (normal(vector, 0.5) + mean).astype(np.float32)
        for name in "wavg":
            if name == "v" and layer == 0:
                continue
            model[f"{att}{name}1"] = normal((width, 32), 0.05)
            model[f"{att}{name}2"] = normal((32, width), 0.1)
        model[att + "k_k"] = uniform(vector, 0.6, 0.9)
        model[att + "k_a"] = uniform(vector, 0.9, 1.1)
        model[att + "r_k"] = normal((heads, HEAD_SIZE), 0.1)
    return model
