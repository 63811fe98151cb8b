"""What the gateway is told: the configuration's part that concerns it, and its words."""

from __future__ import annotations

from dataclasses import replace

from boxd.config import Config
from boxd.gateway.settings import GatewaySettings, GatewayWords, Page
from boxd.phones import page
from boxd.phones.answering import AGAIN, BY_ITSELF, MOMENT, TRY_AGAIN_S
from boxd.phones.page import HtmlPage, message
from boxd.phones.photo_form import LARGEST_BYTES
from boxd.phones.words import until_again
from boxd.web.api_prefix import PREFIX
from boxd.web.host_check import security_headers
from boxd.words import N_, speaking
from boxd.words import gettext as _
from boxd.words.catalogue import languages, words_in

_UNANSWERED = N_(
    "The box did not answer. Go back and check your page before you try again: it may have worked."
)
_TOO_LONG = N_("That is too large for the box. Submit something smaller: {size} MB at most.")


def gateway_settings(config: Config, address: str, box: str) -> GatewaySettings:
    """The gateway's settings; `address` is where phones reach it, `box` its name."""
    phones, own = config.phones, config.box.language.value
    spoken = [own, *(each for each in languages() if each != own)]  # the first is the fallback
    return GatewaySettings(
        host=phones.host,
        port=phones.port,
        address=address,
        folder=config.gateway_dir,
        cert_file=phones.tls_cert_file,
        key_file=phones.tls_key_file,
        trusted_proxies=phones.trusted_proxies,
        api_prefix=PREFIX,
        words={language: _words_in(language, box) for language in spoken},
    )


def _words_in(language: str, box: str) -> GatewayWords:
    with speaking(words_in(language)):
        return _words(box)


def _words(box: str) -> GatewayWords:
    too_long = _(_TOO_LONG).format(size=LARGEST_BYTES // 1_000_000)
    return GatewayWords(
        away=_pair(box),
        unanswered=_rendered(message(_(MOMENT), box, _(_UNANSWERED), status=503)),
        too_long=_rendered(message(_("That is too long"), box, too_long, status=413)),
    )


def _pair(box: str) -> tuple[Page, Page]:
    """The page for a request that reads, which tries again by itself, and for one that changes."""
    headers = {"Retry-After": str(TRY_AGAIN_S)}
    reading = message(_(MOMENT), box, _(BY_ITSELF).format(until_again(TRY_AGAIN_S)), status=503)
    changing = message(_(MOMENT), box, _(AGAIN).format(until_again(TRY_AGAIN_S)), status=503)
    return (
        _rendered(replace(reading, refresh_s=TRY_AGAIN_S, script="waiting.js", headers=headers)),
        _rendered(replace(changing, headers=headers)),
    )


def _rendered(shown: HtmlPage) -> Page:
    headers = {
        **security_headers("'self'"),
        "Cache-Control": "no-store",
        **page.headers_of(shown),
        "Content-Type": page.HTML,
    }
    return Page(shown.status, tuple(headers.items()), page.document(shown))
