"""
Django's settings for the local desk.

https://docs.djangoproject.com/en/5.2/ref/settings/ and
https://django-helpdesk.readthedocs.io/en/stable/settings.html explain the names.
"""

from __future__ import annotations

from typing import Any, Final

from infra.local.desk import environment

ENVIRONMENT: Final = environment.read()
ENVIRONMENT.folder.mkdir(parents=True, exist_ok=True)

DEBUG = False  # a page with a traceback shows texts and tokens
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = [environment.HOST, "localhost"]
ROOT_URLCONF = "infra.local.desk.urls"
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

INSTALLED_APPS = [
    "django.contrib.admin",  # the ticket page links to it: without it, the page breaks
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "helpdesk",
    "django_cleanup.apps.CleanupConfig",  # a deleted attachment's file goes with its row
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "infra.local.desk.literal.Backend",
        "NAME": "django",  # django-helpdesk asks for the engine of this name
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"ticket_to_link": "infra.local.desk.literal"},
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ENVIRONMENT.folder / "desk.sqlite3",
        # One request is one transaction, and takes SQLite's write lock when it begins: one that
        # takes it later, after others wrote, is refused with "database is locked" at once.
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # customers are not reached by mail

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = ENVIRONMENT.folder / "media"

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/tickets/"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

REST_FRAMEWORK = {
    # The first one decides how a refusal is answered: 401 for a token that is missing or wrong.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    # Without the browsable pages: they fill their forms with every ticket there is.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

# Nobody but the desk's users may see or write anything.
HELPDESK_REDIRECT_TO_LOGIN_BY_DEFAULT = True
HELPDESK_VIEW_A_TICKET_PUBLIC = False
HELPDESK_SUBMIT_A_TICKET_PUBLIC = False
HELPDESK_ENABLE_PASSWORD_RESET = False
HELPDESK_ALLOW_NON_STAFF_TICKET_UPDATE = False
# Every user but a superuser reaches the queues granted to them, and no other.
HELPDESK_ENABLE_PER_QUEUE_STAFF_PERMISSION = True
# The built-in webhooks are unsigned, and raise into the agent's request when nobody answers.
HELPDESK_GET_FOLLOWUP_WEBHOOK_URLS = HELPDESK_GET_NEW_TICKET_WEBHOOK_URLS = list
# A file of an unlisted type would be answered 500, with the comment already written.
HELPDESK_VALIDATE_ATTACHMENT_TYPES = False
# A customer's "#12" is a house number: no note in ticket 12.
HELPDESK_ENABLE_BACKLINKS = False
# What was said is not rewritten, and an edited comment would not be sent again.
HELPDESK_SHOW_EDIT_BUTTON_FOLLOW_UP = False
# The timeline puts titles into the page as HTML, and titles carry customers' names.
HELPDESK_TICKETS_TIMELINE_ENABLED = False
# The reply form shows no custom field: one that a client leaves out would be emptied.
HELPDESK_SHOW_CUSTOM_FIELDS_FOLLOW_UP_LIST = ["id"]
HELPDESK_STAFF_ONLY_TICKET_OWNERS = HELPDESK_STAFF_ONLY_TICKET_CC = True
HELPDESK_ENABLE_TIME_SPENT_ON_TICKET = False
HELPDESK_TEAMS_MODE_ENABLED = False  # its team model is an optional package
HELPDESK_KB_ENABLED = True  # empty; with it off, the desk's addresses do not load
HELPDESK_USE_CDN = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "infra.local.desk": {"level": "INFO"},
        # It warns at each change that there is no mail template: that is how no mail is sent.
        "helpdesk": {"level": "ERROR"},
        # 404 and 401 are answers, not events.
        "django.request": {"level": "ERROR"},
        "waitress.queue": {"level": "ERROR"},
    },
}
