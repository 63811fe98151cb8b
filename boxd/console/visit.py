"""A request to the console: the person, their form, and what they may do."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from markupsafe import Markup
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from boxd.api import task_scopes
from boxd.api.idempotency import answer_once
from boxd.api.operations import Handler, Operation
from boxd.api.request_context import BoxContext
from boxd.api.table import OPERATIONS
from boxd.console.kept_part import KeptPart
from boxd.console.page import ConsolePage, PageFrame, part, respond
from boxd.console.uploads import Uploads
from boxd.errors import BadInput, NotFound, Refused
from boxd.ledger.staff_sessions import StaffSession
from boxd.lists.table import ListTable
from boxd.look_back import LookBack
from boxd.organiser.keyed_answers import KeyedRequest
from boxd.phones.answering import SiteInfo
from boxd.roles import Role
from boxd.web.problems import RequestError
from boxd.words import gettext as _

_REFUSALS = {404: NotFound, 409: Refused, 422: BadInput}


@dataclass(frozen=True)
class ConsoleVisit:
    """One request of a person. `form` and `files` are what a posted form has.

    `uploads` are lists that people have chosen, `brought` the look-backs of their files.
    """

    request: Request
    context: BoxContext
    session: StaffSession
    place: SiteInfo
    uploads: Uploads[ListTable]
    kept: KeptPart
    brought: Uploads[tuple[LookBack, ...]]
    frame: PageFrame
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    status: int = 200

    @property
    def once(self) -> str:
        """A new key for a form of the page: the form counts once, however often it is sent."""
        return secrets.token_urlsafe(12)

    @property
    def now(self) -> datetime:
        """The box's time."""
        return self.place.now()

    def number(self, name: str) -> int:
        """A whole number from the form. Raises BadInput."""
        return whole_number(self.form.get(name, ""), name)

    def path_number(self, name: str) -> int:
        """A whole number from the address. Raises BadInput."""
        return whole_number(str(self.request.path_params[name]), name)

    def may(self, *handlers: Handler) -> bool:
        """Whether the person may call all these operations of the API."""
        return all(self._has_role(each) and self._is_in_scope(each) for each in handlers)

    def require(self, handler: Handler) -> None:
        """Raise RequestError if the person may not call the operation."""
        if not self._has_role(handler):
            roles = ", ".join(sorted(_roles(handler)))
            detail = _("This is for: {roles}. You are signed in as {role}.")
            detail = detail.format(roles=roles, role=self.session.role)
            raise RequestError(403, "role", "Not for this role", detail)
        if not self._is_in_scope(handler):
            raise task_scopes.not_for(self.context.caller)

    def _has_role(self, handler: Handler) -> bool:
        return self.session.role in _roles(handler)

    def _is_in_scope(self, handler: Handler) -> bool:
        return task_scopes.has_operation(self.session.scope, _operation(handler).name)

    async def act(self, handler: Handler, **arguments: Any) -> Mapping[str, Any]:
        """Call an operation of the API under the person's name; a form sent twice counts once.

        Returns the reply's JSON. Raises RequestError if the role may not; what the API raises.
        """
        self.require(handler)
        body = _body(_operation(handler), arguments)

        async def answer() -> Response:
            found = await handler(self.context, **body)
            if isinstance(found, Response):
                return found
            return Response(found.model_dump_json(), media_type="application/json")

        once = self.form.get("once", "")
        if not once or _operation(handler).method == "GET":  # what only reads is read each time
            return _read(await answer())
        named = "/".join(str(body[part]) for part in _operation(handler).signature.path)
        key = f"console/{once[:40]}/{handler.__name__}/{named}"
        keyed = KeyedRequest(self.context.caller.owner, key, repr(sorted(body.items())))
        answers = self.context.box.keyed_answers
        return _read(await answer_once(answers, keyed, answer, _operation(handler).is_repeatable))

    def page(self, template: str, title: str, **content: object) -> Response:
        """A page of the console, with what every template may use."""
        values = {"visit": self, "now": self.now, "form": self.form, **content}
        page = ConsolePage(template, title, self.frame, values, self.status)
        return respond(self.request, page)

    def part(self, template: str, **content: object) -> Markup:
        """A part of a page, with what every template may use; `page` can have it as content."""
        return part(template, {"visit": self, "now": self.now, **content})

    def refused(self, why: str, status: int) -> ConsoleVisit:
        """The same visit, to show the page again with why its form was not taken."""
        return replace(self, frame=replace(self.frame, why=why), status=status)


def whole_number(text: str, name: str) -> int:
    """A whole number that a person wrote, or a form has. Raises BadInput."""
    plain = text.strip().replace("\u202f", "").replace(" ", "")
    sign = -1 if plain.startswith(("-", "\u2212")) else 1
    digits = plain.lstrip("+-\u2212")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return sign * int(digits)
    raise BadInput(_("{name}: '{text}' is not a whole number.").format(name=name, text=text[:20]))


def _body(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments in the operation's shapes. Raises BadInput."""
    shapes = {"body": operation.signature.body, "query": operation.signature.query}
    made = {}
    for name, given in arguments.items():
        shape = shapes.get(name)
        try:
            if shape is not None and not isinstance(given, BaseModel):
                made[name] = shape.model_validate(given)
            elif name in operation.signature.path:
                made[name] = operation.signature.path[name].adapter.validate_python(given)
            else:
                made[name] = given
        except ValidationError as error:
            raise BadInput(_in_words(error)) from None
    return made


def _in_words(error: ValidationError) -> str:
    found = error.errors()[:5]
    return "; ".join(f"{each['loc'][-1] if each['loc'] else ''}: {each['msg']}" for each in found)


def _read(response: Response) -> Mapping[str, Any]:
    """The reply's JSON. Raises the error that it tells."""
    said: dict[str, Any] = json.loads(bytes(response.body))
    if response.status_code < 400:
        return said
    if response.status_code in _REFUSALS:
        raise _REFUSALS[response.status_code](said["detail"])
    raise RequestError(response.status_code, "failed", said["title"], said["detail"])


@cache
def _by_handler() -> Mapping[Handler, Operation]:
    return {each.handler: each for each in OPERATIONS}


def _operation(handler: Handler) -> Operation:
    return _by_handler()[handler]


def _roles(handler: Handler) -> frozenset[Role]:
    return _operation(handler).roles
