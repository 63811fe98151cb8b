"""Debian's Chromium, without a window and without a word to anybody but this machine."""

from __future__ import annotations

from pathlib import Path

from selenium import webdriver

BROWSER = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The address bar of each window would have two pages of its own, a second of computing each.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required",  # as the booth's screen has it
    "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND,"
    " EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PANEL = (1024, 600)
"""The operator's screen: a seven-inch panel."""


def why_missing() -> str:
    """What to type where Chromium or its driver is not installed; empty when they are."""
    if BROWSER.exists() and DRIVER.exists():
        return ""
    return f"{BROWSER} or {DRIVER} is missing: sudo apt-get install chromium chromium-driver"


def start(profile: Path) -> webdriver.Chrome:
    """A fresh browser that logs its console and its requests; `profile` is an empty folder."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(str(DRIVER)))


def set_size(driver: webdriver.Chrome, width: int, height: int) -> None:
    """Make the page exactly this large, whatever window frame Chromium thinks that it has."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
