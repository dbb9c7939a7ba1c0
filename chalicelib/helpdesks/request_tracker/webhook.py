"""What receive needs of the webhooks of our Scrip, without a schema: whose they are."""

from __future__ import annotations

from chalicelib.desk_api.own_items import split

__all__ = ["split"]
