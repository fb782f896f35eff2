"""Reads the bodies of requests."""

import json
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON that is nested no deeper than can be read, and whose texts are Unicode (RFC 8259,
    section 8.2, allows halves of surrogate pairs, which no answer could repeat)."""

    def parse(self, *arguments: Any, **options: Any) -> Any:
        try:
            data = super().parse(*arguments, **options)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
        except UnicodeEncodeError as error:
            raise ParseError("JSON parse error - half of a surrogate pair") from error
        return data
