"""The dialogue with a client: LMTP (RFC 2033) and SMTP (RFC 5321) on top of aiosmtpd."""

import asyncio
import re
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from ingest.daemon.addresses import is_welcome
from ingest.daemon.data import decode_data, read_data
from ingest.daemon.door import Door, Refused
from ingest.daemon.values import Target

# RFC 3463, for what aiosmtpd says without an enhanced status code.
_ENHANCED = {
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "552": "5.3.4",
    "553": "5.1.3",
    "555": "5.5.4",
}
_PLAIN_REPLY = re.compile(r"([245][0-9]{2}) (?![245]\.[0-9]+\.[0-9]+ )")
# An address of which there is nothing to make out, and the parameters behind it.
_PLAIN_ADDRESS = re.compile(r"<([\w.+=-]{1,64}@[\w.-]{1,255})>(.*)", re.ASCII | re.DOTALL)
_LAST_OFFER = "250 ENHANCEDSTATUSCODES"
_LONGEST_WAIT = 900.0


def add_enhanced_code(reply: str) -> str:
    """A reply with the enhanced status code that RFC 2034 asks for, unless it has one."""
    match = _PLAIN_REPLY.match(reply)
    if not match:
        return reply
    code = _ENHANCED.get(match[1], f"{match[1][0]}.0.0")
    return f"{match[1]} {code} {reply[4:]}"


class _Hooks:
    """What aiosmtpd asks of a handler."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def handle_EHLO(  # noqa: N802
        self, _server: "Session", session: Any, _envelope: Any, hostname: str, replies: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [reply for reply in replies if reply != "250 HELP"]
        return [*offered, "250-PIPELINING", _LAST_OFFER]

    async def handle_RCPT(  # noqa: N802
        self, server: "Session", _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self._door.limits.recipients:
            return "452 4.5.3 too many recipients"
        try:
            target = await self._door.find_target(address)
        except Refused as error:
            return str(error)
        envelope.rcpt_tos.append(address)
        server.targets.append(target)
        return "250 2.1.5 recipient ok"

    async def handle_exception(self, error: Exception) -> str:
        return self._door.apologise(error)


class Session(SMTP):
    """One connection. SMTP gives one reply to a mail: the worst of its recipients'."""

    # What the reader holds of a line at once; lines may be longer.
    line_length_limit = 64 * 1024
    answers_each = False

    def __init__(self, door: Door) -> None:
        self.door = door
        self.targets: list[Target] = []
        self._refusal = ""
        self._unsent: list[str] = []
        super().__init__(
            _Hooks(door),
            data_size_limit=door.limits.message_bytes,
            enable_SMTPUTF8=True,
            hostname=door.hostname,
            ident="Patchtrack",
            timeout=door.limits.idle_seconds,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not is_welcome(transport.get_extra_info("peername"), self.door.allowed):
            self._refusal = "554 5.7.1 this host may not deliver here"
        elif not self.door.let_in(self):
            self._refusal = "421 4.3.2 too many connections, try again later"
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.door.let_out(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if self._refusal:
            await self.push(self._refusal)
            self._writer.close()
            return
        await super()._handle_client()

    def dismiss(self) -> None:
        """Say goodbye to a client that is not in the midst of a mail, on shutdown."""
        self._writer.write(b"421 4.3.2 shutting down, try again later\r\n")
        self._writer.close()

    async def push(self, status: str) -> None:
        """Reply; with what comes next if the client has asked for more (RFC 2920, 3.2)."""
        # RFC 2034 wants no enhanced code in greetings.
        is_greeting = status.startswith("220 ") or status in (f"250 {self.hostname}", _LAST_OFFER)
        self._unsent.append(status if is_greeting else add_enhanced_code(status))
        is_pipelined = status.startswith("250 ") and b"\n" in self._reader._buffer  # noqa: SLF001
        if not (is_pipelined or status.startswith("250-")):
            await self._send_replies()

    async def _send_replies(self) -> None:
        replies, self._unsent = self._unsent, []
        await super().push("\r\n".join(replies))

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = _PLAIN_ADDRESS.fullmatch(arg)
        return plain.groups() if plain else super()._getaddr(arg)

    def _set_post_data_state(self) -> None:
        super()._set_post_data_state()
        self.targets = []

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Take a mail and answer when it is stored, or will not be."""
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        recipients, targets = self.envelope.rcpt_tos, self.targets
        self._set_post_data_state()
        with self.door.carrying(self):
            try:
                replies = await self._take_mail(recipients, targets)
            except (ConnectionError, asyncio.IncompleteReadError):
                raise
            except Exception as error:  # noqa: BLE001  each recipient is to be answered
                await self._answer_each([self.door.apologise(error)] * len(recipients))
                # What is left of the mail must not be taken for commands.
                self.transport.close()
            else:
                await self._answer_each(replies)
        self._reset_timeout()

    async def _answer_each(self, replies: list[str]) -> None:
        self._unsent += replies if self.answers_each else [max(replies)]
        await self._send_replies()

    async def _take_mail(self, recipients: list[str], targets: list[Target]) -> list[str]:
        """The reply to each recipient, in their order."""
        await self.push("354 end with a dot on a line of its own")
        kept = 0
        is_full = False

        def note(size: int) -> bool:
            nonlocal kept, is_full
            self._reset_timeout()
            is_full = is_full or not self.door.room.take(size)
            if is_full or not size:
                self.door.room.give_back(kept)
                kept = 0
            else:
                kept += size
            return not is_full

        try:
            text = await read_data(self._reader, self.door.limits.message_bytes, note)
            # Our own answer is awaited from here on, not the client's next word.
            self._reset_timeout(_LONGEST_WAIT)
            if is_full:
                return ["451 4.3.1 no room now, try again later"] * len(recipients)
            if text is None:
                most = self.door.limits.message_bytes
                return [f"552 5.3.4 the mail is larger than {most} bytes"] * len(recipients)
            delivering = self.door.deliver(decode_data(text), recipients, targets, kept)
            kept = 0
            return await delivering
        finally:
            self.door.room.give_back(kept)


class LmtpSession(Session, LMTP):
    """LMTP gives one reply for each recipient (RFC 2033, section 4.2)."""

    answers_each = True
