"""Makes pytest explain the assertions of the conformance cases, as it does a test's own."""

import pytest

pytest.register_assert_rewrite("tests.arduino.conformance", "tests.arduino.talking")
