"""The other programs, each in a process of its own: others.py llama-speed|llama-logits|rwkv-logits ... prints JSON.

Run by the interpreter of the virtual environment that environment.py makes.
"""
import json
import resource
import sys
import time

import numpy as np


def llama_speed(path, prefill, decode, threads):
    from llama_cpp import Llama

    begin = time.perf_counter()
    model = Llama(path, n_ctx=prefill + decode + 64, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False)
    load = time.perf_counter() - begin
    tokens = np.random.default_rng(1).integers(1, model.n_vocab(), prefill).tolist()
    model.eval(tokens[: min(64, prefill)])  # the first run prepares
    model.reset()
    begin = time.perf_counter()
    model.eval(tokens)
    prefill_rate = prefill / (time.perf_counter() - begin)
    for token in tokens[:4]:
        model.eval([token])
    begin = time.perf_counter()
    for token in tokens[:decode]:
        model.eval([token])
    return {
        "load_seconds": load,
        "prefill_tokens_per_second": prefill_rate,
        "decode_tokens_per_second": decode / (time.perf_counter() - begin),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


def llama_logits(path, tokens, out):
    from llama_cpp import Llama

    model = Llama(path, n_ctx=len(tokens) + 8, logits_all=True, verbose=False)
    model.eval(tokens)
    np.asarray(model.scores[: len(tokens)], np.float32).tofile(out)
    return {}


def rwkv_logits(path, tokens, out, version):
    import os

    os.environ["RWKV_JIT_ON"] = "0"
    os.environ["RWKV_CUDA_ON"] = "0"
    if version == 7:
        os.environ["RWKV_V7_ON"] = "1"
    from rwkv.model import RWKV

    model = RWKV(model=path.removesuffix(".pth"), strategy="cpu fp32")
    state, rows = None, []
    for token in tokens:
        logits, state = model.forward([token], state)
        rows.append(logits.float().numpy())
    np.stack(rows).astype(np.float32).tofile(out)
    return {}


def main():
    what, path, *rest = sys.argv[1:]
    if what == "llama-speed":
        result = llama_speed(path, *map(int, rest))
    else:
        tokens = [int(token) for token in rest[0].split(",")]
        result = llama_logits(path, tokens, rest[1]) if what == "llama-logits" else rwkv_logits(path, tokens, rest[1], int(rest[2]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
