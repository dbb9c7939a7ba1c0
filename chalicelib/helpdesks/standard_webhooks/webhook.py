"""What receive needs of a desk's webhooks, without a schema: whose they are."""

from __future__ import annotations

from chalicelib.desk_api.own_items import split

__all__ = ["split"]
