"""Two ways to use a page: with a mouse, and with the keyboard alone. Both count what a person does.

Time is told twice: what the machine took, and what a person would take by the keystroke-level model of Card, Moran and
Newell (1980): a key 0.28 s, pointing and pressing 1.3 s, a hand that changes between mouse and keys 0.4 s, and 1.35 s of
thought before everything that is not typing on.
"""

import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

KEY, POINT, HOME, THINK = 0.28, 1.3, 0.4, 1.35
MANY_TABS = 160


@dataclass
class Hands:
    """What somebody does, counted per step."""

    page: Page
    clicks: int = 0
    keys: int = 0
    thoughts: int = 0
    hand_changes: int = 0
    steps: list[tuple[str, int, int, float]] = field(default_factory=list)
    _on_mouse: bool = False
    _before: tuple[int, int, float] = (0, 0, 0.0)

    def __post_init__(self) -> None:
        self._before = (0, 0, time.monotonic())
        self.began = time.monotonic()

    def done(self, step: str) -> None:
        """The end of a step: what it took is written down."""
        now = time.monotonic()
        clicks, keys, then = self._before
        self.steps.append((step, self.clicks - clicks, self.keys - keys, now - then))
        self._before = (self.clicks, self.keys, now)

    @property
    def seconds(self) -> float:
        """What a person would need, waiting for the machine included."""
        person = self.keys * KEY + self.clicks * POINT + self.hand_changes * HOME + self.thoughts * THINK
        return person + time.monotonic() - self.began

    def report(self) -> str:
        """All steps, one line each, and the sum."""
        lines = [f"{step}: {clicks} clicks, {keys} keys, {took:.1f} s" for step, clicks, keys, took in self.steps]
        wall = time.monotonic() - self.began
        total = f"sum: {self.clicks} clicks, {self.keys} keys, {wall:.0f} s here, {self.seconds:.0f} s for a person"
        return "\n".join([*lines, total])

    # --- keys, which both have ---
    def press(self, *names: str) -> None:
        """Keys or combinations, one after the other."""
        self._hand(mouse=False)
        self.thoughts += 1
        for name in names:
            self.keys += 1 + name.count("+") if len(name) > 1 else 1
            self.page.keyboard.press(name)

    def write(self, words: str) -> None:
        """Words typed into what has the focus. What an input method puts in counts as two keys for each character."""
        self._hand(mouse=False)
        self.thoughts += 1
        self.keys += sum(1 if character.isascii() else 2 for character in words)
        self.page.keyboard.insert_text(words)

    def paste(self, words: str) -> None:
        """Words that were copied elsewhere."""
        self.page.evaluate("words => navigator.clipboard.writeText(words)", words)
        self.press("Control+v")

    def _see(self, target: Locator) -> None:
        """Nobody is quicker than the 20 ms in which htmx makes new parts of a page work."""
        target.wait_for()
        expect(self.page.locator(".htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)

    def _hand(self, *, mouse: bool) -> None:
        self.hand_changes += mouse != self._on_mouse
        self._on_mouse = mouse

    # --- what each does in its own way ---
    def use(self, target: Locator) -> None:
        """Press a button, follow a link, tick a box."""
        raise NotImplementedError

    def into(self, target: Locator) -> None:
        """Bring the caret into a field."""
        raise NotImplementedError

    def choose(self, target: Locator, label: str) -> None:
        """Take an entry of a list."""
        raise NotImplementedError


class Mouse(Hands):
    """Points and presses; keys only for words."""

    def use(self, target: Locator) -> None:
        self._see(target)
        self._hand(mouse=True)
        self.thoughts += 1
        self.clicks += 1
        target.click()

    into = use

    def choose(self, target: Locator, label: str) -> None:
        self._see(target)
        self._hand(mouse=True)
        self.thoughts += 1
        self.clicks += 2
        target.select_option(label=label)

    def drag(self, what: Locator, where: Locator) -> None:
        """Press, carry, let go."""
        self._hand(mouse=True)
        self.thoughts += 1
        self.clicks += 2
        what.drag_to(where)


class Keyboard(Hands):
    """Reaches everything with Tab and shortcuts: nothing is clicked, focused or filled from outside."""

    def reach(self, target: Locator, back: bool = False) -> None:
        """Tab on until the target has the focus."""
        self._see(target)
        self._hand(mouse=False)
        self.thoughts += 1
        if self._has_focus(target):
            return
        for _ in range(MANY_TABS):
            self.keys += 1
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if self._has_focus(target):
                return
        raise AssertionError(f"not reached by {MANY_TABS} tabs: {target}")

    @staticmethod
    def _has_focus(target: Locator) -> bool:
        return bool(target.evaluate("e => e === e.ownerDocument.activeElement"))

    def use(self, target: Locator) -> None:
        self.reach(target)
        tick = target.evaluate("e => e.matches('[type=checkbox], [type=radio], [type=file]')")
        self.press("Space" if tick else "Enter")

    into = reach

    def choose(self, target: Locator, label: str) -> None:
        self.reach(target)
        index, at = target.evaluate(
            "(e, label) => [[...e.options].findIndex(o => o.text.trim() === label), e.selectedIndex]", label
        )
        assert index >= 0, f"no {label} in {target.inner_text()}"
        for _ in range(abs(index - at)):
            self.press("ArrowDown" if index > at else "ArrowUp")
