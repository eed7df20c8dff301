"""Graph's `message`, from a mail's copy in a mailbox."""

import functools
from collections.abc import Iterable

from bot.demo.graph.fields import Encoder, Getter, choose, override
from bot.demo.world.addresses import Address, encode_json
from bot.demo.world.identity import make_guid
from bot.demo.world.mailbox import MailCopy

BODY = "BODY-OF-A-MAIL: nobody may ask for this"
"""What is in the body of every mail: a text to look for where no body should ever be."""
_BODIES = ("body", "bodyPreview", "uniqueBody")
_RARE = ("internetMessageHeaders", *_BODIES)
"""What Graph gives only where it is asked for, or where more than `Mail.ReadBasic.All` is granted."""


def _join(addresses: Iterable[Address]) -> bytes:
    return b"[" + b",".join([address.json for address in addresses]) + b"]"


def _from(copy: MailCopy) -> bytes:
    return copy.mail.sender.json if copy.mail.sender else b"null"


def _date(copy: MailCopy) -> bytes:
    return encode_json(copy.mail.sent_at)


def _headers(copy: MailCopy) -> bytes:
    """Return the headers if they are known: Graph has none for a mail that was never sent over the wire."""
    if not copy.mail.headers:
        return b""
    return encode_json([{"name": name, "value": value} for name, value in copy.mail.headers])


def _etag(copy: MailCopy) -> bytes:
    return b'"W/\\"%d.%d\\""' % (copy.number, copy.version)


_GETTERS: dict[str, Getter[MailCopy]] = {
    "createdDateTime": _date,
    "lastModifiedDateTime": lambda copy: encode_json(copy.last_modified),
    "changeKey": lambda copy: b'"%d.%d"' % (copy.number, copy.version),
    "categories": lambda _: b"[]",
    "receivedDateTime": _date,
    "sentDateTime": _date,
    "hasAttachments": lambda _: b"false",
    "internetMessageId": lambda copy: encode_json(copy.mail.message_id),
    "internetMessageHeaders": _headers,
    "subject": lambda copy: encode_json(copy.mail.subject),
    "bodyPreview": lambda _: encode_json(BODY),
    "importance": lambda _: b'"normal"',
    "parentFolderId": lambda copy: encode_json(copy.feed.id if copy.feed else None),
    "conversationId": lambda copy: encode_json(make_guid("conversation", copy.mail.subject or copy.mail.message_id)),
    "isRead": lambda copy: b"true" if copy.is_read else b"false",
    "isDraft": lambda _: b"false",
    "isDeliveryReceiptRequested": lambda _: b"false",
    "webLink": lambda _: b'"https://outlook.office365.com/owa/"',
    "inferenceClassification": lambda _: b'"focused"',
    "body": lambda _: encode_json({"contentType": "text", "content": BODY}),
    "uniqueBody": lambda _: encode_json({"contentType": "text", "content": BODY}),
    "sender": _from,
    "from": _from,
    "toRecipients": lambda copy: _join(copy.mail.to),
    "ccRecipients": lambda copy: _join(copy.mail.cc),
    "bccRecipients": lambda copy: _join(copy.mail.bcc) if copy.is_sent else b"[]",
    "replyTo": lambda _: b"[]",
    "flag": lambda _: b'{"flagStatus":"notFlagged"}',
}

_CHANGED: Encoder[MailCopy] = Encoder(choose(_GETTERS, ("isRead", "parentFolderId")))
"""What a later delta gives of a mail that it knows (microsoft-graph-docs issue 7776): not the whole."""


@functools.lru_cache(maxsize=256)
def get_encoder(selected: tuple[str, ...], *, has_bodies: bool) -> Encoder[MailCopy]:
    """Return the encoder of a `$select`; bodies are given only where `Mail.Read` is granted."""
    wanted = [name for name in selected if name != "id" and (has_bodies or name not in _BODIES)]
    if selected:
        return Encoder(choose(_GETTERS, wanted) if wanted else {})
    return Encoder(choose(_GETTERS, (), _RARE if not has_bodies else ("internetMessageHeaders", "uniqueBody")))


def encode_message(copy: MailCopy, encoder: Encoder[MailCopy], *, is_immutable: bool) -> bytes:
    """Write a whole message."""
    item_id = copy.immutable_id if is_immutable else copy.id
    head = b'{"@odata.etag":%b,"id":"%b"' % (_etag(copy), item_id.encode())
    encoded = encoder.encode(copy, head)
    return override(encoded, copy.mail.overrides) if copy.mail.overrides else encoded


def encode_change(copy: MailCopy, *, is_immutable: bool) -> bytes:
    """Write what changed of a message that the caller already has."""
    item_id = copy.immutable_id if is_immutable else copy.id
    return _CHANGED.encode(copy, b'{"@odata.type":"#microsoft.graph.message","id":"%b"' % item_id.encode())
