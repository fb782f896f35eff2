"""Deciding what a thread's messages are to each other: pure functions over values."""

from ingest.threads.derive import derive
from ingest.threads.nature import derive_nature
from ingest.threads.tokens import derive_tokens
from ingest.threads.values import MessagePlan, SeriesPlan, ThreadMessage, ThreadPlan

__all__ = [
    "MessagePlan",
    "SeriesPlan",
    "ThreadMessage",
    "ThreadPlan",
    "derive",
    "derive_nature",
    "derive_tokens",
]
