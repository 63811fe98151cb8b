"""What every kind of device has to do, as tests that anybody can run against theirs.

Derive a test class from `DeviceConformance` and from the class of each part that the device has,
and name the kind, its simulated twin and a section. docs/device-kinds.md shows one. The tests need
pytest and pytest-asyncio, with `asyncio_mode = "auto"`.
"""

import pytest

pytest.register_assert_rewrite(
    "boxd.testing.conformance", "boxd.testing.parts", "boxd.testing.plugging"
)

from boxd.testing.bench import Bench as Bench  # noqa: E402 - after the rewriting is asked for
from boxd.testing.conformance import DeviceConformance as DeviceConformance  # noqa: E402
from boxd.testing.parts import BuzzerConformance as BuzzerConformance  # noqa: E402
from boxd.testing.parts import DoorConformance as DoorConformance  # noqa: E402
from boxd.testing.parts import KeyConformance as KeyConformance  # noqa: E402
from boxd.testing.parts import LampConformance as LampConformance  # noqa: E402
from boxd.testing.parts import LatchConformance as LatchConformance  # noqa: E402
from boxd.testing.plugging import KeyPluggingConformance as KeyPluggingConformance  # noqa: E402
from boxd.testing.plugging import LatchPluggingConformance as LatchPluggingConformance  # noqa: E402
from boxd.testing.plugging import PluggingConformance as PluggingConformance  # noqa: E402
