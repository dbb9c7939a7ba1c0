"""The attachments: who may fetch them, and how they are served without doing harm."""

from __future__ import annotations

import mimetypes
from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, TimestampSigner
from django.http import FileResponse, Http404
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

LINK_LIFE: Final = 7 * 24 * 3600  #: seconds; a link is made anew whenever its webhook is sent
_SHOWN_INLINE: Final = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"}
)
_POLICY: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
)
_signer: Final = TimestampSigner(salt="desk.files")


def link(path: str) -> str:
    """Return an attachment's address below the desk's own, good for `LINK_LIFE` without login."""
    signature = _signer.sign(path).removeprefix(f"{path}:")
    return f"{default_storage.url(path)}?{urlencode({'signature': signature})}"


def serve(request: Any, path: str) -> Any:
    """
    Answer an attachment to a user of the desk, or to the holder of a link.

    Only what cannot carry a script is shown in the browser, sandboxed; the rest is a download.

    Raises:
        PermissionDenied: neither logged in, nor a token, nor a valid link.
        Http404: there is no such file.
    """
    if not (_is_user(request) or _is_signed(path, request.GET.get("signature", ""))):
        raise PermissionDenied
    try:
        file = default_storage.open(path)
    except (OSError, SuspiciousFileOperation) as exc:
        raise Http404 from exc
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    inline = kind in _SHOWN_INLINE or kind.startswith(("audio/", "video/"))
    response = FileResponse(file, as_attachment=not inline, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    return response


def _is_user(request: Any) -> bool:
    if request.user.is_staff:
        return True
    try:
        answer = TokenAuthentication().authenticate(request)
    except AuthenticationFailed:
        return False
    return answer is not None and bool(answer[0].is_staff)


def _is_signed(path: str, signature: str) -> bool:
    try:
        _signer.unsign(f"{path}:{signature}", max_age=LINK_LIFE)
    except BadSignature:
        return False
    return True
