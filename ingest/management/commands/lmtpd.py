"""`manage.py lmtpd`: takes mail by LMTP or SMTP and stores it with several processes."""

import asyncio
import os
import socket
from argparse import ArgumentTypeError, BooleanOptionalAction
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from ingest.daemon.addresses import Address, Network, parse_address
from ingest.daemon.door import Door
from ingest.daemon.limits import Limits
from ingest.daemon.logs import use_format
from ingest.daemon.metrics import Metrics
from ingest.daemon.pool import Pool
from ingest.daemon.protocol import LmtpSession, Session
from ingest.daemon.server import Daemon, ListenError, Listening
from ingest.management.arguments import MailCommand, positive


def address(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def port(text: str) -> Address:
    if text.startswith("unix:"):
        raise ArgumentTypeError(f"{text}: not HOST:PORT")
    return address(text)


def network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(MailCommand):
    help = (
        "Take mail by LMTP and store it; answer each mail when it is safe in the database. "
        "SIGTERM ends it, SIGHUP replaces its parser processes. Settings: docs/settings.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--listen",
            type=address,
            action="append",
            metavar="ADDRESS",
            help="HOST:PORT or unix:/PATH; may be given several times; default 127.0.0.1:8024",
        )
        parser.add_argument("--protocol", choices=("lmtp", "smtp"), default="lmtp")
        parser.add_argument(
            "--workers",
            type=positive,
            default=os.cpu_count() or 1,
            metavar="N",
            help="parser processes; default: one for each core",
        )
        parser.add_argument(
            "--metrics",
            type=port,
            metavar="HOST:PORT",
            help="serve /metrics for Prometheus, /healthz and /readyz",
        )
        parser.add_argument(
            "--index",
            action=BooleanOptionalAction,
            default=True,
            help="put new mail into the search's index while none waits; of several daemons on "
            "one database, any number may",
        )
        parser.add_argument("--log-format", choices=("text", "json"), default="text")
        parser.add_argument(
            "--allow",
            type=network,
            action="append",
            default=[],
            metavar="NETWORK",
            help="who may deliver besides this machine, such as 192.0.2.0/24",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = options["listen"] or [Address(host="127.0.0.1", port=8024)]
        check_exposure(addresses, options["allow"])
        use_format(options["log_format"])
        try:
            asyncio.run(self.serve(addresses, options))
        except ListenError as error:
            raise CommandError(str(error), returncode=os.EX_UNAVAILABLE) from error

    async def serve(self, addresses: list[Address], options: dict[str, Any]) -> None:
        limits = read_limits()
        metrics = Metrics()
        pool = Pool(options["workers"], limits.waiting, metrics, options["log_format"])
        door = Door(
            pool=pool,
            limits=limits,
            counters=metrics,
            allowed=options["allow"],
            configured=settings.PATCHTRACK_RECIPIENTS,
            strict=settings.PATCHTRACK_STRICT_RECIPIENTS,
            hostname=socket.gethostname(),
        )
        listening = Listening(
            addresses=addresses,
            session=LmtpSession if options["protocol"] == "lmtp" else Session,
            metrics_address=options["metrics"],
            index=options["index"],
        )
        await Daemon(door, pool, metrics, listening, self.stderr.write).run()


def check_exposure(addresses: list[Address], allowed: list[Network]) -> None:
    """Raise CommandError for an address that others can reach unless it is said who they are."""
    open_ones = [str(address) for address in addresses if not address.is_local()]
    if open_ones and not allowed:
        raise CommandError(
            f"{' '.join(open_ones)} can be reached from other machines: say by --allow NETWORK "
            "which of them may deliver mail",
            returncode=os.EX_USAGE,
        )


def read_limits() -> Limits:
    """Raises CommandError where they contradict each other."""
    if settings.PATCHTRACK_LMTP_MEMORY < settings.PATCHTRACK_MAX_MESSAGE_BYTES:
        raise CommandError(
            "PATCHTRACK_LMTP_MEMORY is less than PATCHTRACK_MAX_MESSAGE_BYTES: the largest mail "
            "would never find room",
            returncode=os.EX_CONFIG,
        )
    return Limits(
        message_bytes=settings.PATCHTRACK_MAX_MESSAGE_BYTES,
        held_bytes=settings.PATCHTRACK_LMTP_MEMORY,
        connections=settings.PATCHTRACK_LMTP_CONNECTIONS,
        recipients=settings.PATCHTRACK_LMTP_RECIPIENTS,
        waiting=settings.PATCHTRACK_LMTP_QUEUE,
        idle_seconds=settings.PATCHTRACK_LMTP_IDLE_SECONDS,
        stop_seconds=settings.PATCHTRACK_LMTP_STOP_SECONDS,
    )
