"""The description of the HTTP interface by which programs find their way: OpenAPI 3.1, written by hand as data."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from derive.web.setup import Setup


def description(setup: Setup) -> Mapping[str, Any]:
    """The description of a server: all are alike but for the name of the cookie, which has the port in it."""
    found = dict(_written())
    components = dict(found["components"])
    schemes = components["securitySchemes"]
    cookie = {**schemes["cookie"], "name": f"derive-{setup.port}"}
    found["components"] = {**components, "securitySchemes": {**schemes, "cookie": cookie}}
    return found


@cache
def _written() -> Mapping[str, Any]:
    text = (files("derive.web") / "openapi.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found
