"""What a device is called, by the names that browsers give themselves."""

from __future__ import annotations

import pytest

from boxd.staff.devices import device_called

ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("called", "user_agent"),
    [
        ("Chrome (Android)", f"{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36"),
        (
            "Samsung Internet (Android)",
            f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        ),
        ("Safari (iPhone)", f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1"),
        ("Firefox (iPhone)", f"{IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15"),
        ("Firefox (Linux)", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"),
        (
            "Edge (Windows)",
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        ),
        ("Safari (Mac)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605"),
        ("a browser", ""),
        ("a browser", "<script>"),
    ],
)
def test_a_device_is_called_by_browser_and_system(called: str, user_agent: str) -> None:
    assert device_called(user_agent) == called
