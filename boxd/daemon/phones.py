"""The phones' side of a running box: its links, and the pages for the booth's network."""

from __future__ import annotations

from starlette.routing import Route

from boxd.config import Config
from boxd.errors import ConfigError, KeysMissing
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.phones.answering import Place
from boxd.phones.attendant_desk import AttendantDesk
from boxd.phones.attendant_routes import AttendantPages
from boxd.phones.attendee_routes import AttendeePages
from boxd.phones.desk import PhoneDesk
from boxd.phones.link_desk import LinkDesk
from boxd.phones.links import Signer, load_signer
from boxd.phones.pin import Pin, read_pin
from boxd.web.task_services import TaskServices


class PhoneSide:
    """Links for the commands and the API, pages for the second listener.

    Raises ConfigError for a key or a PIN of no use.
    """

    def __init__(self, config: Config, ledger: Ledger, tasks: TaskServices, keys: CodeKeys) -> None:
        signer = _signer(config)
        self.links = LinkDesk(ledger, signer, config.phones.public_url)
        self.routes: list[Route] = []
        if signer is None or config.phones.public_url is None or not config.phones.enabled:
            return
        desk = PhoneDesk(ledger, tasks, keys, signer)
        attendants = AttendantDesk(ledger, tasks, desk, signer, _pin(config, signer))
        place = Place(config.box.name, config.phones.public_url)
        self.routes += AttendeePages(desk, place).routes()
        self.routes += AttendantPages(attendants, place).routes()


def _signer(config: Config) -> Signer | None:
    """What signs links, where phones have an address."""
    if config.phones.public_url is None:
        return None
    try:
        return load_signer(config.link_key_file, config.box.id)
    except KeysMissing as error:
        raise ConfigError(str(error)) from None


def _pin(config: Config, signer: Signer) -> Pin | None:
    file = config.phones.attendant_pin_file
    return read_pin(file, signer.derived_key("pin")) if file else None
