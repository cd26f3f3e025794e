#!/usr/bin/env python3
"""The table of docs/spec/enhanced-rwkv.md section 10: variants of the enhancement beside their base, trained on the
same tokens in the same order, some seeds each. It can be stopped at any time and goes on where it was: a training
from its checkpoint, a row from its result file.

  tests/evidence/run_evidence.py --cli build/release/bin/inkgate-cli --corpus FOLDER --work FOLDER [--tokens N]
                                 [--seeds 1,2,3] [--rows base conv-routing ...] [--architectures rwkv6,rwkv7]
  tests/evidence/run_evidence.py --work FOLDER --table         prints the table of what is there

Each row is trained by `train`, then measured by `evaluate` on the validation text (nats per token, by position).
Differences to the base are paired by seed; p and intervals are of Student's t.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys

# A row: the gate as `train --gate` takes it, and more arguments. The wider base has about as many multiply-adds more
# as the routing's map (2 D R + R D with R = 32 at width 128), in its feed-forward width.
ROWS = {
    "base": ("none", {}),
    "wider base": ("none", {"rwkv6": ["--feed-forward", "496"], "rwkv7": ["--feed-forward", "560"]}),
    "adaptive": ("adaptive", {}),
    "adaptive-mlp": ("adaptive-mlp", {}),
    "adaptive, no LayerNorm": ("no-layernorm", {}),
    "adaptive, fixed gate": ("fixed-gate", {}),
    "conv-routing": ("conv-routing", {}),
    "conv-routing, no LayerNorm": ("conv-routing-no-layernorm", {}),
    "multi-scale": ("multi-scale", {}),
    "multi-scale, no LayerNorm": ("multi-scale-no-layernorm", {}),
    "embedding-routing": ("embedding-routing", {}),
    "embedding-routing, no LayerNorm": ("embedding-routing-no-layernorm", {}),
    "full-routing": ("full-routing", {}),
    "full-routing, no LayerNorm": ("full-routing-no-layernorm", {}),
    "row-routing": ("row-routing", {}),
    "row-routing, no LayerNorm": ("row-routing-no-layernorm", {}),
    "source-gates": ("source-gates", {}),
    "source-gates, no LayerNorm": ("source-gates-no-layernorm", {}),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default="build/release/bin/inkgate-cli")
    parser.add_argument("--corpus", help="with train.txt.zst and valid.txt.zst")
    parser.add_argument("--vocab", default="resources/models/tales/tokenizer.model")
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--tokens", type=int, default=5_000_000)
    parser.add_argument("--valid-bytes", type=int, default=2_000_000)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--rows", nargs="*", default=list(ROWS), help="names as in the table")
    parser.add_argument("--architectures", default="rwkv6,rwkv7")
    parser.add_argument("--optimiser", default="adamw")
    parser.add_argument("--learning-rate", default="2e-3")
    parser.add_argument("--table", action="store_true")
    return parser.parse_args()


def run(options, architecture, row, seed):
    """Trains and measures one row, unless its result is there."""
    name = f"{architecture}-{row.replace(', ', '-').replace(' ', '-')}-{seed}"
    result = options.work / f"{name}.json"
    if result.exists():
        return
    gate, more = ROWS[row]
    model = options.work / f"{name}.safetensors"
    train = [options.cli, "train", "--resume", "--json", "--out", model, "--architecture", architecture, "--gate", gate,
             "--text", f"{options.corpus}/train.txt.zst", "--vocab", options.vocab, "--layers", 5, "--width", 128,
             "--head-size", 32, "--tokens", options.tokens, "--sequences", 16, "--window", 256, "--segment", 2048,
             "--learning-rate", options.learning_rate, "--optimiser", options.optimiser, "--seed", seed,
             "--checkpoint-seconds", 120] + more.get(architecture, [])
    print(f"{name}: training", flush=True)
    # One encoded text serves all rows: the cache stands beside each output.
    cache = options.work / "tokens"
    tokens = pathlib.Path(f"{model}.tokens")
    if cache.exists() and not tokens.exists():
        tokens.hardlink_to(cache)
    trained = json.loads(subprocess.run([str(a) for a in train], check=True, stdout=subprocess.PIPE).stdout)
    if not trained["complete"]:
        sys.exit(f"{name}: stopped")
    if not cache.exists():
        cache.hardlink_to(tokens)
    measured = subprocess.run(
        [options.cli, "evaluate", "--json", "--model", str(model), "--vocab", options.vocab, "--text",
         f"{options.corpus}/valid.txt.zst", "--limit-bytes", str(options.valid_bytes)],
        check=True, stdout=subprocess.PIPE)
    figures = json.loads(measured.stdout)
    result.write_text(json.dumps({
        "architecture": architecture, "row": row, "seed": seed, "tokens": trained["tokens"],
        "parameters": trained["parameters"], "optimiser": options.optimiser, "learning_rate": options.learning_rate,
        "nats": math.log(figures["perplexity"]), "bits_per_byte": figures["bits_per_byte"],
        "by_position": figures["by_position"], "seconds": trained["seconds"]}, indent=1))
    for leftover in (tokens, pathlib.Path(f"{model}.checkpoint")):
        leftover.unlink(missing_ok=True)


def t_tail(t, degrees):
    """P(|T| > t) by Simpson's rule over the density; exact enough for four digits."""
    scale = math.gamma((degrees + 1) / 2) / (math.sqrt(degrees * math.pi) * math.gamma(degrees / 2))
    density = lambda x: scale * (1 + x * x / degrees) ** (-(degrees + 1) / 2)
    steps = 20_000
    width = abs(t) / steps
    total = sum((4 if i % 2 else 2) * density(i * width) for i in range(1, steps))
    return max(0.0, 1 - 2 * width / 3 * (density(0) + total + density(abs(t))))


def t_quantile(degrees, share=0.95):
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - t_tail(middle, degrees) < share else (low, middle)
    return (low + high) / 2


def difference(values):
    """Mean, half of the 95 % interval, p of paired differences."""
    mean = statistics.mean(values)
    if len(values) < 2:
        return f"{mean:+.4f}", ""
    error = statistics.stdev(values) / math.sqrt(len(values))
    if error == 0:
        return f"{mean:+.4f}", ""
    return f"{mean:+.4f} ± {t_quantile(len(values) - 1) * error:.4f}", f"{t_tail(mean / error, len(values) - 1):.3f}"


def table(options):
    results = [json.loads(path.read_text()) for path in sorted(options.work.glob("*.json"))]
    for architecture in sorted({r["architecture"] for r in results}):
        of = [r for r in results if r["architecture"] == architecture]
        tokens = max(r["tokens"] for r in of)
        of = [r for r in of if r["tokens"] == tokens]
        base = {r["seed"]: r for r in of if r["row"] == "base"}
        print(f"\n### {architecture}, {tokens / 1e6:.1f} million tokens\n")
        stretches = [s["begin"] for s in of[0]["by_position"]]
        print("| | parameters | seeds | nats per token | beside the base | p | perplexity |"
              + "".join(f" from {s} |" for s in stretches))
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |" + " ---: |" * len(stretches))
        for row in [r for r in ROWS if any(x["row"] == r for x in of)]:
            rows = [r for r in of if r["row"] == row]
            pairs = [r["nats"] - base[r["seed"]]["nats"] for r in rows if r["seed"] in base]
            beside, p = difference(pairs) if row != "base" and pairs else ("", "")
            percent = f"{100 * math.expm1(statistics.mean(pairs)):+.2f} %" if beside else ""
            places = "".join(
                f" {statistics.mean(next(s['nats_per_token'] for s in r['by_position'] if s['begin'] == at) for r in rows):.4f} |"
                for at in stretches)
            print(f"| {row} | {rows[0]['parameters']:,} | {len(rows)} | {statistics.mean(r['nats'] for r in rows):.4f} "
                  f"| {beside} | {p} | {percent} |{places}")


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.table:
        return table(options)
    if not options.corpus:
        sys.exit("--corpus FOLDER is needed")
    # All rows of a seed before the next seed, so that what is there at any moment is comparable.
    for seed in options.seeds.split(","):
        for row in options.rows:
            if row not in ROWS:
                sys.exit(f"no row is called {row!r}; there are: " + ", ".join(ROWS))
            for architecture in options.architectures.split(","):
                run(options, architecture, row, int(seed))
    table(options)


if __name__ == "__main__":
    main()
