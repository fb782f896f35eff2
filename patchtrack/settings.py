"""Django's settings, from the environment alone; docs/settings.md describes every variable."""

import sys
from os import environ
from pathlib import Path

from patchtrack.email_settings import choose_sender, choose_site, parse_email_url
from patchtrack.environment import (
    choose_hosts,
    choose_secret_key,
    derive_database,
    parse_database_url,
    read_choice,
    read_header,
    read_integer,
    read_networks,
    read_pairs,
    read_people,
    read_seconds,
    read_text,
    split_header,
)

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

PROFILE = read_choice(
    environ, "PATCHTRACK_PROFILE", ("development", "production"), default="development"
)
PRODUCTION = PROFILE == "production"
# While this is on, Django keeps every query with its parameters: no way to import an archive.
DEBUG = not PRODUCTION and sys.argv[1:2] == ["runserver"]
SECRET_KEY = choose_secret_key(environ, production=PRODUCTION)
ADMINS = read_people(environ, "PATCHTRACK_ADMINS")
ALLOWED_HOSTS = choose_hosts(environ, production=PRODUCTION)

INSTALLED_APPS = [
    # Before the admin, of whose pages it replaces one.
    "patchtrack",
    # urls.py has it look for what there is: a parser needs none of it.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ingest",
]

MIDDLEWARE = [
    # Before all that looks at a request's path or host.
    "patchtrack.targets.absolute_form",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "patchtrack.web.middleware.FinalSlashes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "patchtrack.web.middleware.time_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "patchtrack.web.middleware.content_security_policy",
]

ROOT_URLCONF = "patchtrack.urls"
WSGI_APPLICATION = "patchtrack.wsgi.application"
ASGI_APPLICATION = "patchtrack.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = read_text(environ, "DATABASE_URL")
if not DATABASE_URL:
    VAR.mkdir(exist_ok=True)
    DATABASE_URL = "sqlite:///var/patchtrack.sqlite3"
DATABASES = {"default": derive_database(parse_database_url(DATABASE_URL, ROOT), environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# That SQLite's indexes hold no further columns costs only it, and nobody can do anything about it.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Whichever door a password comes by, it is this backend that checks it, and counts.
AUTHENTICATION_BACKENDS = ["patchtrack.services.logins.ThrottledBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "todo"
LOGOUT_REDIRECT_URL = "project-list"
PASSWORD_RESET_TIMEOUT = 86400  # seconds
PATCHTRACK_PROXY_CLIENT_HEADER = read_header(environ, "PATCHTRACK_PROXY_CLIENT_HEADER")

OUTBOX = parse_email_url(
    read_text(environ, "PATCHTRACK_EMAIL_URL", "smtp://localhost" if PRODUCTION else "console:"),
    ROOT,
)
EMAIL_BACKEND = OUTBOX.backend
EMAIL_FILE_PATH = OUTBOX.directory
EMAIL_HOST = OUTBOX.host
EMAIL_PORT = OUTBOX.port
EMAIL_HOST_USER = OUTBOX.user
EMAIL_HOST_PASSWORD = OUTBOX.password
EMAIL_USE_TLS = OUTBOX.starttls
EMAIL_USE_SSL = OUTBOX.tls
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = choose_sender(environ, ALLOWED_HOSTS)
PATCHTRACK_SITE_URL = choose_site(environ, ALLOWED_HOSTS, production=PRODUCTION)
PATCHTRACK_NOTIFICATION_DELAY_MINUTES = read_integer(
    environ, "PATCHTRACK_NOTIFICATION_DELAY_MINUTES", 10
)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "patchtrack.api.authentication.BasicAuthentication",
        "patchtrack.api.authentication.TokenAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "patchtrack.api.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "patchtrack.api.renderers.JSONRenderer",
        "patchtrack.api.renderers.PageRenderer",
    ],
    "NON_FIELD_ERRORS_KEY": "detail",
    "DEFAULT_SCHEMA_CLASS": "patchtrack.api.schema.Schema",
}
SPECTACULAR_SETTINGS = {"OAS_VERSION": "3.1.0"}

# Requests in a minute, 0 for any number.
PATCHTRACK_ANONYMOUS_RATE = read_integer(environ, "PATCHTRACK_ANONYMOUS_RATE", 0)
PATCHTRACK_USER_RATE = read_integer(environ, "PATCHTRACK_USER_RATE", 0)
PATCHTRACK_CORS = read_choice(environ, "PATCHTRACK_CORS", ("no", "yes"), default="yes") == "yes"
# Patchwork's older interface.
PATCHTRACK_XMLRPC = read_choice(environ, "PATCHTRACK_XMLRPC", ("no", "yes"), default="no") == "yes"

# Each stream of events keeps one of a web process's threads, for so long.
PATCHTRACK_STREAMS = read_integer(environ, "PATCHTRACK_STREAMS", 2)
PATCHTRACK_CLIENT_STREAMS = read_integer(environ, "PATCHTRACK_CLIENT_STREAMS", 3)
PATCHTRACK_STREAM_SECONDS = read_seconds(environ, "PATCHTRACK_STREAM_SECONDS", 25)

PATCHTRACK_WEBHOOK_NETWORKS = read_networks(environ, "PATCHTRACK_WEBHOOK_NETWORKS")

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = read_text(environ, "PATCHTRACK_STATIC_ROOT", str(VAR / "static"))

# Cookies and redirects for HTTPS only; plain HTTP is for a developer's own machine.
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = split_header(read_text(environ, "PATCHTRACK_PROXY_SSL_HEADER"))
# Thirty days: browsers' preload lists take a host only from a year on, so "preload" binds
# nobody until an administrator raises this on purpose.
SECURE_HSTS_SECONDS = (
    read_integer(environ, "PATCHTRACK_HSTS_SECONDS", 30 * 86400) if PRODUCTION else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
X_FRAME_OPTIONS = "DENY"

DEFAULT_EXCEPTION_REPORTER_FILTER = "patchtrack.logs.HidingFilter"
LOG_LEVEL = read_choice(
    environ, "PATCHTRACK_LOG_LEVEL", ("debug", "info", "warning", "error"), default="info"
).upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "patchtrack.logs.HidingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django would mail its errors to administrators; here they go where all the others go.
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # aiosmtpd tells of every command and connection.
        "mail.log": {"level": "WARNING"},
    },
}

# The daemon; docs/settings.md says what each bounds.
PATCHTRACK_STRICT_RECIPIENTS = (
    read_choice(environ, "PATCHTRACK_STRICT_RECIPIENTS", ("no", "yes"), default="no") == "yes"
)
PATCHTRACK_RECIPIENTS = read_pairs(environ, "PATCHTRACK_RECIPIENTS")
PATCHTRACK_LMTP_CONNECTIONS = read_integer(environ, "PATCHTRACK_LMTP_CONNECTIONS", 100, least=1)
PATCHTRACK_LMTP_RECIPIENTS = read_integer(environ, "PATCHTRACK_LMTP_RECIPIENTS", 100, least=1)
PATCHTRACK_LMTP_QUEUE = read_integer(environ, "PATCHTRACK_LMTP_QUEUE", 1000, least=1)
PATCHTRACK_LMTP_MEMORY = read_integer(environ, "PATCHTRACK_LMTP_MEMORY", 512 * 1024 * 1024, least=1)
PATCHTRACK_LMTP_IDLE_SECONDS = read_seconds(environ, "PATCHTRACK_LMTP_IDLE_SECONDS", 300, least=1)
PATCHTRACK_LMTP_STOP_SECONDS = read_seconds(environ, "PATCHTRACK_LMTP_STOP_SECONDS", 20)

PATCHTRACK_MAX_MESSAGE_BYTES = read_integer(
    environ, "PATCHTRACK_MAX_MESSAGE_BYTES", 100 * 1024 * 1024, least=1
)
