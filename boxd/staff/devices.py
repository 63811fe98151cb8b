"""What a device is, in a few words: by the name that its browser gives itself."""

from __future__ import annotations

# In this order: a browser names those that it is like, too, after its own name.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def device_called(user_agent: str) -> str:
    """A short label for a browser's User-Agent header, e.g. 'Firefox on Android'."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "a browser")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser
