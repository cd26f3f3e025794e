"""Watches a running program from outside: what it takes of the machine, and what it writes to its error output."""
import os
import re
import time

SANITIZER_RULE = "=" * 18  # ThreadSanitizer writes such a line above and below a report
NUMBERS = ((re.compile(r"0x[0-9a-f]+"), "0x…"), (re.compile(r"\b(pid|tid)=\d+"), r"\1=…"), (re.compile(r"==\d+=="), "==…=="))


class Sample:
    """What a process takes at one moment. `megabytes`: resident memory."""

    def __init__(self, pid):
        self.at = time.time()
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            fields = dict(line.split(":", 1) for line in file)
        self.megabytes = int(fields["VmRSS"].split()[0]) / 1024
        self.threads = int(fields["Threads"])
        self.files = len(os.listdir(f"/proc/{pid}/fd"))


def growth(samples):
    """Megabytes by which the mean of the last fifth of the time is above that of the second; None of a short time."""
    if len(samples) < 10:
        return None
    start, length = samples[0].at, samples[-1].at - samples[0].at

    def mean(fifth):
        values = [sample.megabytes for sample in samples if fifth <= 5 * (sample.at - start) / length <= fifth + 1]
        return sum(values) / len(values) if values else None

    early, late = mean(1), mean(4)
    return None if early is None or late is None else late - early


def reports_in(text):
    """What stands in an error output: (name, whole text) of each. A sanitizer's report is one, named by its summary; so is every other line."""
    found, block = [], None
    for line in text.splitlines():
        if line.startswith(SANITIZER_RULE):
            if block:
                found.append(block)
            block = None if block else []
        elif block is not None:
            block.append(line)
        elif line.strip():
            found.append([line])
    if block:
        found.append(block)
    return [(_name_of(lines), "\n".join(lines)) for lines in found]


def _name_of(lines):
    name = next((line for line in lines if line.startswith("SUMMARY:")), lines[0])
    for pattern, word in NUMBERS:
        name = pattern.sub(word, name)
    return name
