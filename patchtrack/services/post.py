"""A connection to the mail server for many mails, of which one may fail and the others go."""

from contextlib import suppress
from smtplib import SMTPResponseException, SMTPSenderRefused
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection

_CLOSING_DOWN = 421  # RFC 5321, section 3.8


class ServerAway(Exception):
    """The mail server takes no mail at all for now, whoever it is for."""


class Post:
    """Sends mails one by one, over one connection as long as none fails."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Self:
        """Raises ServerAway."""
        self._open()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._close()

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail to the server. Raises ServerAway, and whatever else is wrong with this mail
        or its address."""
        self._open()
        try:
            self._connection.send_messages([mail])
        except Exception as error:
            # What the server made of the half of a mail is not worth knowing.
            self._close()
            if _is_about_us(error):
                raise ServerAway(str(error)) from error
            raise

    def _open(self) -> None:
        try:
            self._connection.open()
        except OSError as error:
            self._close()
            raise ServerAway(str(error)) from error

    def _close(self) -> None:
        # The server need not hear our goodbye.
        with suppress(OSError):
            self._connection.close()


def _is_about_us(error: Exception) -> bool:
    """Whether the server would have said the same to any other mail of ours."""
    if isinstance(error, SMTPSenderRefused):
        return True
    return isinstance(error, SMTPResponseException) and error.smtp_code == _CLOSING_DOWN
