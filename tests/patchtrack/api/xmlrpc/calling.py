"""Calls methods by XML-RPC as clients do.

ask = Caller(client)
ask.patch_get(1)["name"]
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xmlrpc.client import Fault, dumps, loads

import pytest
from django.test import Client


def basic(name: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


@dataclass(frozen=True)
class Caller:
    """Somebody who calls; a fault is raised as xmlrpc.client.Fault."""

    client: Client
    authorization: str = ""

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *arguments: self.send(dumps(arguments, method, allow_none=True))

    def send(self, body: str | bytes) -> Any:
        """What the method gives back; binaries are bytes."""
        headers = {"Authorization": self.authorization} if self.authorization else {}
        answer = self.client.post("/xmlrpc/", body, content_type="text/xml", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            200, "text/xml; charset=utf-8",
        )  # fmt: skip
        return loads(answer.content, use_builtin_types=True)[0][0]


def fault(call: Callable[..., Any], *given: Any) -> str:
    """The text of the fault that a call is answered by."""
    with pytest.raises(Fault) as caught:
        call(*given)
    assert caught.value.faultCode == 1
    return caught.value.faultString
