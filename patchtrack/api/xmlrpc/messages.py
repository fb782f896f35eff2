"""Reads calls of XML-RPC (xmlrpc.com/spec.md), however hostile, and writes the answers."""

import re
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError
from xmlrpc.client import Error, Fault, Unmarshaller, dumps

from defusedxml.xmlrpc import DefusedExpatParser

# Patchwork's one number for all that goes wrong.
_FAULT = 1
# Calls of clients have half of it. The text before an end is read again at each end after it, so
# without a bound the time would grow with the square of the size.
_DEEPEST = 24
# What XML 1.0 can hold in no form (section 2.2).
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unreadable(Exception):
    """A request holds no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A method's name, and what it is to be given."""

    method: str
    arguments: tuple[Any, ...]


class _Reader(Unmarshaller):
    """The standard library's, but for calls that are nested no deeper than calls are."""

    depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable("nested too deeply")
        super().start(tag, attrs)

    def end(self, tag: str) -> None:
        self.depth -= 1
        super().end(tag)


def parse_call(body: bytes) -> Call:
    """The call that a request's body is; binaries in it are bytes. Raises Unreadable, also for
    every DTD: there the entities are that grow without bound or fetch files."""
    reader = _Reader(use_builtin_types=True)
    try:
        parser = DefusedExpatParser(reader, forbid_dtd=True)
        parser.feed(body)
        parser.close()
        arguments = reader.close()
    # Whatever is not as it should be, the standard library's reader stumbles over it somewhere.
    except (ExpatError, Error, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise Unreadable("this is not a call of XML-RPC") from error
    method = reader.getmethodname()
    if method is None:
        raise Unreadable("this names no method")
    return Call(method=method, arguments=arguments)


def format_answer(value: Any) -> bytes:
    """What a method gives back, as XML in UTF-8."""
    return _encode(dumps((value,), methodresponse=True))


def format_fault(reason: str) -> bytes:
    return _encode(dumps(Fault(_FAULT, reason)))


def is_xml(text: str) -> bool:
    """Whether XML can hold the text as it is."""
    return not _NOT_IN_XML.search(text)


def _encode(xml: str) -> bytes:
    # A bare CR is read as a line's end (XML 1.0, section 2.11).
    return _NOT_IN_XML.sub("\ufffd", xml).replace("\r", "&#13;").encode()
