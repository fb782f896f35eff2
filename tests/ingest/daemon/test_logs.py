"""One line of the log for each delivery, whatever the mail says."""

import io
import json
import logging

import pytest

from ingest.daemon.logs import JsonFormatter, TextFormatter, format_facts

FORGED = "a\n2026-01-05 INFO ingest.delivery: delivery id=2 outcome=stored"


@pytest.fixture
def write():
    """What a handler with a formatter writes for a delivery with these facts."""

    def write(formatter: logging.Formatter, **facts: object) -> str:
        logger = logging.Logger("ingest.delivery")  # noqa: LOG001 (one of its own)
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter)
        logger.addHandler(handler)
        logger.info("delivery", extra={"facts": facts})
        return handler.stream.getvalue()

    return write


def test_facts_that_are_words_are_written_as_they_are():
    assert format_facts({"id": "a1", "ms": 3, "to": "tea+1@x.org"}) == "id=a1 ms=3 to=tea+1@x.org"


def test_an_empty_fact_is_left_out():
    assert format_facts({"project": "", "tries": 0}) == "tries=0"


@pytest.mark.parametrize(
    "hostile", [FORGED, "a\rb", "a\u2028b", "a\x1b[2Jb", 'a" outcome="stored', "a b", "\udce9", "ä"]
)
def test_a_message_id_cannot_forge_a_fact_or_a_line(write, hostile):
    text = write(TextFormatter("%(message)s"), message_id=hostile, outcome="unrouted")
    assert text == f"delivery message_id={json.dumps(hostile)} outcome=unrouted\n"
    assert text[:-1].isprintable()
    assert text.isascii()


def test_a_json_line_can_be_read(write):
    [line] = write(JsonFormatter(), message_id=FORGED, outcome="stored", ms=3).splitlines()
    entry = json.loads(line)
    assert (entry["message_id"], entry["outcome"], entry["ms"]) == (FORGED, "stored", 3)
    assert (entry["level"], entry["logger"], entry["message"]) == (
        *("info", "ingest.delivery"),
        "delivery",
    )
    assert entry["time"].endswith("+00:00")


def test_a_json_line_has_the_traceback():
    try:
        raise ValueError("tea")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("a", logging.ERROR, "p", 1, "it %s", ("broke",), info)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "it broke"
    assert "ValueError: tea" in json.loads(line)["traceback"]


def test_a_line_without_facts_is_the_usual_one():
    record = logging.LogRecord("a", logging.INFO, "p", 1, "reloading", (), None)
    assert TextFormatter("%(name)s: %(message)s").format(record) == "a: reloading"
