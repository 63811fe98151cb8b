"""The errors of boxd: one class for each thing that a person would do differently.

Every message says what happened, to which device, code or file, and what to do next.
"""


class BoxdError(Exception):
    """An error that a person has to know about; the message is meant for them."""


class ConfigError(BoxdError):
    """The configuration can't be used; the message lists every error with its line."""


class AlreadyRunning(BoxdError):
    """Another boxd serves this box's state directory."""


class LedgerDamaged(BoxdError):
    """The ledger's file is damaged; nothing is dispensed until a backup is restored."""


class LedgerUnusable(BoxdError):
    """The ledger can't be read or written now: disk full, read-only or failing."""


class NotKnownYet(LedgerUnusable):
    """It is not known yet whether this was written down; wait, and look what came of it."""


class LedgerTooNew(BoxdError):
    """A newer boxd than this one has written the ledger."""


class HeldByAnother(BoxdError):
    """Another installation has this box's name at the Temporal service; nothing is dispensed.

    `place` is the workflow there that holds the name.
    """

    def __init__(self, text: str, place: str) -> None:
        super().__init__(text)
        self.place = place


class BackupFailed(BoxdError):
    """No backup of the ledger could be made; the ledger itself is not affected."""


class KeysMissing(BoxdError):
    """The ledger holds codes, but a key file that they need is missing or unreadable."""


class TemporalUnavailable(BoxdError):
    """The Temporal server does not answer (yet); nothing was decided."""


class BeingSetUpAgain(TemporalUnavailable):
    """The workflow that asks this question stood still and is begun again; nothing was decided."""


class DeviceUnreachable(BoxdError):
    """The device is not there; nothing was sent to it."""


class DeliveryUnknown(BoxdError):
    """The order may or may not have reached the device; it must not be sent again."""


class Refused(BoxdError):
    """The request breaks a rule of the box; nothing was changed."""


class NotFound(BoxdError):
    """The thing that was named does not exist."""


class BadInput(BoxdError):
    """The input breaks a rule; the message names the input, the rule and the remedy."""
