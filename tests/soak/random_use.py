#!/usr/bin/env python3
"""Uses the real application at random for hours: writes, generates, branches, undoes, restructures, as a restless writer.

    tests/soak/random_use.py [--inkgate build/release/bin/inkgate] [--minutes 120] [--seed 1] [--display :78] [--keep FOLDER]

Inkgate runs under an X server of its own, in a home of its own, without a network where the system allows that. A stream of random actions
(tests/soak/restless_hands.py), the same for the same seed, goes to it. Every --restart minutes it is ended by SIGTERM, as at a log-out; the
projects it left are then read without it (PRAGMA integrity_check, text, versions, runs), and it is started again on the same story. If an action
ends it, that is counted, and it is started again as well.

What the model remembers of texts is limited to --state-cache MiB (INKGATE_STATE_CACHE): it may else fill an eighth of the machine's memory, and
nothing could be said of the rest.

Told each minute: resident memory, threads, open files, the story's length. Told at the end: the actions by kind, every distinct line or sanitizer
report that the program wrote to its error output, and by how much resident memory grew from the second fifth to the last fifth of each start.
The exit status is 0 if there was no crash, no such line, no fault of a project, and no growth above --may-grow.

It works on a build with ThreadSanitizer as well (CONTRIBUTING.md says how to make one). Needs xvfb, openbox and xdotool (Debian packages of these names).
"""
import argparse
import collections
import glob
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time

from desk import Desk, Screen, environment_in, run
from program_watch import Sample, growth, reports_in
from project_reading import faults_of, story_text
from restless_hands import RestlessHands

SAMPLE_SECONDS = 10.0
LONGEST_STORY = 60_000  # UTF-16 units
LAST_ACTIONS = 25  # told after a crash
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tsan.supp")


def without_network():
    """The command that keeps the program off the network: a random click on "Download" shall fetch nothing."""
    for command in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if run(*command, "true").returncode == 0:
            return command
    print("the network can't be taken away from the program here; a random click may download a model")
    return ()


class Use:
    """The hours on one story: starts, what was done, what was found."""

    def __init__(self, arguments, folder, environment):
        self.arguments = arguments
        self.folder = folder
        self.environment = environment
        self.dice = random.Random(arguments.seed)
        self.before = without_network()
        self.work = os.path.join(folder, "work")  # where the program starts, and a crash leaves its core
        os.mkdir(self.work)
        self.story = os.path.join(self.work, "story.inkgate")
        self.actions = collections.Counter()
        self.dialogs = collections.Counter()
        self.reports = collections.Counter()
        self.examples = {}
        self.faults = []
        self.growths = []
        self.quits = 0
        self.starts = 0
        self.begin = time.time()
        self.screen = None
        self.is_stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):  # the report comes in any case
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.is_stopped = True

    def projects(self):
        """Every project below the folder, the one that changed last in front."""
        found = glob.glob(os.path.join(glob.escape(self.folder), "**", "*.inkgate"), recursive=True)
        hidden = glob.glob(os.path.join(glob.escape(self.folder), "**", ".*", "**", "*.inkgate"), recursive=True)
        return sorted(set(found + hidden), key=os.path.getmtime, reverse=True)

    def length(self):
        """Of the story that is open; None while it can't be read."""
        try:
            return len(story_text(self.projects()[0])[0].encode("utf-16-le")) // 2
        except (sqlite3.Error, TypeError, IndexError, OSError, UnicodeDecodeError):
            return None

    def fault(self, sentence):
        self.faults.append(sentence)
        print("  FAULT: " + sentence, flush=True)

    def one_start(self, seconds):
        """Starts the program, uses it, ends it, looks at what it left."""
        self.starts += 1
        log = os.path.join(self.folder, f"errors-{self.starts}.txt")
        recent = collections.deque(maxlen=LAST_ACTIONS)
        desk = None
        with open(log, "wb") as errors:
            files = [self.story] if os.path.exists(self.story) else []
            try:
                desk = Desk(self.arguments.inkgate, self.environment, *files, before=self.before, folder=self.work, errors=errors,
                            patience=self.arguments.patience)
                if not files:
                    desk.save_as(self.story)
                self.use(desk, time.time() + seconds, recent)
                self.end(desk, recent)
            except RuntimeError as error:  # no window, or no end
                self.fault(f"{error}, after: {', '.join(recent)}")
            finally:
                if desk and desk.process.poll() is None:
                    desk.process.kill()
                    desk.process.wait()
        self.read_errors(log)
        for path in self.projects():
            for sentence in faults_of(path):
                self.fault(sentence)
        self.keep(log)

    def use(self, desk, end, recent):
        hands = RestlessHands(desk, self.dice)
        samples, told = [], 0.0
        while time.time() < end and desk.process.poll() is None and not self.is_stopped:
            self.screen.tend()
            kind = hands.act()
            self.actions[kind] += 1
            recent.append(kind)
            if not samples or time.time() >= samples[-1].at + SAMPLE_SECONDS:
                try:
                    samples.append(Sample(desk.process.pid))
                except (OSError, KeyError):
                    break  # it has ended
            if time.time() >= told + 60:
                told = time.time()
                length = self.length()
                hands.is_long = (length or 0) > LONGEST_STORY
                sample = samples[-1]
                print(f"{(told - self.begin) / 60:6.1f} min  start {self.starts}  {sum(self.actions.values()):6} actions  {sample.megabytes:6.0f} MB"
                      f"  {sample.threads:3} threads  {sample.files:3} files  {'?' if length is None else length:>6} units", flush=True)
        self.dialogs.update(hands.dialogs)
        grown = growth(samples)
        if grown is not None:
            self.growths.append(grown)
            print(f"        start {self.starts}: {grown:+.1f} MB from the second to the last fifth", flush=True)

    def end(self, desk, recent):
        status = desk.process.poll()
        if status == 0:
            self.quits += 1
            print(f"  an action ended the program: {', '.join(recent)}", flush=True)
        elif status is not None:
            self.fault(f"the program ended by itself with status {status}, after: {', '.join(recent)}")
        else:
            desk.end(signal.SIGTERM, self.arguments.patience)
            if desk.process.returncode != 0:
                self.fault(f"the program left with status {desk.process.returncode} after SIGTERM")

    def read_errors(self, log):
        with open(log, encoding="utf-8", errors="replace") as file:
            for name, whole in reports_in(file.read()):
                if name not in self.examples:
                    print("  SAID: " + name, flush=True)
                self.reports[name] += 1
                self.examples.setdefault(name, whole)

    def keep(self, log):
        if self.arguments.keep:
            os.makedirs(self.arguments.keep, exist_ok=True)
            shutil.copy(log, self.arguments.keep)
            for path in [self.story] + glob.glob(os.path.join(glob.escape(self.work), "core*")):
                if os.path.isfile(path):
                    shutil.copy(path, self.arguments.keep)

    def report(self):
        print(f"\n{(time.time() - self.begin) / 60:.0f} minutes, {self.starts} starts, {sum(self.actions.values())} actions, "
              f"{self.quits} ended the program")
        print("actions: " + ", ".join(f"{kind} {count}" for kind, count in self.actions.most_common()))
        print("dialogs: " + ", ".join(f"{title or '(none)'} {count}" for title, count in self.dialogs.most_common()))
        try:
            text, runs, _ = story_text(self.story)
            print(f"the story: {len(text)} characters, {runs} runs")
        except (sqlite3.Error, TypeError) as error:
            self.fault(f"{self.story}: {error}")
        print("growth in MB, of each start: " + " ".join(f"{grown:+.1f}" for grown in self.growths))
        for name, count in self.reports.most_common():
            print(f"\n{count} times: {name}")
            if self.examples[name] != name:
                print(self.examples[name])
        print(f"\n{len(self.faults)} faults, {len(self.reports)} distinct lines or reports ({sum(self.reports.values())} in all)")
        for sentence in self.faults:
            print("  " + sentence)
        has_grown = bool(self.growths) and max(self.growths) > self.arguments.may_grow
        if has_grown:
            print(f"memory grew by more than {self.arguments.may_grow:.0f} MB")
        return 1 if self.faults or self.reports or has_grown else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inkgate", default="build/release/bin/inkgate")
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--restart", type=float, default=10.0, metavar="MINUTES", help="after which the program is ended and started again")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--display", default=":78")
    parser.add_argument("--model", help="a model file to use instead of the one that comes with Inkgate")
    parser.add_argument("--may-grow", type=float, default=100.0, metavar="MB", help="resident memory within one start, from the second fifth "
                        "to the last; what a writer makes in that time, undo steps and attempts with their gates, is kept and takes some")
    parser.add_argument("--state-cache", type=int, default=32, metavar="MIB", help="of each model that is loaded, of which there may be two")
    parser.add_argument("--patience", type=float, default=60.0, metavar="SECONDS", help="for the first window, and for the end when asked to end")
    parser.add_argument("--keep", help="a folder for the error outputs, the story, and cores")
    arguments = parser.parse_args()
    arguments.inkgate = os.path.abspath(arguments.inkgate)
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY) if arguments.keep else (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_in(folder, arguments.display)
        environment.setdefault("TSAN_OPTIONS", f"suppressions={os.path.abspath(SUPPRESSIONS)} second_deadlock_stack=1 history_size=4")
        environment["INKGATE_STATE_CACHE"] = str(arguments.state_cache)
        if arguments.model:
            settings = os.path.join(environment["HOME"], ".config/inkgate/inkgate.ini")
            os.makedirs(os.path.dirname(settings))
            model = os.path.abspath(arguments.model)
            with open(settings, "w", encoding="utf-8") as file:
                file.write(f"[model]\nadded={model}\ngate=none\nname={model}\n")
        use = Use(arguments, folder, environment)
        with Screen(environment) as use.screen:
            end = use.begin + 60 * arguments.minutes
            while time.time() < end - 5 and not use.is_stopped:
                use.one_start(min(60 * arguments.restart, end - time.time()))
        return use.report()


if __name__ == "__main__":
    sys.exit(main())
