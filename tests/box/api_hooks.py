"""What schemathesis is told of a box: keys are new each time, and some things really exist.

`BOXD_KNOWN` is JSON: for the name of a part of a path or of a body, the values that exist.
"""

from __future__ import annotations

import json
import os
import random
import re
import uuid
from typing import Any

import schemathesis

KEY = "Idempotency-Key"
KNOWN: dict[str, list[str]] = json.loads(os.environ.get("BOXD_KNOWN", "{}"))
CHANCE = random.Random(4)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Never ask two things under one key, and ask half the time for what is there."""
    if case.headers and re.fullmatch(r"[\x21-\x7e]{1,100}", case.headers.get(KEY) or ""):
        case.headers[KEY] = uuid.uuid4().hex
    if case.meta is None or case.meta.generation.mode is not schemathesis.GenerationMode.POSITIVE:
        return
    for given in (case.path_parameters, case.body):
        if isinstance(given, dict):
            for name in KNOWN.keys() & given.keys():
                if CHANCE.random() < 0.5:
                    given[name] = CHANCE.choice(KNOWN[name])
