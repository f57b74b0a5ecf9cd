"""Mail. All messages of one incident refer to its first one, so that they are one thread."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from reinfra.alerts.channels.base import ChannelError, Result, one_by_one
from reinfra.alerts.message import Context, Told, subject, text, thread
from reinfra.config.receivers import SmtpReceiver
from reinfra.model import SECOND
from reinfra.store.notice import Notice

_FOR_GOOD = range(500, 600)
_POLICY = SMTP.clone(max_line_length=200)  # no subject is broken into two lines
_OF_ONE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)


@dataclass(frozen=True, slots=True)
class Smtp:
    """One connection for a batch; the server takes or refuses each mail by itself."""

    settings: SmtpReceiver
    password: str = field(default="", repr=False)
    context: Context = field(default_factory=Context)
    batch_size: int = 10

    @property
    def name(self) -> str:
        return self.settings.name

    def mail(self, message: Told) -> EmailMessage:
        """What is sent. Its id is made of the key, so that a repeat is the same mail."""
        domain = self.settings.sender.partition("@")[2]
        made = EmailMessage(policy=_POLICY)
        made["Subject"] = subject(message)
        made["From"] = self.settings.sender
        made["To"] = ", ".join(self.settings.to)
        made["Date"] = format_datetime(datetime.fromtimestamp(message.at / SECOND, UTC))
        own, first = _ids(message, domain)
        made["Message-ID"] = own
        if own != first:
            made["In-Reply-To"] = made["References"] = first
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers to alerts
        made["X-Reinfra-Key"] = message.dedup_key
        made.set_content(text(message, self.context) + "\n", cte="quoted-printable")
        return made

    def send(self, messages: Sequence[Told]) -> list[Result]:
        with self._explained():
            server = self._connected()
        try:
            return one_by_one(messages, lambda message: self._sent(server, message))
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):  # what was taken stays taken
                server.quit()

    def _sent(self, server: smtplib.SMTP, message: Told) -> Result:
        mail = self.mail(message)
        people = self.settings.to
        try:
            with self._explained():
                refused = server.send_message(mail, self.settings.sender, people)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            for_good = all(code in _FOR_GOOD for code in codes)
            return Result(f"the server takes no recipient ({max(codes, default=0)})", for_good)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            for_good = error.smtp_code in _FOR_GOOD
            return Result(f"the server refuses the mail ({error.smtp_code})", for_good)
        said = f", {len(refused)} of {len(people)} recipients refused" if refused else ""
        return Result(receipt=f"{mail['Message-ID']}{said}")

    def _connected(self) -> smtplib.SMTP:
        """Encrypted as the settings say, and logged in."""
        place, timeout = (self.settings.host, self.settings.port), self.settings.timeout
        tls = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(*place, timeout=timeout, context=tls)
            if self.settings.security == "tls"
            else smtplib.SMTP(*place, timeout=timeout)
        )
        try:
            if self.settings.security == "starttls":
                server.starttls(context=tls)
            if self.password:
                server.login(self.settings.username, self.password)
        except BaseException:
            server.close()
            raise
        return server

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Raises ChannelError for what concerns all mails; what one mail meets passes through."""
        try:
            yield
        except _OF_ONE_MAIL:
            raise
        except (smtplib.SMTPException, OSError) as error:
            what, todo = _said(error)
            raise ChannelError(
                what,
                where=f"receiver {self.name}, {self.settings.host}:{self.settings.port}",
                why=type(error).__name__,
                todo=f"{todo}; mail waits in the outbox.",
            ) from error


def _said(error: Exception) -> tuple[str, str]:
    """What is wrong with the server, and what to do. Its own words may hold the login, and are not repeated."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server has no STARTTLS or no login", "Correct security, port and username"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "the mail server refuses the login", "Correct username and password"
    if isinstance(error, ssl.SSLError):
        return "the mail server's encryption is not accepted", "Correct host, port and security"
    return "the mail server does not answer", "Check host, port and network"


def _ids(message: Told, domain: str) -> tuple[str, str]:
    """The mail's own id and that of its thread's first mail. A database made anew begins at INC-1 again."""
    begun = message.opened_at if isinstance(message, Notice) else message.at
    root = f"<{thread(message)}.{begun}@{domain}>".lower()
    if isinstance(message, Notice) and message.number == 1 and not message.repeat:
        return root, root
    return f"<{message.dedup_key.replace(':', '.')}.{begun}@{domain}>".lower(), root
