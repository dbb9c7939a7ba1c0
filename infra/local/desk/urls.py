"""The desk's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from infra.local.desk import files

urlpatterns = [
    path("admin/", admin.site.urls),
    path("media/<path:path>", files.serve),
    path("", include("helpdesk.urls", namespace="helpdesk")),
]
