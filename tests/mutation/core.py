"""The core's modules, and the tests that are nearest to each."""

from __future__ import annotations

_GUARD = (
    "tests/gpio/test_guard_messages.py",
    "tests/gpio/test_guard_at_its_socket.py",
    "tests/gpio/test_guard.py",
)
_SEALING = ("tests/temporal/test_seal.py", "tests/temporal/test_sealing.py")
_REDEMPTIONS = (
    "tests/ledger/test_redemption_in_the_ledger.py",
    "tests/ledger/test_every_end.py",
)

NEAREST: dict[str, tuple[str, ...]] = {
    "boxd/redemption.py": ("tests/test_redemption.py",),
    "boxd/task.py": ("tests/test_task.py",),
    "boxd/issue.py": ("tests/test_issue.py",),
    "boxd/ledger/claims.py": (
        *_REDEMPTIONS,
        "tests/ledger/test_lockouts.py",
        "tests/ledger/test_roll_calls.py",
    ),
    "boxd/ledger/redemptions.py": _REDEMPTIONS,
    "boxd/ledger/actuations.py": _REDEMPTIONS,
    "boxd/ledger/issuing.py": ("tests/ledger/test_issuing.py",),
    "boxd/ledger/stock.py": ("tests/ledger/test_stock.py", *_REDEMPTIONS),
    "boxd/ledger/lockouts.py": (
        "tests/ledger/test_lockouts.py",
        "tests/ledger/test_every_end.py",
    ),
    "boxd/ledger/outbox.py": ("tests/ledger/test_outbox.py",),
    "boxd/bays/opening.py": (
        "tests/bays/test_opening.py",
        "tests/bays/test_opening_of_redemptions.py",
    ),
    "boxd/bays/touches.py": ("tests/bays/test_touches.py", "tests/bays/test_two_fingers.py"),
    "boxd/gpio/guard/pulser.py": _GUARD,
    "boxd/gpio/guard/pulses.py": _GUARD,
    "boxd/gpio/guard/limits.py": _GUARD,
    "boxd/gpio/guard/messages.py": _GUARD,
    "boxd/temporal/seal.py": _SEALING,
    "boxd/temporal/payload_codec.py": _SEALING,
}
