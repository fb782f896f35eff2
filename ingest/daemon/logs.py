"""Log lines for people, or for machines: the facts of a delivery in each."""

import json
import logging
import re
from datetime import UTC, datetime

_BARE = re.compile(r"[\w@.,:+=/<>$%&*!?#-]+", re.ASCII)


def format_facts(facts: dict[str, object]) -> str:
    """`key=value` for each fact that is one; what holds blanks or worse is quoted as in JSON,
    so that a mail cannot write lines of its own into the log."""
    said = {key: str(value) for key, value in facts.items() if value != ""}
    return " ".join(
        f"{key}={value if _BARE.fullmatch(value) else json.dumps(value)}"
        for key, value in said.items()
    )


class TextFormatter(logging.Formatter):
    """The usual line, with the facts behind it."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        facts = getattr(record, "facts", None)
        return f"{line} {format_facts(facts)}" if facts else line


class JsonFormatter(logging.Formatter):
    """One JSON object for each record; ASCII, without line breaks."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= getattr(record, "facts", {})
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def use_format(name: str) -> None:
    """Have all handlers of the process write `text` or `json`."""
    text = TextFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    formatter = JsonFormatter() if name == "json" else text
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)
