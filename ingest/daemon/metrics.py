"""What the daemon counts and measures, for Prometheus, and whether it is well."""

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ingest.daemon.addresses import Address
from ingest.daemon.values import Report

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LETTERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The numbers of one daemon."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._deliveries = Counter(
            "patchtrack_deliveries", "Mails by outcome", ["outcome"], registry=self.registry
        )
        self._retries = Counter(
            "patchtrack_retries",
            "Transactions begun again, by cause",
            ["cause"],
            registry=self.registry,
        )
        self._restarts = Counter(
            "patchtrack_worker_restarts", "Parser processes replaced", registry=self.registry
        )
        self._queue = Gauge("patchtrack_queue_letters", "Mails that wait", registry=self.registry)
        self._connections = Gauge(
            "patchtrack_connections", "Clients connected", registry=self.registry
        )
        self._parses = self._histogram("parse_seconds", "Reading one mail", _SECONDS)
        self._transactions = self._histogram("transaction_seconds", "One transaction", _SECONDS)
        self._batches = self._histogram("batch_letters", "Mails stored together", _LETTERS)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"patchtrack_{name}", text, buckets=buckets, registry=self.registry)

    def note_delivery(self, outcome: str) -> None:
        self._deliveries.labels(outcome).inc()

    def note_connections(self, count: int) -> None:
        self._connections.set(count)

    def note_queue(self, letters: int) -> None:
        self._queue.set(letters)

    def note_restart(self) -> None:
        self._restarts.inc()

    def note_report(self, report: Report) -> None:
        """Add what a worker says of a batch."""
        self._batches.observe(len(report.answers))
        for seconds in report.parse_seconds:
            self._parses.observe(seconds)
        for seconds in report.transaction_seconds:
            self._transactions.observe(seconds)
        for cause, count in report.retries.items():
            self._retries.labels(cause).inc(count)


def serve_metrics(
    address: Address, metrics: Metrics, find_trouble: Callable[[], str]
) -> ThreadingHTTPServer:
    """Serve /metrics, /healthz and /readyz in threads of their own, until shut down.

    `find_trouble` says, from any thread, why mail could not be stored now, or nothing. Raises
    OSError when the address cannot be listened on.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = self._answer()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self) -> tuple[int, str, bytes]:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                return 200, CONTENT_TYPE_LATEST, generate_latest(metrics.registry)
            if path == "/healthz":
                return 200, "text/plain", b"alive\n"
            if path == "/readyz":
                trouble = find_trouble()
                return 503 if trouble else 200, "text/plain", f"{trouble or 'ready'}\n".encode()
            return 404, "text/plain", b"/metrics, /healthz or /readyz\n"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: a scraper comes every few seconds."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        daemon_threads = True

    server = Server((address.host, address.port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
