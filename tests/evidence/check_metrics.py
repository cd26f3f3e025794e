#!/usr/bin/env python3
"""Holds our BLEU, self-BLEU and ROUGE against the packages that define them: sacrebleu and rouge-score.

    python3 -m venv /tmp/metrics && /tmp/metrics/bin/pip install sacrebleu rouge-score
    /tmp/metrics/bin/python tests/evidence/check_metrics.py --cli build/bin/inkgate-cli [--texts FILE.jsonl ...]

Texts are pairs made to be difficult, random ones, and those of the files given: lines with "reference" and
"continuation", as `inkgate-cli evaluate --continuations-out` writes them. Every pair is scored alone, and every set as
a whole. Exit status 0: all figures agree to 1e-6.
"""
import argparse
import itertools
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU

TOLERANCE = 1e-6

HARD_TEXTS = [
    "",
    " ",
    "\n",
    ".",
    "one",
    "one two",
    "one two three",
    "The quick brown fox jumps over the lazy dog.",
    "The quick brown fox jumped over the lazy dogs!",
    "the the the the the the the the the the",
    "It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,000; not 10:30.",
    "It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,001; not 10:31",
    "A well-known man of 20-30 years -- or 40- - or so -, said no-one.",
    "A well-known man of 20 - 30 years — or 40–50 or so, said no one.",
    "\"Don't,\" she said, 'it's the boys' turn.' \u201cDon\u2019t,\u201d \u2018he\u2019 said\u2026",
    "\"Don't,\" he said, 'it's the boy's turn.' \"Dont,\" 'he' said...",
    "R&amp;D &lt;b&gt;bold&lt;/b&gt; &quot;quoted&quot; &apos; &amp;amp; &nbsp; & &amp",
    "R&D <b>bold</b> \"quoted\" ' &amp; &nbsp; & &",
    "<skipped> the skipped <skipped>word and <ski<skipped>pped>",
    "a line that ends in a hyph-\nen and one that- \n does not-\n",
    "a line that ends in a hyphen and one that- does not-",
    "\n\nParagraph one.\r\n\r\nParagraph two.\n\n\n\tTabbed.\x0b\x0cFeeds.\x1cSeparators\x1d\x1e\x1f",
    "Paragraph one. Paragraph two. Tabbed. Feeds. Separators",
    "Non\u00a0breaking\u2009thin\u3000wide\u2028line\u2029paragraph\u0085next\u1680ogham\u202fnarrow\u205fmath spaces\u00a0",
    "zero\u200bwidth\u2060joiner\ufeffmark\u180evowel",
    "Caf\u00e9 na\u00efve \u00c9lan \u00fcber Stra\u00dfe \u0130stanbul \u212aelvin \u212bngstr\u00f6m \ufb01ne \u01c5ungla",
    "cafe naive Elan uber Strasse istanbul kelvin angstrom fine dzungla",
    "\u0130\u0130\u212a\u212aI\u0131 K\u212aK",
    "日本語のテキスト。中文，标点！ Привет, мир! ελληνικά; שלום עולם.",
    "日本語のテキスト 中文 Привет мир ελληνικά שלום עולם",
    "emoji 😀😃 👩‍👩‍👧 and 🇩🇪, e\u0301 combining",
    "semi;colon:co,lon.dot..dots...many....a.b.c. U.S.A. e.g. i.e., etc.",
    ",,,...,,, .,.,., 1,,2 1..2 1.,2 ,1 .1 1, 1.",
    "{curly} [square] (round) <angle> |pipe| ~tilde~ `tick` ^hat^ _under_ =eq= +plus+ *star* @at #hash $5 %p /s\\b",
    "a\u00b2 1\u00bd \u0661\u0662\u0663.\u0664 \u4e00.5 \uff11,\uff12",
    "tokens that end with a space . ",
    "ABC abc AbC aBc 123abc abc123 a1b2",
    "$1,234.56-$7,890.12 (2024-01-31) 3-4-5 -5 - 5",
]


def random_texts(count, seed):
    generator = random.Random(seed)
    pieces = ["the", "a", "night", "storm", "Rain", "it's", "1,234.5", "20-30", ".", ",", "...", "!", "?", "-", "—", "'",
              '"', "&amp;", "&", "\n", "-\n", "\u00a0", "\u201c", "\u201d", "é", "İ", "\u212a", "日", "3", ".5", "5.", "<", "(", ")"]
    for _ in range(count):
        joints = generator.choice(["", " ", " ", " "])
        yield joints.join(generator.choice(pieces) for _ in range(generator.randrange(0, 70)))


def pairs_of_file(path):
    with open(path, encoding="utf-8") as lines:
        return [(entry["continuation"], entry["reference"]) for entry in map(json.loads, lines)]


class OurScores:
    def __init__(self, cli, folder):
        self.cli = cli
        self.path = pathlib.Path(folder) / "pairs.jsonl"

    def of(self, pairs, groups=False):
        """Scores of all pairs together; `groups`: of each alone."""
        with open(self.path, "w", encoding="utf-8") as lines:
            for i, (continuation, reference) in enumerate(pairs):
                entry = {"reference": reference, "continuation": continuation}
                if groups:
                    entry["model"] = str(i)
                lines.write(json.dumps(entry) + "\n")
        command = [self.cli, "evaluate", "--continuations", str(self.path), "--json", "--bootstrap-samples", "20"]
        result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return result.get("groups", [result]) if groups else result


class Comparison:
    def __init__(self):
        self.worst = {}
        self.figures = 0
        self.failures = []

    def add(self, name, ours, theirs, about):
        difference = abs(ours - theirs)
        self.figures += 1
        self.worst[name] = max(self.worst.get(name, 0.0), difference)
        if not difference <= TOLERANCE:
            self.failures.append(f"{name}: ours {ours!r}, theirs {theirs!r}: {about}")


def check_pairs(ours, pairs, comparison, bleu, scorer):
    for (continuation, reference), scores in zip(pairs, ours.of(pairs, groups=True), strict=True):
        about = repr((continuation, reference))
        theirs = scorer.score(reference, continuation)
        comparison.add("BLEU of one", scores["bleu"]["value"],
                       bleu.corpus_score([continuation], [[reference]]).score, about)
        comparison.add("ROUGE-1 of one", scores["rouge1"]["value"], theirs["rouge1"].fmeasure, about)
        comparison.add("ROUGE-L of one", scores["rougeL"]["value"], theirs["rougeL"].fmeasure, about)


def check_set(name, ours, pairs, comparison, bleu, scorer):
    continuations, references = zip(*pairs)
    scores = ours.of(pairs)
    theirs = bleu.corpus_score(list(continuations), [list(references)])
    comparison.add("BLEU of a set", scores["bleu"]["value"], theirs.score, name)
    comparison.add("brevity penalty", scores["brevity_penalty"], theirs.bp, name)
    for ours_key, key in (("rouge1", "rouge1"), ("rougeL", "rougeL")):
        mean = math.fsum(scorer.score(r, c)[key].fmeasure for c, r in pairs) / len(pairs)
        comparison.add(f"{key} of a set", scores[ours_key]["value"], mean, name)
    others = [[c for j, c in enumerate(continuations) if j != i] for i in range(len(continuations))]
    mean = math.fsum(bleu.sentence_score(c, o).score for c, o in zip(continuations, others)) / len(continuations)
    comparison.add("self-BLEU", scores["self_bleu"]["value"], mean, name)
    print(f"{name}: {len(pairs)} pairs, BLEU {theirs.score:.6f}, self-BLEU {mean:.6f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", default="build/bin/inkgate-cli", help="the program to check")
    parser.add_argument("--texts", action="append", default=[], help="a file that --continuations-out wrote")
    parser.add_argument("--random", type=int, default=400, help="random pairs")
    arguments = parser.parse_args()
    bleu = BLEU()
    bleu.sentence_score("a", ["a"])  # its advice about sentences once
    scorer = rouge_scorer.RougeScorer(["rouge1", "rougeL"], use_stemmer=False)
    sets = {"hard texts": list(itertools.product(HARD_TEXTS, HARD_TEXTS))}
    made = list(random_texts(2 * arguments.random, 7))
    sets["random texts"] = list(zip(made[::2], made[1::2]))
    for path in arguments.texts:
        sets[path] = pairs_of_file(path)
    comparison = Comparison()
    with tempfile.TemporaryDirectory() as folder:
        ours = OurScores(arguments.cli, folder)
        for name, pairs in sets.items():
            check_pairs(ours, pairs, comparison, bleu, scorer)
            # Self-BLEU takes the square of a set's size in sacrebleu.
            check_set(name, ours, pairs[:: max(1, len(pairs) // 400)], comparison, bleu, scorer)
    for name, difference in comparison.worst.items():
        print(f"{name:18} greatest difference {difference:.3g}")
    for failure in comparison.failures[:20]:
        print("DIFFERS", failure)
    print(f"{comparison.figures} figures, {len(comparison.failures)} differ by more than {TOLERANCE}")
    return 1 if comparison.failures else 0


if __name__ == "__main__":
    sys.exit(main())
