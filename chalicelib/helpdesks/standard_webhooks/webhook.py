"""What receive needs of a desk's webhooks, without a schema: whose they are."""

from __future__ import annotations

from chalicelib.desk_api.own_items import SECRET_FORM, new_secret, split

__all__ = ["SECRET_FORM", "new_secret", "split"]
