"""Mail that is not lost: each message is a job, written in the transaction of its cause."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from .declaration import job
from .models import Priority


class QueuedEmailBackend(BaseEmailBackend):
    """Whatever sends mail by Django's own functions sends it through here; a worker delivers it by
    `EMAIL_DELIVERY_BACKEND`. A mail server that is slow or down delays no page."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if message.recipients():
                deliver.enqueue(message=_to_data(message))
        return len(email_messages)


def _to_data(message: EmailMessage) -> dict[str, Any]:
    alternatives = getattr(message, "alternatives", [])
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "to": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "headers": dict(message.extra_headers),
        "alternatives": [[str(content), mimetype] for content, mimetype in alternatives],
        "attachments": [_attachment(attachment) for attachment in message.attachments],
    }


def _attachment(attachment: Any) -> list[str]:
    if isinstance(attachment, MIMEBase):
        raise TypeError("attach files by name, content and type")
    filename, content, mimetype = attachment
    raw = content.encode() if isinstance(content, str) else content
    return [filename, base64.b64encode(raw).decode(), mimetype]


def _from_data(data: dict[str, Any]) -> EmailMultiAlternatives:
    fields = {
        key: value for key, value in data.items() if key not in ("alternatives", "attachments")
    }
    message = EmailMultiAlternatives(**fields)
    for content, mimetype in data["alternatives"]:
        message.attach_alternative(content, mimetype)
    for filename, content, mimetype in data["attachments"]:
        message.attach(filename, base64.b64decode(content), mimetype)
    return message


@job("mail.deliver", max_attempts=30, timeout=timedelta(seconds=60), priority=Priority.HIGH)
def deliver(*, message: dict[str, Any]) -> None:
    """Hand one message to the mail server. Sent twice at worst, when the worker dies in between."""
    connection = get_connection(settings.EMAIL_DELIVERY_BACKEND)
    connection.send_messages([_from_data(message)])
