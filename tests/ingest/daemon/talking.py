"""A mail server's side of the dialogue, over a raw socket, step by step."""

import re
import socket

from tests.waiting import SECONDS

_ID = re.compile(r" \([0-9a-f]+\)$")


def quote_mail(mail: bytes) -> bytes:
    """A mail as it goes behind DATA: CRLF at each line's end, dots doubled, the final dot."""
    lines = mail.removesuffix(b"\n").split(b"\n")
    return b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in lines) + b".\r\n"


def split_code(reply: str) -> str:
    """The two codes of a reply: `250 2.0.0`."""
    return " ".join(reply.split()[:2])


class Client:
    """One connection, to a port of this machine or to the path of a Unix socket."""

    def __init__(self, place: int | str, hello: str = "LHLO") -> None:
        if isinstance(place, int):
            self.socket = socket.create_connection(("127.0.0.1", place), timeout=SECONDS)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(SECONDS)
            self.socket.connect(place)
        self.lines = self.socket.makefile("rb")
        self.hello = hello
        self.greeting = self.read()

    def close(self) -> None:
        self.lines.close()
        self.socket.close()

    def send(self, text: bytes) -> None:
        self.socket.sendall(text)

    def read(self) -> str:
        """The next reply, all its lines; nothing if the connection is closed."""
        lines = []
        while line := self.lines.readline().decode():
            lines.append(line.removesuffix("\r\n"))
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    def ask(self, *commands: str) -> list[str]:
        """The replies to commands, which are sent together."""
        self.send("".join(f"{command}\r\n" for command in commands).encode())
        return [self.read() for _ in commands]

    def begin(self, *recipients: str, sender: str = "<a@example.org>") -> list[str]:
        """Say hello, and the envelope of a mail; the replies to its recipients."""
        self.ask(f"{self.hello} client.example.org", f"MAIL FROM:{sender}")
        return self.ask(*(f"RCPT TO:<{recipient}>" for recipient in recipients))

    def give(self, text: bytes) -> None:
        """Say DATA, and give a mail's text as it is sent, with its final dot."""
        assert self.ask("DATA")[0].startswith("354 ")
        self.send(text)

    def deliver(self, mail: bytes, *recipients: str) -> list[str]:
        """Deliver a mail; what is answered to it, without the mail's ids."""
        accepted = [reply for reply in self.begin(*recipients) if reply.startswith("250")]
        self.give(quote_mail(mail))
        count = len(accepted) if self.hello == "LHLO" else 1
        return [_ID.sub("", self.read()) for _ in range(count)]
