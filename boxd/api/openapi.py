"""The API's description (OpenAPI 3.1), made from the table that serves it and its shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from boxd import __version__
from boxd.api.endpoints import KEY, KEY_HEADER
from boxd.api.json_lines import MEDIA_TYPE
from boxd.api.listener import ListenerKind
from boxd.api.operations import STREAM, Operation
from boxd.staff.service import COOKIE
from boxd.web.api_prefix import PREFIX
from boxd.web.problems import PROBLEM_TYPE

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_TOKEN, _STAFF = "token", "staff"
_SCHEMES: Json = {
    _TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A program's token, which `boxd tokens create` makes",
    },
    _STAFF: {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A device that a person of the staff has enrolled. Whatever changes"
        " something is then taken from the box's own pages alone",
    },
}
_ON_NETWORK = "A token opens it, or the session of a person of the staff"
_OPENS = {
    ListenerKind.PHONES: _ON_NETWORK,
    ListenerKind.LOOPBACK: f"{_ON_NETWORK}; what the box's own screen does needs neither",
    ListenerKind.SOCKET: "This is the commands' Unix socket: who may open its file may do"
    " everything, and names who acts as `actor`",
}
_ABOUT = """The prize box's API. {opens}. What each role may do stands with each operation as
`x-roles`. Whatever changes something takes an `Idempotency-Key`: the same request under the same
key is carried out once and answered the same. Errors are problem details (RFC 9457)."""

# What every operation can also reply, and when.
_ERRORS = {
    401: "There is no token, or it is wrong, unknown or revoked",
    403: "The token's role may not ask for this",
    404: "What is named does not exist",
    409: "A rule of the box stands against it; nothing was changed",
    422: "The request breaks a rule, or its key stands for another request",
    429: "Too many requests; `Retry-After` says when to come again",
    503: "The box can't decide just now; ask again",
}
_ERRORS_OF_BODIES = {408: "The body came too slowly", 413: "The body is too long"}


class Problem(BaseModel):
    """What went wrong: the input, the rule and the remedy. Some kinds have further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(pattern=r"^urn:boxd:problem:[a-z-]+$")
    title: str
    status: int
    detail: str


def document(operations: Sequence[Operation], kind: ListenerKind) -> Json:
    """The description of one listener's operations."""
    offered = [each for each in operations if not each.socket_only or kind is ListenerKind.SOCKET]
    schemas = _schemas(offered)
    paths: Json = {}
    for operation in offered:
        described = _described(operation, kind, schemas)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    shown = {name: schema for name, schema in schemas.items() if not name.endswith("Query")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "boxd",
            "version": __version__,
            "description": _ABOUT.format(opens=_OPENS[kind]),
        },
        "paths": paths,
        "components": {"schemas": shown, "securitySchemes": _schemes(kind)},
    }


def _schemes(kind: ListenerKind) -> Json:
    """What opens this listener. OpenAPI has no scheme for a socket's file."""
    return {} if kind is ListenerKind.SOCKET else _SCHEMES


def _schemas(operations: Iterable[Operation]) -> Json:
    """The schema of each shape in the operations, by name."""
    shapes: dict[Any, None] = {(Problem, "serialization"): None}
    for signature in (each.signature for each in operations):
        given = (signature.query, signature.body, signature.lines)
        taken = [shape for shape in given if shape is not None]
        shapes |= {(shape, "validation"): None for shape in taken}
        if signature.reply is not None:
            shapes[(signature.reply, "serialization")] = None
    _, written = models_json_schema(list(shapes), ref_template=_REF)
    found: Json = written["$defs"]
    return found


def _described(operation: Operation, kind: ListenerKind, schemas: Json) -> Json:
    signature = operation.signature
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.path.removeprefix(f"{PREFIX}/").partition("/")[0]],
        "x-roles": sorted(operation.roles),
        "security": _security(operation, kind),
        "parameters": [*_of_path(operation), *_of_query(operation, schemas), *_key(operation)],
        "responses": _responses(operation),
    }
    if signature.body is not None:
        is_needed = bool(schemas[signature.body.__name__].get("required"))
        described["requestBody"] = {
            "required": is_needed,
            "content": {"application/json": {"schema": _ref(signature.body)}},
        }
    if signature.lines is not None:
        described["requestBody"] = {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": _ref(signature.lines)}},
        }
    return described


def _security(operation: Operation, kind: ListenerKind) -> list[Json]:
    if kind is ListenerKind.SOCKET:
        return []
    without = [Json()] if operation.hud and kind is ListenerKind.LOOPBACK else []
    return [*without, *({name: []} for name in _SCHEMES)]


def _of_path(operation: Operation) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": part.adapter.json_schema(ref_template=_REF),
        }
        for name, part in operation.signature.path.items()
    ]


def _of_query(operation: Operation, schemas: Json) -> list[Json]:
    shape = operation.signature.query
    if shape is None:
        return []
    described = schemas[shape.__name__]
    needed = described.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _without_null(schema)}
        for name, schema in described["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    """The schema of a query's value: without null, because a missing name means that."""
    kept = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    if schema.get("default") is not None:
        kept["default"] = schema["default"]
    for choice in schema.get("anyOf", ()):
        if choice != {"type": "null"}:
            kept |= choice
    return kept


def _key(operation: Operation) -> list[Json]:
    if operation.method == "GET":
        return []
    schema = {"type": "string", "pattern": f"^{KEY.pattern}$"}
    about = "The same request under the same key is carried out once"
    return [{"name": KEY_HEADER, "in": "header", "description": about, "schema": schema}]


def _responses(operation: Operation) -> Json:
    signature = operation.signature
    has_body = signature.body is not None or signature.lines is not None
    errors = _ERRORS | (_ERRORS_OF_BODIES if has_body else {})
    problem = {PROBLEM_TYPE: {"schema": _ref(Problem)}}
    return {str(operation.status): _success(operation)} | {
        str(status): {"description": when, "content": problem}
        for status, when in sorted(errors.items())
    }


def _success(operation: Operation) -> Json:
    reply = operation.signature.reply
    if reply is None:
        content: Json = {operation.media_type: {"schema": {"type": "string"}}}
        is_stream = operation.media_type == STREAM
        return {"description": "Server-sent events" if is_stream else "Text", "content": content}
    content = {"application/json": {"schema": _ref(reply)}}
    return {"description": (reply.__doc__ or "").partition("\n")[0], "content": content}


def _ref(shape: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=shape.__name__)}
