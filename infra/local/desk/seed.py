"""Puts the desk's database into the state the local run starts from; doing it again is harmless."""

from __future__ import annotations

import zlib
from importlib.metadata import version
from typing import Any, Final

from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, transaction
from helpdesk.models import CustomField, EmailTemplate, Queue
from rest_framework.authtoken.models import Token

from infra.local.credentials import (
    DESK_AGENT,
    DESK_AGENT_PASSWORD,
    DESK_API_TOKEN,
    DESK_BRIDGE,
    DESK_OBSERVER,
)
from infra.local.desk import outbox

QUEUE: Final = "messaging"
_PACKAGES: Final = ("Django", "django-helpdesk", "djangorestframework")
_FIELDS: Final = {"conversation_id": "Conversation", "channel": "Channel"}
_LONGEST_VALUE: Final = 200


def prepare(*, bridge_token: str) -> None:
    """Bring tables, queue, fields and users up to date; `bridge_token` is the bridge's for now."""
    _migrate()
    outbox.create()
    with transaction.atomic():
        # Without a template no mail is made, and no ticket claims that one was sent.
        EmailTemplate.objects.all().delete()
        permission = _queue()
        _fields()
        _user(DESK_AGENT, permission, password=DESK_AGENT_PASSWORD)
        _token(_user(DESK_OBSERVER, permission), key=DESK_API_TOKEN)
        _token(_user(DESK_BRIDGE, permission), key=bridge_token)


def _migrate() -> None:
    """Migrate, unless this database has seen the same versions before: a look takes seconds."""
    versions = " ".join(f"{name} {version(name)}" for name in _PACKAGES)
    mark = zlib.crc32(versions.encode()) >> 1  # SQLite keeps 31 bits for its user
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        if cursor.fetchone()[0] == mark:
            return
        call_command("migrate", verbosity=0)
        cursor.execute(f"PRAGMA user_version = {mark}")


def _queue() -> Any:
    """Return the permission to work in the queue; the queue creates it along with itself."""
    queue, _ = Queue.objects.get_or_create(
        slug=QUEUE, defaults={"title": "Messaging", "allow_public_submission": False}
    )
    return Permission.objects.get(codename=queue.permission_name.removeprefix("helpdesk."))


def _fields() -> None:
    for name, label in _FIELDS.items():
        CustomField.objects.get_or_create(
            name=name,
            defaults={
                "label": label,
                "data_type": "varchar",
                "max_length": _LONGEST_VALUE,
                "required": False,
                "staff_only": True,
            },
        )


def _user(name: str, permission: Any, *, password: str | None = None) -> Any:
    """
    Return a user who may work in the queue; without a password they have the API only.

    Staff is the least that django-helpdesk lets use its API and pages; no other right is given.
    """
    user, is_new = User.objects.get_or_create(
        username=name, defaults={"is_staff": True, "email": f"{name}@desk.invalid"}
    )
    if is_new:
        user.set_password(password)
        user.save()
    user.user_permissions.add(permission)
    return user


def _token(user: Any, *, key: str) -> None:
    Token.objects.filter(user=user).exclude(key=key).delete()
    Token.objects.get_or_create(key=key, user=user)
