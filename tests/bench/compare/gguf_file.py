"""Writes float32 RWKV-6 and RWKV-7 weights with the official names as GGUF, after docs/spec/formats.md section 3."""
import struct

import numpy as np

HEAD_SIZE = 64


def _string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(data)) + data


def _renamed(weights, arch, layers):
    """(GGUF name, array in row-major order) of every tensor."""
    plain = {
        "emb.weight": "token_embd.weight",
        "head.weight": "output.weight",
        "blocks.0.ln0.weight": "token_embd_norm.weight",
        "blocks.0.ln0.bias": "token_embd_norm.bias",
        "ln_out.weight": "output_norm.weight",
        "ln_out.bias": "output_norm.bias",
    }
    for official, name in plain.items():
        yield name, weights[official]
    for layer in range(layers):
        block, out = f"blocks.{layer}.", f"blk.{layer}."
        att, ffn = block + "att.", block + "ffn."
        flat = lambda name: weights[name].reshape(-1)
        for part in ("weight", "bias"):
            yield f"{out}attn_norm.{part}", weights[f"{block}ln1.{part}"]
            yield f"{out}attn_norm_2.{part}", weights[f"{block}ln2.{part}"]
            yield f"{out}time_mix_ln.{part}", weights[f"{att}ln_x.{part}"]
        for name in ("receptance", "key", "value", "output") + (("gate",) if arch == "rwkv6" else ()):
            yield f"{out}time_mix_{name}.weight", weights[f"{att}{name}.weight"]
        for name in ("key", "value") + (("receptance",) if arch == "rwkv6" else ()):
            yield f"{out}channel_mix_{name}.weight", weights[f"{ffn}{name}.weight"]
        width = weights["emb.weight"].shape[1]
        if arch == "rwkv6":
            yield f"{out}time_mix_lerp_x.weight", flat(att + "time_maa_x").reshape(1, 1, width)
            fused = [flat(f"{att}time_maa_{j}") for j in "wkvrg"]
            yield f"{out}time_mix_lerp_fused.weight", np.stack(fused).reshape(5, 1, 1, width)
            yield f"{out}time_mix_w1.weight", weights[att + "time_maa_w1"].T
            yield f"{out}time_mix_w2.weight", weights[att + "time_maa_w2"].transpose(0, 2, 1)
            yield f"{out}time_mix_decay.weight", flat(att + "time_decay")
            yield f"{out}time_mix_decay_w1.weight", weights[att + "time_decay_w1"].T
            yield f"{out}time_mix_decay_w2.weight", weights[att + "time_decay_w2"].T
            yield f"{out}time_mix_first.weight", weights[att + "time_faaaa"]
            for j in "kr":
                yield f"{out}channel_mix_lerp_{j}.weight", flat(f"{ffn}time_maa_{j}").reshape(1, 1, width)
            continue
        fused = [flat(f"{att}x_{j}") for j in "rwkvag"]
        yield f"{out}time_mix_lerp_fused.weight", np.stack(fused).reshape(6, 1, 1, width)
        for j in "wavg":
            # The converter gives the first block's value residual, which it lacks, a copy of the rate's.
            source = "a" if j == "v" and layer == 0 else j
            if j != "g":
                yield f"{out}time_mix_{j}0.weight", flat(f"{att}{source}0")
            yield f"{out}time_mix_{j}1.weight", weights[f"{att}{source}1"].T
            yield f"{out}time_mix_{j}2.weight", weights[f"{att}{source}2"].T
        for j in ("k_k", "k_a", "r_k"):
            yield f"{out}time_mix_{j}.weight", flat(att + j)
        yield f"{out}channel_mix_lerp_k.weight", flat(ffn + "x_k").reshape(1, 1, width)


def write(path, weights):
    """`weights`: name -> float32 array. Returns the architecture."""
    arch = "rwkv6" if "blocks.0.att.time_maa_x" in weights else "rwkv7"
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
    vocabulary, width = weights["emb.weight"].shape
    values = []
    u32 = lambda key, number: values.append(_string(key) + struct.pack("<II", 4, number))
    text = lambda key, value: values.append(_string(key) + struct.pack("<I", 8) + _string(value))
    text("general.architecture", arch)
    text("general.name", "small")
    u32(f"{arch}.context_length", 1 << 20)
    u32(f"{arch}.embedding_length", width)
    u32(f"{arch}.block_count", layers)
    u32(f"{arch}.feed_forward_length", weights["blocks.0.ffn.key.weight"].shape[0])
    u32(f"{arch}.attention.head_count", 0)
    values.append(_string(f"{arch}.attention.layer_norm_epsilon") + struct.pack("<If", 6, 1e-5))
    u32(f"{arch}.wkv.head_size", HEAD_SIZE)
    u32(f"{arch}.token_shift_count", 2)
    if arch == "rwkv6":
        u32(f"{arch}.rescale_every_n_layers", 0)
        u32(f"{arch}.time_mix_extra_dim", weights["blocks.0.att.time_maa_w1"].shape[1] // 5)
        u32(f"{arch}.time_decay_extra_dim", weights["blocks.0.att.time_decay_w1"].shape[1])
    else:
        later = "blocks.%d.att." % min(1, layers - 1)
        for key, name in (("decay", "w1"), ("iclr", "a1"), ("value_residual_mix", "v1"), ("gate", "g1")):
            u32(f"{arch}.attention.{key}_lora_rank", weights[later + name].shape[1])
    tokens = [b"<s>"] + [b"<t%d>" % i for i in range(1, vocabulary)]
    text("tokenizer.ggml.model", "rwkv")
    values.append(_string("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, vocabulary) + b"".join(map(_string, tokens)))
    kinds = [3] + [1] * (vocabulary - 1)
    values.append(_string("tokenizer.ggml.token_type") + struct.pack("<IIQ", 9, 5, vocabulary) + struct.pack(f"<{vocabulary}i", *kinds))
    u32("tokenizer.ggml.bos_token_id", 0)
    u32("tokenizer.ggml.eos_token_id", 0)

    tensors = [(name, np.ascontiguousarray(array, np.float32)) for name, array in _renamed(weights, arch, layers)]
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + b"".join(values)
    offset = 0
    for name, array in tensors:
        head += _string(name) + struct.pack("<I", array.ndim)
        head += struct.pack(f"<{array.ndim}Q", *reversed(array.shape)) + struct.pack("<IQ", 0, offset)
        offset += -(-array.nbytes // 32) * 32
    with open(path, "wb") as file:
        file.write(head + b"\0" * (-len(head) % 32))
        for _, array in tensors:
            file.write(array.tobytes() + b"\0" * (-array.nbytes % 32))
    return arch
