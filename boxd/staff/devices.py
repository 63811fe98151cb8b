"""What a device is, in a few words: by the name that its browser gives itself."""

from __future__ import annotations

from boxd.words import N_

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
    """A short label for a browser's User-Agent header in no language, e.g. 'Firefox (Android)'."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    both = f"{browser} ({system})" if browser and system else browser or system
    return both or N_("a browser")
