"""How far a customer's phone, and the customer, have come with what was sent."""

from __future__ import annotations

from chalicelib.domain.events import UnknownEvent, WatermarkReached
from chalicelib.domain.message import Status
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import mapping, moment
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Read


def delivered(notice: Notice, part: object) -> WatermarkReached | UnknownEvent:
    """Return that everything up to a moment has arrived."""
    return _reached(notice, part, status=Status.DELIVERED)


def read(notice: Notice, part: object) -> WatermarkReached | UnknownEvent:
    """Return that everything up to a moment, or up to a message, has been read."""
    return _reached(notice, part, status=Status.READ)


def _reached(notice: Notice, part: object, *, status: Status) -> WatermarkReached | UnknownEvent:
    watermark = mapping(part).get("watermark")
    until = moment(watermark, received_at=notice.received_at, otherwise=0)
    message_id = "" if until else Read.read(part).mid
    if not notice.customer or not (until or message_id):
        return notice.unknown(status)
    upto = until or message_id
    return WatermarkReached(
        key=notice.key(keys.watermark(status, notice.account.id, notice.customer, upto)),
        account=notice.account,
        contact=notice.contact,
        status=status,
        occurred_at=notice.occurred_at,
        until=until,
        message_id=message_id,
    )
