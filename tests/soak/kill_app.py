#!/usr/bin/env python3
"""Ends the real application at random moments, on a desk where things happen to its files, and looks for the writer's words.

    tests/soak/kill_app.py [--inkgate build/release/bin/inkgate] [--kills 50] [--seed 1] [--events rename,delete,...]

Each round starts Inkgate under an X server of its own on the same story, types numbered marks ("<17>") at the end of it and asks for
continuations. At a random moment one thing happens: the project is renamed, deleted, another version is moved into its place or copied over
it, its disk becomes full, or is write-protected from the start, or the model's file is overwritten. Or the writer keeps versions under names all
the time ("versions"), or goes back to older ones ("restore"), or the kill comes when the first backup copy of the session is made ("backups").
Then the program is ended: mostly by SIGKILL, now and then by SIGTERM, as at a log-out. The next start finds what is left. What was typed more than
a second before a SIGKILL, or at all before a SIGTERM, must then be in one project file, and every run must have its tokens. Every database that is
left must be whole (PRAGMA integrity_check), every version have all of its words, and what is called a backup be a whole project. After going back
to an older text, the words may be in a version.

Needs xvfb, openbox, xdotool (Debian packages of these names), and root, to mount a small disk; without root the events that need
the disk are left out. The exit status is 0 if nothing was lost.
"""
import argparse
import contextlib
import glob
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time

from desk import Desk, Screen, environment_in, run
from project_reading import faults_of, story_text, version_texts

NOTICED_SECONDS = 1.5
DISK = "size=64m"
EVENTS = ("nothing", "rename", "delete", "replace", "overwrite", "full", "readonly", "model", "versions", "restore", "backups")
BACKUP_SECONDS = 1.0  # from the first change that is saved to the backup copy
NEED_DISK = ("full", "readonly")


class Place:
    """The folder in which the story lies, and what happens to it there."""

    def __init__(self, folder, arguments, environment):
        self.disk = os.path.join(folder, "disk")
        os.mkdir(self.disk)
        self.is_mounted = os.geteuid() == 0 and run("mount", "-t", "tmpfs", "-o", DISK, "tmpfs", self.disk).returncode == 0
        self.story = os.path.join(self.disk, "story.inkgate")
        self.older = os.path.join(folder, "older.inkgate")
        self.fill = os.path.join(self.disk, "fill")
        self.home = environment["HOME"]
        self.model = os.path.join(folder, "model", "mine.safetensors")
        self.model_source = arguments.model
        self.renames = 0

    def close(self):
        if self.is_mounted:
            run("umount", "-l", self.disk)

    def files(self):
        recovered = (".local/share/inkgate/recovered", ".cache/inkgate/recovered")
        folders = [self.disk] + [os.path.join(self.home, name) for name in recovered] + [f"/tmp/inkgate-recovered-{os.geteuid()}"]
        return [path for folder in folders for path in glob.glob(os.path.join(glob.escape(folder), "*.inkgate"))]

    def backups(self):
        return glob.glob(os.path.join(glob.escape(self.disk), "* backups", "*.inkgate"))

    def put_model(self):
        os.makedirs(os.path.dirname(self.model), exist_ok=True)
        shutil.copyfile(os.path.join(self.model_source, "base.safetensors"), self.model)
        shutil.copyfile(os.path.join(self.model_source, "tokenizer.model"),
                        os.path.join(os.path.dirname(self.model), "tokenizer.model"))
        settings = os.path.join(self.home, ".config/inkgate/inkgate.ini")
        os.makedirs(os.path.dirname(settings), exist_ok=True)
        lines = open(settings, encoding="utf-8").read().splitlines() if os.path.exists(settings) else []
        kept, is_model = [], False
        for line in lines:
            is_model = line == "[model]" if line.startswith("[") else is_model
            if not is_model:
                kept.append(line)
        with open(settings, "w", encoding="utf-8") as file:
            file.write("\n".join(kept + ["", "[model]", f"added={self.model}", "gate=none", f"name={self.model}", ""]))

    def before(self, event):
        if event == "readonly":
            run("mount", "-o", "remount,ro", self.disk)
        self.put_model()
        if event == "backups":
            for folder in glob.glob(os.path.join(glob.escape(self.disk), "* backups")):
                shutil.rmtree(folder)

    def happen(self, event):
        if event == "rename":
            self.renames += 1
            moved = os.path.join(self.disk, f"renamed {self.renames}.inkgate")
            os.rename(self.story, moved)
            self.story = moved
        elif event == "delete":
            os.unlink(self.story)
        elif event == "replace":
            shutil.copyfile(self.older, self.story + ".part")
            os.replace(self.story + ".part", self.story)
        elif event == "overwrite":
            shutil.copyfile(self.older, self.story)
        elif event == "full":
            with contextlib.suppress(OSError), open(self.fill, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 16))
            with contextlib.suppress(OSError), open(self.fill, "ab", buffering=0) as file:
                while True:
                    file.write(bytes(512))
        elif event == "model":
            with open(self.model, "r+b") as file:
                file.truncate(1000)

    def after(self, event):
        if event == "readonly":
            run("mount", "-o", "remount,rw", self.disk)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.fill)

    def settle(self, best):
        """As a writer does in the end: one file, in its place."""
        if best != self.story:
            shutil.copyfile(best, os.path.join(self.disk, "settled"))
        for path in self.files():
            if path != self.story or best != self.story:
                os.unlink(path)
        self.story = os.path.join(self.disk, "story.inkgate") if best != self.story else self.story
        with contextlib.suppress(FileNotFoundError):
            os.replace(os.path.join(self.disk, "settled"), self.story)


def write_until(desk, end, dice, marks, when, act, event):
    """Types and generates; at `when` something happens. What was typed: (when the last key of a mark was sent, its number); and the versions
    that were kept: (when, name)."""
    typed, kept = [], []
    while time.time() < end:
        has_acted = act and time.time() >= when
        if has_acted:
            act()
            act = None
        action = 0 if has_acted else dice.randrange(10)
        if event == "versions" and action % 2:
            name = f"V{marks}-{len(kept)}"
            kept.append((desk.keep_version(name), name))
        elif event == "restore" and action % 3 == 1:
            desk.restore_oldest()
            desk.key("ctrl+End")
        elif action < 7:
            marks += 1
            desk.type(f"<{marks}>")
            typed.append((time.time(), marks))
        elif action < 9:
            desk.key("ctrl+Return")
        else:
            desk.key("Escape")
    return typed, marks, kept


def look(place, expected, in_versions):
    """The file that holds the most of the expected marks: (path, lost, runs, torn)."""
    found = []
    for path in place.files():
        try:
            text, runs, torn = story_text(path)
        except sqlite3.Error as error:
            print(f"  {path}: {error}")
            continue
        if in_versions:
            text += "".join(words for _, words in version_texts(path)[0])
        lost = [number for number in expected if f"<{number}>" not in text]
        found.append((len(lost), -len(text), path, lost, runs, torn))
    if not found:
        return None, expected, 0, 0
    return min(found)[2:]


def one_round(number, place, arguments, environment, dice, marks, known):
    event = dice.choice(arguments.events)
    how = signal.SIGTERM if dice.random() < 0.2 else signal.SIGKILL
    place.before(event)
    desk = Desk(arguments.inkgate, environment, place.story)
    start = time.time()
    end = start + dice.uniform(1.0, 5.0)
    when = dice.uniform(start, end)
    if event == "backups":  # a copy takes some milliseconds, a second after the first words are saved
        end = start + BACKUP_SECONDS + dice.uniform(0.1, 1.0)
    elif event in ("versions", "restore"):
        end = max(end, start + 3.0)
    if event in ("delete", "replace", "overwrite"):
        end = max(end, when + NOTICED_SECONDS)  # before that, what was deleted is deleted
    typed, marks, kept = write_until(desk, end, dice, marks, when, lambda: place.happen(event), event)
    if how == signal.SIGTERM:
        time.sleep(0.5)  # for keys that are still on their way through the X server
    ended, died_before = desk.end(how)
    place.after(event)
    limit = ended if how == signal.SIGTERM else ended - arguments.may_be_lost
    expected = known + [mark for at, mark in typed if at <= limit]

    # Opened once more by the application itself, which finds by itself where the story is.
    desk = Desk(arguments.inkgate, environment)
    time.sleep(1)
    desk.end()
    best, lost, runs, torn = look(place, expected, event == "restore")
    faults = [fault for path in place.files() + place.backups() for fault in faults_of(path)]
    names = [name for name, _ in version_texts(best)[0]] if best else []
    faults += [f"version {name} is not there" for at, name in kept if at <= limit and name not in names]
    for fault in faults:
        print("  " + fault)
    problem = bool(lost) or torn > 0 or died_before or bool(faults)
    print(f"{number}: {event}, {how.name}: {len(typed)} marks typed, {len(expected)} must be there, {len(lost)} lost; {runs} runs, "
          f"{len(names)} versions, {len(kept)} kept by name, {len(place.backups())} backups, {torn} without "
          f"tokens{', DIED BY ITSELF' if died_before else ''}{'  FAILED' if problem else ''}", flush=True)
    if lost and arguments.keep:
        shutil.copytree(place.disk, os.path.join(arguments.keep, str(number)), dirs_exist_ok=True)
    if best:
        place.settle(best)
    text = story_text(place.story)[0]
    return marks, [mark for mark in range(1, marks + 1) if f"<{mark}>" in text], problem, runs


def kill_again_and_again(place, arguments, dice, environment):
    desk = Desk(arguments.inkgate, environment)
    desk.type("<1>")
    desk.save_as(place.story)
    desk.end(signal.SIGTERM)
    shutil.copyfile(place.story, place.older)
    marks, known, failures, runs = 1, [1], 0, 0
    for number in range(1, arguments.kills + 1):
        marks, known, problem, runs = one_round(number, place, arguments, environment, dice, marks, known)
        failures += problem
    print(f"{arguments.kills} rounds, {failures} with a loss, {runs} runs")
    return 1 if failures or runs == 0 else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inkgate", default="build/release/bin/inkgate")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--display", default=":77")
    parser.add_argument("--events", default=",".join(EVENTS), help="which may happen, of: " + ", ".join(EVENTS))
    parser.add_argument("--model", default="resources/models/tales", help="the folder whose model is used and overwritten")
    parser.add_argument("--may-be-lost", type=float, default=1.0, metavar="SECONDS",
                        help="before a SIGKILL; more than 1 only where the machine is too busy to show keys at once")
    parser.add_argument("--keep", help="a folder for what a failing round leaves")
    arguments = parser.parse_args()
    arguments.events = [event for event in arguments.events.split(",") if event]
    if unknown := set(arguments.events) - set(EVENTS):
        parser.error("no such event: " + ", ".join(sorted(unknown)))
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_in(folder, arguments.display)
        place = Place(folder, arguments, environment)
        if not place.is_mounted:
            arguments.events = [event for event in arguments.events if event not in NEED_DISK]
            print("no small disk could be mounted: " + ", ".join(NEED_DISK) + " are left out")
        try:
            with Screen(environment):
                return kill_again_and_again(place, arguments, random.Random(arguments.seed), environment)
        finally:
            place.close()


if __name__ == "__main__":
    sys.exit(main())
