#!/usr/bin/env python3
"""Kills the real application while a writer types and the model writes, and looks at what the project still holds.

    tests/soak/kill_app.py [--inkgate build/release/bin/inkgate] [--kills 50] [--seed 1]

Each round starts Inkgate under an X server of its own, on the same untitled project, types numbered marks ("<17>") at the cursor, asks for
continuations, and sends SIGKILL at a random moment. What was typed more than a second before the kill must be in the project file
when the next start has opened it, and every run must have its tokens. Needs xvfb, openbox and xdotool (Debian packages of these names).
The exit status is 0 if every kill was survived.
"""
import argparse
import contextlib
import glob
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

MAY_BE_LOST_SECONDS = 1.0
KEY_SECONDS = 0.015  # between keys, as a very fast typist


def run(*command, **options):
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


def story_text(path):
    """The text as FORMAT.md describes it: the snapshot with the journal's edits applied. Positions are UTF-16 units."""
    with contextlib.closing(sqlite3.connect(path)) as database:  # an open connection would lock Inkgate out
        edits, text = database.execute("SELECT edits, text FROM text_snapshot").fetchone()
        journal = database.execute(
            "SELECT position, removed, inserted FROM edit_journal WHERE sequence > ? ORDER BY sequence", (edits,)).fetchall()
        unfinished = database.execute("SELECT count(*) FROM story_run WHERE is_finished = 0").fetchone()[0]
        runs = database.execute("SELECT count(*) FROM story_run").fetchone()[0]
        torn = database.execute(
            "SELECT count(*) FROM story_run r WHERE length(r.text) > 0 AND NOT EXISTS "
            "(SELECT 1 FROM story_run_token t WHERE t.run = r.id)").fetchone()[0]
    units = (text.decode() if isinstance(text, bytes) else text).encode("utf-16-le")
    for position, removed, inserted in journal:
        inserted = (inserted.decode() if isinstance(inserted, bytes) else inserted).encode("utf-16-le")
        units = units[:2 * position] + inserted + units[2 * (position + removed):]
    return units.decode("utf-16-le"), runs, unfinished, torn


def the_project(environment):
    """The untitled project that the first start made and every later one opens again."""
    projects = glob.glob(os.path.join(environment["HOME"], ".local/share/inkgate/untitled/*.inkgate"))
    if len(projects) != 1:
        raise RuntimeError(f"one project was expected, not {projects}")
    return projects[0]


class Desk:
    """One start of the application, until it is killed."""

    def __init__(self, inkgate, environment):
        self.environment = environment
        self.process = subprocess.Popen([inkgate], env=environment, stdout=subprocess.DEVNULL,
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

    def kill(self):
        at = time.time()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return at


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inkgate", default="build/release/bin/inkgate")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--display", default=":77")
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOME": folder, "DISPLAY": arguments.display, "LC_ALL": "C.UTF-8",
                       "XDG_RUNTIME_DIR": folder}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            environment.pop(name, None)
        servers = [subprocess.Popen(["Xvfb", arguments.display, "-screen", "0", "1280x800x24"],
                                    stderr=subprocess.DEVNULL)]
        time.sleep(1)
        servers.append(subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL))
        try:
            return kill_again_and_again(arguments, dice, environment)
        finally:
            for server in reversed(servers):
                server.terminate()
                server.wait()


def kill_again_and_again(arguments, dice, environment):
    marks, failures, runs = 0, 0, 0
    for kill in range(1, arguments.kills + 1):
        desk = Desk(arguments.inkgate, environment)
        typed = []  # (when the last key of a mark was sent, its number)
        end = time.time() + dice.uniform(0.5, 4.0)
        while time.time() < end:
            action = dice.randrange(10)
            if action < 7:
                marks += 1
                desk.type(f"<{marks}>")
                typed.append((time.time(), marks))
            elif action < 9:
                desk.key("ctrl+Return")
            else:
                desk.key("Escape")
        killed = desk.kill()
        expected = [number for at, number in typed if at <= killed - MAY_BE_LOST_SECONDS]

        # Opened once more by the application itself, which recovers what it finds.
        desk = Desk(arguments.inkgate, environment)
        time.sleep(1)
        desk.kill()
        text, runs, unfinished, torn = story_text(the_project(environment))
        lost = [number for number in expected if f"<{number}>" not in text]
        problem = bool(lost) or torn > 0
        failures += problem
        print(f"kill {kill}: {len(typed)} marks typed, {len(expected)} must be there, {len(lost)} lost; {runs} runs, "
              f"{unfinished} cut off, {torn} without tokens; {len(text)} characters{'  FAILED' if problem else ''}", flush=True)
    print(f"{arguments.kills} kills, {failures} with a loss, {runs} runs")
    return 1 if failures or runs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
