"""An X server of its own, and one start of Inkgate on it that is used by keys and mouse, as a writer does. Needs xvfb, openbox, xdotool."""
import os
import signal
import subprocess
import time

KEY_SECONDS = 0.015  # between keys, as a very fast typist
START_SECONDS = 60.0
QUIT_SECONDS = 20.0


def run(*command, **options):
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


def environment_in(folder, display):
    """Inkgate's surroundings: a home of its own in `folder`, and nothing of the machine's desktop."""
    environment = {**os.environ, "HOME": os.path.join(folder, "home"), "DISPLAY": display, "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": folder}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    os.makedirs(environment["HOME"], exist_ok=True)
    return environment


class Screen:
    """An X server of 1280x800 with a window manager, until it is left."""

    def __init__(self, environment):
        self.environment = environment

    def __enter__(self):
        self.server = subprocess.Popen(["Xvfb", self.environment["DISPLAY"], "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)
        time.sleep(1)
        self._start_manager()
        return self

    def _start_manager(self):
        self.manager = subprocess.Popen(["openbox"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def tend(self):
        """Windows get no keys without a window manager, and openbox does not survive hours of everything."""
        if self.manager.poll() is not None:
            self._start_manager()

    def __exit__(self, *_):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()


class Desk:
    """One start of the application, until it is ended."""

    def __init__(self, inkgate, environment, *files, before=(), folder=None, errors=subprocess.DEVNULL, patience=START_SECONDS):
        """`before`: a command that runs the program; `folder`: where it starts; `errors`: a file for what it says; `patience`: seconds until its
        window must be there."""
        self.environment = environment
        self.process = subprocess.Popen([*before, inkgate, *files], env=environment, cwd=folder, stdout=subprocess.DEVNULL,
                                        stderr=errors)
        deadline = time.time() + patience
        self.window = ""
        while not self.window and time.time() < deadline:
            time.sleep(0.1)
            found = run("xdotool", "search", "--onlyvisible", "--name", " — Inkgate$", env=environment).stdout.split()
            self.window = found[-1] if found else ""
        if not self.window:
            self.process.kill()
            self.process.wait()
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

    def end(self, how=signal.SIGKILL, limit=QUIT_SECONDS):
        at = time.time()
        died_before = self.process.poll() is not None
        self.process.send_signal(how)
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError("Inkgate did not end when it was asked to") from None
        return at, died_before
