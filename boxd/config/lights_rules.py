"""The rules of the lights: what each moment's pattern has to keep to, and where strips are."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from boxd.config.lights_schema import Lights, PatternSection
from boxd.config.partial import PartialConfig
from boxd.config.schema_texts import SchemaFinding, nearest
from boxd.lights.moments import RULES, pattern_faults
from boxd.lights.pattern import step_of
from boxd.lights.shows import pattern_at


def lights_faults(partial: PartialConfig) -> Iterator[SchemaFinding]:
    """Everything that is wrong with the lights, unless they have errors of their own."""
    if "lights" in partial.faulty:
        return
    lights = partial.config.lights
    yield from _pattern_faults(lights)
    yield from _strip_faults(partial, lights)


def _pattern_faults(lights: Lights) -> Iterator[SchemaFinding]:
    seen = set()
    for row, each in enumerate(lights.patterns):
        path = ("lights", "patterns", row)
        if each.moment in seen:
            text = f"[[lights.patterns]] '{each.moment}' is there already; remove one of the two"
            yield SchemaFinding((*path, "moment"), text)
        seen.add(each.moment)
        for why in _why_not(each):
            text = f"[[lights.patterns]] '{each.moment}': {why}"
            yield SchemaFinding((*path, "steps"), text)


def _why_not(section: PatternSection) -> Iterator[str]:
    if not section.steps:
        yield "it has no steps; write one at least, e.g. steps = ['success']"
        return
    ends = RULES[section.moment].ends_within_ms is not None
    if (ends or len(section.steps) > 1) and any(not step_of(each)[1] for each in section.steps):
        yield "a step without milliseconds stays, so it is the only one; write e.g. 'success 200'"
        return
    pattern = pattern_at(section.moment, section.steps, section.repeats, section.strip)
    yield from pattern_faults(section.moment, pattern)


def _strip_faults(partial: PartialConfig, lights: Lights) -> Iterator[SchemaFinding]:
    bays = [bay.id for bay in partial.config.bays]
    places: dict[tuple[str, int], int] = {}
    for row, strip in enumerate(lights.strips):
        path = ("lights", "strips", row)
        if strip.bay not in bays and not partial.is_doubtful("bays", strip.bay):
            guess = nearest(strip.bay, bays, "declared are")
            text = f"[[lights.strips]] bay = '{strip.bay}', but no bay has that id; {guess}"
            yield SchemaFinding((*path, "bay"), text)
        if not _is_ip_address(strip.host):
            text = (
                f"[[lights.strips]] host = '{strip.host}' can't be; it takes the IP address of the"
                " WLED controller, e.g. '192.168.4.20', because a name may take long to look up"
            )
            yield SchemaFinding((*path, "host"), text)
        place = (strip.host, strip.port)
        if place in places:
            text = (
                f"[[lights.strips]] {strip.host}, port {strip.port} is the strip of another bay"
                " already; each strip has a controller of its own"
            )
            yield SchemaFinding((*path, "host"), text)
        places[place] = row


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
