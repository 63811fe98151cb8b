"""The kinds of devices: what each has to be, and which are installed.

A kind is a package that names itself in the entry points of the group `boxd.device_kinds`; boxd's
own kinds do the same. docs/device-kinds.md walks through writing one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_args

from boxd.config.device_schema import DeviceSection
from boxd.devices import Bus
from boxd.errors import ConfigError

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.config.schema_texts import SchemaFinding

GROUP = "boxd.device_kinds"

SectionT = TypeVar("SectionT", bound=DeviceSection)
SimulatedT_contra = TypeVar("SimulatedT_contra", contravariant=True)


class DeviceKind(Protocol[SectionT, SimulatedT_contra]):
    """One way to attach devices, with the sections that describe them in the configuration.

    `sections` has a class for each value of `kind`, a Literal of one text. A kind derives from this
    class, which gives it what is the same for most.
    """

    sections: tuple[type[SectionT], ...]

    def faults(self, devices: Mapping[int, SectionT]) -> Iterable[SchemaFinding]:
        """What is wrong within and between its devices, by their rows in the file.

        Paths begin with `("devices", row)`; each text names the device, the rule and the remedy.
        """
        del devices
        return ()

    def warnings(self, devices: Sequence[SectionT]) -> Iterable[str]:
        """What is allowed, but unwise; each text names the device, the reason and the remedy."""
        del devices
        return ()

    def buses(
        self,
        devices: Sequence[SectionT],
        config: Config,
        simulated: SimulatedT_contra | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """The buses of these devices; none if there is nothing to connect and nothing to list.

        It is also called without devices, since unconfigured ones may be plugged in. In a
        simulation `simulated` is where the simulated devices are plugged in. `on_change` is to be
        called on the event loop whenever a device's state has changed.
        """
        ...

    def nodes(self, device: SectionT, config: Config) -> Sequence[str]:
        """The device nodes that boxd has to be able to open for this device; may have wildcards."""
        del device, config
        return ()


def unwise(devices: Sequence[DeviceSection]) -> list[str]:
    """What every kind warns of in its devices."""
    return [
        warning
        for kind in installed().values()
        for warning in kind.warnings([each for each in devices if isinstance(each, kind.sections)])
    ]


@cache
def installed() -> dict[str, DeviceKind[Any, Any]]:
    """Every installed kind by the name of its entry point.

    Raises ConfigError if one can't be loaded, or two describe devices by the same word.
    """
    found = {point.name: loaded(point) for point in entry_points(group=GROUP)}
    if not found:
        raise ConfigError(
            "no kind of device is installed, not even boxd's own: boxd's installation lacks its"
            " entry points; install it again (in a clone: make .venv/set-up-for-test)"
        )
    kinds = dict(sorted(found.items()))
    owners: dict[str, str] = {}
    for name, kind in kinds.items():
        for word in map(word_of, kind.sections):
            if word in owners:
                raise ConfigError(
                    f"the packages of the device kinds '{owners[word]}' and '{name}' both describe"
                    f" devices of kind = '{word}'; uninstall one of them"
                )
            owners[word] = name
    return kinds


def loaded(point: EntryPoint) -> Any:
    """What an entry point names. Raises ConfigError with the package to look at."""
    package = f" of the package {point.dist.name} {point.dist.version}" if point.dist else ""
    try:
        return point.load()
    except Exception as error:
        raise ConfigError(
            f"the device kind '{point.name}'{package} can't be loaded: {error}; upgrade that"
            " package, or uninstall it"
        ) from error


def sections() -> dict[str, type[DeviceSection]]:
    """The section of each `kind`, by its word in the configuration."""
    classes = [section for kind in installed().values() for section in kind.sections]
    return {word_of(section): section for section in sorted(classes, key=word_of)}


def name_of_kind(device: DeviceSection) -> str:
    """The name in `installed()` of the device's kind."""
    return next(name for name, kind in installed().items() if isinstance(device, kind.sections))


def word_of(section: type[DeviceSection]) -> str:
    """The value of `kind` that selects this section."""
    annotation = section.model_fields["kind"].annotation
    return str(get_args(annotation)[0])


def one_of_the_kinds() -> Any:
    """The type of a `kind` that the file may have."""
    return Literal[tuple(sections())]
