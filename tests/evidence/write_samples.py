#!/usr/bin/env python3
"""The first prompts of prompts.jsonl, each continued by a model without and with its gate, as a page: samples that
nobody chose.

  tests/evidence/write_samples.py --cli build/release/bin/inkgate-cli --prompts FOLDER/prompts.jsonl > samples.md
                                  [--model tales] [--gate gated] [--count 20] [--tokens 80] [--seed 1]
"""

import argparse
import json
import subprocess


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default="build/release/bin/inkgate-cli")
    parser.add_argument("--prompts", required=True)
    parser.add_argument("--model", default="tales")
    parser.add_argument("--gate", default="gated")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def continued(options, gate, prompt):
    command = [options.cli, "generate", "--json", "--model", options.model, "--gate", gate, "--prompt-file", "-",
               "--max-tokens", str(options.tokens), "--seed", str(options.seed)]
    return json.loads(subprocess.run(command, input=prompt, check=True, capture_output=True, text=True).stdout)["text"]


def quoted(text):
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def main():
    options = arguments()
    with open(options.prompts, encoding="utf-8") as lines:
        items = [json.loads(line) for _, line in zip(range(options.count), lines)]
    print(f"# Samples of {options.model}\n")
    print(f"The first {len(items)} prompts of the test split's `prompts.jsonl` and {options.tokens} tokens of each model, as they came: "
          f"sampling as `generate` does by itself, seed {options.seed}.\nMade by `tests/evidence/write_samples.py`.")
    for number, item in enumerate(items, 1):
        prompt = item["prompt"] + item["sep"]
        print(f"\n## {number}\n\n{quoted(item['prompt'])}")
        for name, gate in (("base", "none"), (options.gate, options.gate)):
            print(f"\n**{name}**\n\n{quoted(continued(options, gate, prompt))}")


if __name__ == "__main__":
    main()
