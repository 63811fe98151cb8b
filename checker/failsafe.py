"""Invariant 7: fail-safe: no latch stays energised, and no board is sent what may open it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from checker.board import is_board, is_restart, messages, why_forbidden
from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.pulses import Pulse, is_of_a_restart, pulses_of
from checker.restarts import devices_restarted
from checker.trace import Line, Trace

LONGEST_ENERGISED_S = 1.0
A_RESTART_S = 0.5  # on top of that second, which older boards time themselves
LONGEST_HOLD_MS = 10_000  # of a strike or a magnetic lock, which is no coil that burns


def hold(evidence: Evidence) -> Verdict:
    """Measure every pulse, and hold every message to a board against the board's table."""
    trace, pulses = evidence.trace, pulses_of(evidence.trace)
    sent = [line for line in trace.of("bytes") if is_board(line.device)]
    findings = (
        *(finding for pulse in pulses for finding in _pulse(pulse, evidence)),
        *_bytes(sent, devices_restarted(evidence)),
    )
    notes = tuple(_note(pulse) for pulse in pulses if _ended_in_darkness(pulse, trace))
    checked = (("pulses", len(pulses)), ("messages to boards", len(sent)))
    return Verdict(Invariant.FAIL_SAFE, checked, findings, notes)


def _pulse(pulse: Pulse, evidence: Evidence) -> Iterator[Finding]:
    trace, end = evidence.trace, pulse.end or evidence.trace.lines[-1]
    seconds = _energised_s(pulse, trace)
    if pulse.end is None and evidence.at_rest:
        yield _finding(f"{pulse.device}'s latch is energised at the end", pulse.rise, end)
    elif seconds > _longest_s(pulse) and not (
        _ended_in_darkness(pulse, trace) or _is_a_restart(pulse, seconds, trace)
    ):
        what = f"{pulse.device}'s latch was energised for {seconds:.3f} s"
        yield _finding(what if pulse.end else what + " and still is", pulse.rise, end)


def _energised_s(pulse: Pulse, trace: Trace) -> float:
    """How long the latch was seen energised; a clock that starts anew is a cut of the power.

    An edge may be written down late, by the next program that looks: its own time counts.
    """
    end = pulse.end
    if end is not None and end.what == "latch" and 0 <= end.t - pulse.rise.t <= _longest_s(pulse):
        return end.t - pulse.rise.t
    last_t = pulse.rise.t
    for line in trace.after(pulse.rise):
        if line.t < last_t - LONGEST_ENERGISED_S:
            break
        last_t = max(last_t, line.t)
        if line is pulse.end:
            break
    return last_t - pulse.rise.t


def _longest_s(pulse: Pulse) -> float:
    """How long the latch may be energised: one that is made to be held for as long as it says."""
    hold_ms = min(int(pulse.rise.fields.get("hold_ms", 0)), LONGEST_HOLD_MS)
    return LONGEST_ENERGISED_S + hold_ms / 1000


def _ended_in_darkness(pulse: Pulse, trace: Trace) -> bool:
    """Whether the hardware itself went down during the pulse, so that nobody saw its end.

    Then the board came up again later, and the trace is silent from within a second of the rise
    until the first board powers up.
    """
    limit = pulse.rise.t + _longest_s(pulse)
    if pulse.end is None or pulse.end.what != "power" or pulse.end.t <= limit:
        return False
    later = (line for line in trace.after(pulse.rise) if line.t > limit)
    return next(later).what == "power"


def _note(pulse: Pulse) -> str:
    return (
        f"{pulse.device} went down during the pulse at trace line {pulse.rise.number}"
        f" and came up at line {pulse.end.number if pulse.end else '?'}"
    )


def _is_a_restart(pulse: Pulse, seconds: float, trace: Trace) -> bool:
    longest_s = LONGEST_ENERGISED_S + A_RESTART_S
    return seconds <= longest_s and is_of_a_restart(pulse, trace)


def _bytes(sent: Sequence[Line], restarted: list[str]) -> Iterator[Finding]:
    """Messages out of the table. Each restart that a person ordered excuses one of its board."""
    left = Counter(restarted)
    each = ((line, one) for line in sent for one in messages(bytes.fromhex(line.fields["bytes"])))
    for line, message in each:
        if is_restart(message) and left[line.device]:
            left[line.device] -= 1
        elif why := why_forbidden(message):
            yield _finding(f"{line.device} was sent {message.hex(' ')}: {why}", line)


def _finding(what: str, *lines: Line) -> Finding:
    return Finding(Invariant.FAIL_SAFE, what, tuple(map(str, lines)))
