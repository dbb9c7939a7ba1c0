"""Runs the desk: `python -m infra.local.desk`, told what it needs by environment variables."""

from __future__ import annotations

import os
import sys

import django

from chalicelib.errors import ConfigurationError
from infra.local.desk import environment


def main() -> int:
    """Serve until told to stop; return the exit status: 2 where it could not even begin."""
    try:
        told = environment.read()
        os.environ["DJANGO_SETTINGS_MODULE"] = "infra.local.desk.settings"
        django.setup()
        from infra.local.desk.server import serve  # models exist only after setup

        serve(told)
    except ConfigurationError as exc:
        print(f"desk: {exc}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
