"""What a restless writer does with Inkgate: one random action after the other, by keys and mouse. The same seed gives the same actions."""
from desk import run

WORDS = ("the a and of in was that she he they door lamp river night letter window slowly never again before behind under old small quiet wind "
         "rain stones harbour keeper clock mother stranger bread salt road winter remembered opened whispered walked waited recieve teh untill "
         "her his its not with from upon said Anna Mr. Hale London October Tuesday").split()
FOREIGN = ("Übergröße", "schöne Grüße", "naïve café", "Straße", "žluťoučký", "日本語", "مرحبا", "😀", "👩‍👩‍👧", "🇪🇺", "é", "—", "“so”", "…")
ENDS = (".", ".", ".", ",", "?", "!", ";", " —", "...")
ROOMS = ("ctrl+m", "ctrl+g", "ctrl+t", "ctrl+shift+r", "ctrl+shift+o", "ctrl+shift+g")  # keys that show and hide what is beside the page
MENUS = ("f", "e", "w", "s", "v", "m", "h")
GREATEST_WIDTH, GREATEST_HEIGHT = 1270, 770
MOST_DIALOG_STEPS = 12  # then a dialog is closed as a window is


class RestlessHands:
    """Uses one start of Inkgate. `dice`: random.Random."""

    def __init__(self, desk, dice):
        self.desk = desk
        self.dice = dice
        self.is_long = False  # the text; big parts are taken away then
        self.dialogs = {}  # title: how often it was met
        self.in_dialog = 0  # steps since the page was in front
        self.kinds = {name: weight for name, weight in KINDS}

    def do(self, *words):
        return run("xdotool", *words, env=self.desk.environment).stdout

    def key(self, *keys, times=1):
        self.do("key", "--delay", "12", *(keys * times))

    def type(self, text):
        self.do("type", "--delay", str(self.dice.choice((1, 8, 15))), "--", text)

    def rest(self, longest):
        """As long as an eye takes."""
        self.do("sleep", f"{self.dice.uniform(0.02, longest):.2f}")

    def act(self):
        """One action; its name. Where a dialog is in front, it goes to that."""
        active = self.active()
        if active in ("", self.desk.window):
            self.in_dialog = 0
            kind = "take much away" if self.is_long and self.dice.random() < 0.2 else self.dice.choices(
                list(self.kinds), list(self.kinds.values()))[0]
        else:
            kind = "dialog"
            self.in_dialog += 1
            if self.in_dialog == 1:
                title = self.do("getwindowname", active).strip()
                self.dialogs[title] = self.dialogs.get(title, 0) + 1
        getattr(self, "_" + kind.replace(" ", "_").replace("-", "_"))()
        return kind

    def active(self):
        """The window that the keys go to. Where a click has taken them from a dialog, which waits on, or has made the window an icon, they
        come back after a while."""
        active = self.do("getactivewindow").strip()
        if self.dice.random() < 0.2:
            shown = self.do("search", "--onlyvisible", "--name", " — Inkgate$").split()
            dialogs = [window for window in shown if window != self.desk.window]
            if dialogs and active in ("", self.desk.window):
                self.do("windowactivate", dialogs[-1])
                return dialogs[-1]
            if not dialogs:  # what became an icon, a dialog perhaps; windows that are closed don't mind
                for window in self.do("search", "--name", " — Inkgate$").split():
                    if window not in shown:
                        self.do("windowactivate", window)
        if not active:
            self.do("windowfocus", self.desk.window)
        return active

    # A place on the page, whatever is around it.
    def _to_page(self):
        x, y = self.dice.randrange(450, 800), self.dice.randrange(120, 350)
        self.do("mousemove", "--window", self.desk.window, str(x), str(y), "click", "1")

    def _maybe_to_page(self):
        if self.dice.random() < 0.5:
            self._to_page()
        elif self.dice.random() < 0.3:
            self.key("ctrl+End")

    def sentence(self, most):
        words = [self.dice.choice(WORDS) for _ in range(self.dice.randint(1, most))]
        if self.dice.random() < 0.06:  # each such character changes the keyboard's layout, which costs the whole desk time
            words.insert(self.dice.randint(0, len(words)), self.dice.choice(FOREIGN))
        return " ".join(words) + self.dice.choice(ENDS) + " "

    # Writing.
    def _words(self):
        self._maybe_to_page()
        self.type(self.sentence(8))

    def _paragraph(self):
        self._maybe_to_page()
        self.key("Return")
        self.type("".join(self.sentence(14) for _ in range(self.dice.randint(1, 4))))
        self.key("Return")

    def _foreign(self):
        self._maybe_to_page()
        self.type(" ".join(self.dice.choices(FOREIGN, k=self.dice.randint(1, 4))))

    def _marks(self):
        """Lines that are structure: headings, scene breaks, quotations."""
        self.key("End")
        self.type(self.dice.choice(("\n# Chapter of the ", "\n* * *\n", "\n> ", "\n---\n")) + self.sentence(3))

    def _erase(self):
        self.key(self.dice.choice(("BackSpace", "Delete", "ctrl+BackSpace", "ctrl+Delete")), times=self.dice.randint(1, 12))

    # Cursor, selection, clipboard.
    def _cursor(self):
        self.key(*self.dice.choices(("Left", "Right", "Up", "Down", "Home", "End", "Prior", "Next", "ctrl+Left", "ctrl+Right", "ctrl+Up",
                                     "ctrl+Down", "ctrl+Home", "ctrl+End"), k=self.dice.randint(1, 8)))

    def _select(self):
        self.key(*self.dice.choices(("shift+Left", "shift+Right", "shift+Up", "shift+Down", "shift+Home", "shift+End", "shift+Prior",
                                     "ctrl+shift+Left", "ctrl+shift+Right"), k=self.dice.randint(1, 8)))
        if self.dice.random() < 0.5:
            self.key(self.dice.choice(("ctrl+x", "ctrl+c", "BackSpace", "Left")))

    def _paste(self):
        self.key("ctrl+v")

    def _take_much_away(self):
        self._to_page()
        self.key(self.dice.choice(("ctrl+shift+End", "ctrl+shift+Home", "ctrl+a")), self.dice.choice(("Delete", "ctrl+x")))

    # The model.
    def _continue(self):
        self._maybe_to_page()
        self.key("ctrl+Return")
        self.rest(self.dice.choice((0.1, 2.0)))

    def _stop(self):
        self.key("Escape")

    def _try_again(self):
        self.key("ctrl+r")
        self.rest(0.6)

    def _attempts(self):
        for _ in range(self.dice.randint(1, 5)):
            self.key(self.dice.choice(("alt+Up", "alt+Down")))

    def _alternatives(self):
        self.key("alt+Return")
        self.rest(1.5)
        self.key(*self.dice.choice((("1",), ("2",), ("Down", "Return"), ("Down", "Down", "Return"), ("Escape",), ("Return",))))

    def _branch(self):
        self.key("ctrl+b")
        self.rest(0.6)

    def _ghost(self):
        self.key("ctrl+space")
        self.rest(1.0)
        for _ in range(self.dice.randint(1, 3)):
            self.key(self.dice.choice(("Tab", "ctrl+Right", "ctrl+Right", "Escape", "e", "Left")))

    def _likely_words(self):
        self.key("ctrl+period")
        self.rest(0.4)
        self.key(*self.dice.choices(("Left", "Right", "Down", "Up"), k=3), self.dice.choice(("Return", "Escape", "Escape")))

    def _looks_back(self):
        self.key("ctrl+shift+l")
        self.rest(0.4)
        self.key(*self.dice.choices(("Left", "Right"), k=3), "Escape")

    def _compare(self):
        self.key("ctrl+shift+Return")
        self.rest(2.0)
        self.key(*self.dice.choice((("Escape",), ("Escape", "Escape"), ("Tab", "space"), ("Tab", "Tab", "space"))))
        if self.dice.random() < 0.7:
            self.key("Escape")

    def _memory(self):
        self.key("ctrl+l")
        self.rest(0.5)
        self.type(self.sentence(6))
        if self.dice.random() < 0.5:  # the lorebook, where what is random may add and remove entries
            self.key("ctrl+Tab", "Tab", "space")
            self.type(self.dice.choice(WORDS))
        self.key(*self.dice.choice((("Escape",), ("Tab", "Tab", "Return"), ("ctrl+Tab", "Escape"))))

    # Back and forth.
    def _undo(self):
        self.key("ctrl+z", times=self.dice.choice((1, 3, 15)))

    def _redo(self):
        self.key("ctrl+shift+z", times=self.dice.choice((1, 3, 15)))

    # Finding.
    def _find(self):
        self.key("ctrl+f")
        self.type(self.dice.choice(WORDS + ["e", "ü"]))
        self.key(*self.dice.choices(("Return", "F3", "shift+F3"), k=self.dice.randint(1, 4)))
        self.key("Escape")

    def _replace_all(self):
        self.key("ctrl+h")
        self.type(self.dice.choice(WORDS))
        self.key("Tab")
        self.type(self.dice.choice(WORDS))
        self.key(*self.dice.choice((("alt+a",), ("Tab", "space"), ("Tab", "Tab", "space"), ("Return",))), "Escape")

    # Structure.
    def _new_chapter(self):
        self.key("alt+s", "n")
        self.type(self.sentence(2))

    def _scene_break(self):
        self.key("ctrl+shift+b")

    def _merge(self):
        self.key("alt+s", "m")

    def _rename(self):
        self.key("alt+s", "r")
        self.rest(0.3)
        self.type(self.sentence(2))
        self.key(self.dice.choice(("Return", "Return", "Escape")))

    def _go_to(self):
        self.key("ctrl+j")
        self.rest(0.3)
        self.key(*self.dice.choices(("Down", "Up", "Next"), k=3), self.dice.choice(("Return", "Escape")))

    def _outline(self):
        self.key("ctrl+shift+o")
        self.rest(0.3)
        for _ in range(self.dice.randint(1, 5)):
            self.key(self.dice.choice(("Down", "Down", "Up", "ctrl+shift+Up", "ctrl+shift+Down", "Return", "Left", "Right")))
        if self.dice.random() < 0.3:
            self.key("F2")
            self.type(self.sentence(2))
            self.key("Return")

    # Versions.
    def _versions(self):
        self.key("ctrl+shift+h")
        self.rest(1.5)
        self.key(*self.dice.choices(("Down", "Up", "End", "Home"), k=3))
        self.rest(1.0)
        self.key(*self.dice.choice((("alt+r",), ("alt+b",), ("Tab",), ("alt+b", "alt+b"), ("alt+p",))))
        self.rest(0.5)
        self.key("Escape")

    def _keep_version(self):
        self.key("alt+f", "k")
        self.rest(0.4)
        self.type(self.dice.choice(WORDS))
        self.key(self.dice.choice(("Return", "Escape")))

    # Panels and looks.
    def _panel(self):
        self.key(self.dice.choice(ROOMS))

    def _attempts_panel(self):
        self.key("ctrl+t")
        self.rest(0.3)
        for _ in range(self.dice.randint(1, 6)):
            self.key(self.dice.choice(("Down", "Up", "Left", "Right", "Return", "Delete", "Down", "Down")))

    def _heatmap(self):
        for _ in range(self.dice.randint(2, 10)):
            self._move_to(self.dice.randrange(60, 900), self.dice.randrange(520, 760))
        self.do("click", str(self.dice.choice((1, 1, 3, 4, 5))))

    def _panes(self):
        self.key(*self.dice.choices(("F6", "shift+F6", "F7", "F8", "shift+F8", "F11", "Tab"), k=self.dice.randint(1, 3)))

    def _theme(self):
        self.key("alt+v", "t", self.dice.choice(("s", "l", "d")))

    def _zoom(self):
        self.key(self.dice.choice(("ctrl+plus", "ctrl+minus")), times=self.dice.randint(1, 4))

    def _window_size(self):
        self.do("windowsize", self.desk.window, str(self.dice.randrange(700, GREATEST_WIDTH)), str(self.dice.randrange(480, GREATEST_HEIGHT)))

    def _preferences(self):
        self.key("ctrl+comma")
        self.rest(0.6)
        self.key(*self.dice.choices(("Down", "Up", "ctrl+Tab", "Tab"), k=self.dice.randint(0, 4)), "Escape")

    def _help(self):
        self.key("F1")
        self.rest(0.4)
        self.key("Escape")

    # The mouse, anywhere.
    def _move_to(self, x, y):
        self.do("mousemove", "--window", self.desk.window, str(x), str(y))

    def _anywhere(self):
        return self.dice.randrange(2, GREATEST_WIDTH), self.dice.randrange(2, GREATEST_HEIGHT)

    def _click(self):
        self._move_to(*self._anywhere())
        self.do("click", "--repeat", str(self.dice.choice((1, 1, 1, 2, 3))), str(self.dice.choice((1, 1, 1, 1, 3))))
        self.rest(0.3)
        if self.dice.random() < 0.6:
            self.key("Escape")

    def _drag(self):
        self._move_to(*self._anywhere())
        self.do("mousedown", "1")
        for _ in range(self.dice.randint(1, 5)):
            self._move_to(*self._anywhere())
        self.do("mouseup", "1")

    def _wheel(self):
        self._move_to(*self._anywhere())
        held = self.dice.random() < 0.1
        if held:
            self.do("keydown", "ctrl")
        self.do("click", "--repeat", str(self.dice.randint(1, 20)), "--delay", "10", str(self.dice.choice((4, 5))))
        if held:
            self.do("keyup", "ctrl")

    def _menu(self):
        """Any entry, but for the last ones of the first menu, of which one is Quit."""
        menu = self.dice.choice(MENUS)
        self.key("alt+" + menu)
        self.rest(0.2)
        steps = self.dice.randint(1, 7 if menu == "f" else 22)
        self.key("Down", times=steps)
        self.key(self.dice.choice(("Return", "Return", "Escape", "Right")))
        self.rest(0.4)
        self.key("Escape")

    def _dialog(self):
        """A dialog is in front. Mostly it is left."""
        if self.in_dialog > MOST_DIALOG_STEPS:
            if self.do("getactivewindow").strip() != self.desk.window:
                self.key("alt+F4")
            self.in_dialog = 0
        elif self.dice.random() < 0.5:
            self.key("Escape")
        else:
            self.key(*self.dice.choices(("Tab", "Tab", "space", "Down", "Up", "Return", "ctrl+Tab", "Left", "Right"), k=self.dice.randint(1, 4)))
        self.rest(0.2)


KINDS = (("words", 14), ("paragraph", 5), ("foreign", 2), ("marks", 2), ("erase", 5), ("cursor", 8), ("select", 6), ("paste", 3),
         ("take much away", 0.5), ("continue", 9), ("stop", 3), ("try again", 5), ("attempts", 5), ("alternatives", 4), ("branch", 3), ("ghost", 6),
         ("likely words", 4), ("looks back", 2), ("compare", 3), ("memory", 2), ("undo", 6), ("redo", 5), ("find", 3), ("replace all", 2),
         ("new chapter", 2), ("scene break", 3), ("merge", 2), ("rename", 1), ("go to", 3), ("outline", 3), ("versions", 2), ("keep version", 1),
         ("panel", 5), ("attempts panel", 3), ("heatmap", 4), ("panes", 4), ("theme", 1), ("zoom", 2), ("window size", 2), ("preferences", 1),
         ("help", 0.5), ("click", 5), ("drag", 3), ("wheel", 3), ("menu", 3))
