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
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib

NOTICED_SECONDS = 1.5
KEY_SECONDS = 0.015  # between keys, as a very fast typist
QUIT_SECONDS = 20.0
DISK = "size=64m"
EVENTS = ("nothing", "rename", "delete", "replace", "overwrite", "full", "readonly", "model", "versions", "restore", "backups")
BACKUP_SECONDS = 1.0  # from the first change that is saved to the backup copy
NEED_DISK = ("full", "readonly")


def run(*command, **options):
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


def story_text(path):
    """The text as docs/formats/project.md describes it: the snapshot with the journal's edits applied. Positions are UTF-16 units."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        edits, text = database.execute("SELECT edits, text FROM text_snapshot").fetchone()
        journal = database.execute(
            "SELECT position, removed, inserted FROM edit_journal WHERE sequence > ? ORDER BY sequence", (edits,)).fetchall()
        runs = database.execute("SELECT count(*) FROM story_run").fetchone()[0]
        torn = database.execute(
            "SELECT count(*) FROM story_run r WHERE length(r.text) > 0 AND NOT EXISTS "
            "(SELECT 1 FROM story_run_token t WHERE t.run = r.id)").fetchone()[0]
    units = text.encode("utf-16-le")
    for position, removed, inserted in journal:
        units = units[:2 * position] + inserted.encode("utf-16-le") + units[2 * (position + removed):]
    return units.decode("utf-16-le"), runs, torn


def version_texts(path):
    """The text of every version, checked against docs/formats/project.md; (name, text) of each, and the faults."""
    texts, faults = [], []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for number, name, units in database.execute("SELECT id, name, units FROM story_version ORDER BY id").fetchall():
            text = b""
            for expected, packed in database.execute(
                    "SELECT hash, packed FROM version_part LEFT JOIN version_chunk ON version_chunk.id = version_part.chunk "
                    "WHERE version = ? ORDER BY version_part.number", (number,)):
                content = zlib.decompress(packed[4:]) if packed else b""
                if hashlib.sha256(content).digest() != expected:
                    faults.append(f"version {number} lacks a chunk")
                    continue
                spans = int.from_bytes(content[:4], "little")
                text += content[4 + spans:]
            decoded = text.decode("utf-8")
            if len(decoded.encode("utf-16-le")) // 2 != units:
                faults.append(f"version {number} has not {units} units")
            texts.append((name, decoded))
    return texts, faults


def faults_of(path):
    """What is wrong with a project: nothing, or sentences."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            whole = [row[0] for row in database.execute("PRAGMA integrity_check").fetchall()]
            foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        story_text(path)
        faults = version_texts(path)[1]
    except (sqlite3.Error, zlib.error, TypeError, UnicodeDecodeError) as error:
        return [f"{path}: {error}"]
    if whole != ["ok"]:
        faults += whole
    if foreign:
        faults.append(f"{len(foreign)} broken references")
    return [f"{path}: {fault}" for fault in faults]


class Desk:
    """One start of the application, until it is ended."""

    def __init__(self, inkgate, environment, *files):
        self.environment = environment
        self.process = subprocess.Popen([inkgate, *files], env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        deadline = time.time() + 60
        self.window = ""
        while not self.window and time.time() < deadline:
            time.sleep(0.1)
            found = run("xdotool", "search", "--onlyvisible", "--name", " — Inkgate$", env=environment).stdout.split()
            self.window = found[-1] if found else ""
        if not self.window:
            raise RuntimeError("Inkgate's window did not appear")
        self.key("ctrl+End")

    def key(self, *keys):
        run("xdotool", "windowfocus", self.window, "key", *keys, env=self.environment)

    def type(self, text):
        run("xdotool", "type", "--delay", str(int(KEY_SECONDS * 1000)), text, env=self.environment)

    def wait_for(self, title):
        deadline = time.time() + 20
        while not run("xdotool", "search", "--onlyvisible", "--name", title, env=self.environment).stdout:
            if time.time() > deadline:
                raise RuntimeError(f"no window is called {title}")
            time.sleep(0.05)

    def keep_version(self, name):
        """By the File menu, as a writer does."""
        self.key("alt+f")
        run("xdotool", "key", "k", env=self.environment)
        self.wait_for("^Keep a version")
        self.type(name)
        run("xdotool", "key", "Return", env=self.environment)
        return time.time()

    def restore_oldest(self):
        self.key("ctrl+shift+h")
        self.wait_for("^Versions")
        time.sleep(0.3)
        run("xdotool", "key", "End", env=self.environment)
        time.sleep(0.5)  # until it is compared, as the button is off before
        run("xdotool", "key", "alt+r", env=self.environment)
        time.sleep(0.3)
        run("xdotool", "key", "Escape", env=self.environment)

    def save_as(self, path):
        self.key("ctrl+shift+s")
        deadline = time.time() + 60
        while not run("xdotool", "search", "--onlyvisible", "--name", "^Save the story as", env=self.environment).stdout:
            if time.time() > deadline:
                raise RuntimeError("no dialog asked for a name")
            time.sleep(0.2)
        time.sleep(1)
        self.type(path)  # over the name that is there
        run("xdotool", "key", "Return", env=self.environment)
        while not os.path.exists(path):
            if time.time() > deadline:
                raise RuntimeError("the story was not saved as " + path)
            time.sleep(0.2)

    def end(self, how=signal.SIGKILL):
        at = time.time()
        died_before = self.process.poll() is not None
        self.process.send_signal(how)
        try:
            self.process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError("Inkgate did not end when it was asked to") from None
        return at, died_before


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
        environment = {**os.environ, "HOME": os.path.join(folder, "home"), "DISPLAY": arguments.display, "LC_ALL": "C.UTF-8",
                       "XDG_RUNTIME_DIR": folder}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            environment.pop(name, None)
        os.mkdir(environment["HOME"])
        place = Place(folder, arguments, environment)
        if not place.is_mounted:
            arguments.events = [event for event in arguments.events if event not in NEED_DISK]
            print("no small disk could be mounted: " + ", ".join(NEED_DISK) + " are left out")
        servers = [subprocess.Popen(["Xvfb", arguments.display, "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)]
        time.sleep(1)
        servers.append(subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL))
        try:
            return kill_again_and_again(place, arguments, random.Random(arguments.seed), environment)
        finally:
            for server in reversed(servers):
                server.terminate()
                server.wait()
            place.close()


if __name__ == "__main__":
    sys.exit(main())
