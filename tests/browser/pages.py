"""The two pages as people use them: what can be read on them, clicked and typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

SOON_S = 60.0
LOOKS_EVERY_S = 0.05
DEAF = "body.guarded, body.lost"  # a question that just appeared is not answered by accident
# What a click meets while the page draws itself anew: it is tried again.
REDRAWN = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
# The browser is asked in its own words. Selenium's, which work it out in a script of thousands of
# lines, cost 40 ms of computing for a page, thirty times a second where something is awaited.
_READ = """
const element = document.querySelector(arguments[0])
if (element === null) return null
if (!element.checkVisibility({visibilityProperty: true})) return ""
return element.innerText.replace(/[^\\S\\n]+/g, " ").replace(/ ?\\n\\s*/g, "\\n").trim()
"""
_IS_THERE = """
return [...document.querySelectorAll(arguments[0])].some((element) => {
  const { width, height } = element.getBoundingClientRect()
  return width * height > 0
    && element.checkVisibility({visibilityProperty: true, opacityProperty: true})
})
"""


class Page:
    """A page in a window of its own. Every reading looks at its window first."""

    def __init__(self, driver: webdriver.Chrome, window: str, url: str) -> None:
        self.driver = driver
        self._window = window
        self._url = url

    def open(self) -> None:
        """Load the page anew."""
        self.look().get(self._url)

    def look(self) -> webdriver.Chrome:
        """The driver, turned to this page."""
        self.driver.switch_to.window(self._window)
        return self.driver

    def until(self, what: str, holds: Callable[[], Any], within_s: float = SOON_S) -> Any:
        """The first true value of `holds()`; fails with `what` and the page's words."""
        wait = WebDriverWait(self.look(), within_s, LOOKS_EVERY_S, ignored_exceptions=REDRAWN)
        try:
            return wait.until(lambda _: holds())
        except Exception as error:
            words = " | ".join(self.text("body").split("\n"))
            raise AssertionError(f"not within {within_s} s: {what}; the page: {words}") from error

    def find(self, css: str) -> WebElement:
        """The one element; NoSuchElementException when there is none."""
        return self.look().find_element(By.CSS_SELECTOR, css)

    def has(self, css: str) -> bool:
        """Whether there is such an element to be seen."""
        return bool(self.run(_IS_THERE, css))

    def text(self, css: str) -> str:
        """What can be read in an element; NoSuchElementException when there is none."""
        words: str | None = self.run(_READ, css)
        if words is None:
            raise NoSuchElementException(css)
        return words

    def click(self, css: str) -> None:
        """Click an element once it can be clicked."""

        def clicked() -> bool:
            self.find(css).click()
            return True

        self.until(f"{css} can be clicked", clicked)

    def press(self, *keys: str) -> None:
        """Press keys on the keyboard, wherever the focus is."""
        self.look()
        ActionChains(self.driver).send_keys(*keys).perform()

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.look().execute_script(script, *arguments)


class Hud(Page):
    """The operator's screen."""

    def wait_for(self, title: str) -> None:
        """Wait until the screen says `title` in its largest letters, and takes presses."""
        self.until(f"the title '{title}'", lambda: self.text("#prompt h2") == title)
        self.until("it takes presses", lambda: not self.has(DEAF))

    def choose(self, option: str) -> None:
        """Click one of the options, not sooner than the screen takes presses."""
        self.until(f"'{option}' can be chosen", lambda: self.has(f'[data-option="{option}"]'))
        self.until("it takes presses", lambda: not self.has(DEAF))
        self.click(f'[data-option="{option}"]:enabled')

    def options(self) -> dict[str, str]:
        """The options that are offered: id and the key that says it."""
        found: dict[str, str] = self.run(
            "return Object.fromEntries([...document.querySelectorAll('[data-option]')].map("
            "(button) => [button.dataset.option, button.querySelector('kbd')?.textContent ?? '']))"
        )
        return found

    def on_hand(self, sku: str) -> int:
        """How many of a prize are left."""
        words = self.text(f'[data-sku="{sku}"] .count')
        return 0 if words == "sold out" else int(words.removesuffix(" left"))

    def tab_to(self, option: str) -> WebElement:
        """Press Tab until an option has the focus."""
        for _ in range(12):
            self.press("\ue004")
            element = self.driver.switch_to.active_element
            if element.get_attribute("data-option") == option:
                return element
        raise AssertionError(f"Tab never came to '{option}'")


class Front(Page):
    """The simulated front of the box."""

    def wait(self) -> None:
        """Wait until the keypads are drawn."""
        self.until("the keypads", lambda: self.has("#cabinet .bay .key"))

    def enter(self, bay: str, code: str) -> None:
        """Click a code and Enter on a bay's keypad."""
        for key in (*code, "Enter"):
            self.click(f'[data-bay="{bay}"] [data-key="{key}"]')

    def wait_for_door(self, locker: int, state: str) -> None:
        """Wait until a door is drawn open or closed."""
        self.until(
            f"locker {locker} is {state}",
            lambda: self.find(f'[data-locker="{locker}"]').get_attribute("data-door") == state,
        )

    def shut(self, locker: int) -> None:
        """Click an open door shut."""
        self.wait_for_door(locker, "open")
        self.click(f'[data-locker="{locker}"]')
        self.wait_for_door(locker, "closed")

    def is_lit(self, bay: str, lamp: str) -> bool:
        """Whether a lamp is drawn lit."""
        drawn = self.find(f'[data-bay="{bay}"] [data-lamp="{lamp}"]')
        return drawn.get_attribute("data-lit") == "true"
