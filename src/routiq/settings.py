"""Django's settings, read from the environment. Reference: docs/configuration.md lists every one."""

from __future__ import annotations

import secrets

from routiq import environment, kept_files, logs
from routiq.backups.nightly import check_settings

DATA = environment.data_folder()
DEBUG = False


def _kept_secret(name: str, file: str) -> str:
    """The setting, or else a secret of our own making that is kept in the data folder."""
    given = environment.text(name, "")
    if given:
        return given
    path = DATA / file
    try:
        kept_files.make_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()
    except OSError as error:
        raise environment.SettingError(
            name, f"is not set, and none can be kept in {DATA}: {error.strerror}"
        ) from None


SECRET_KEY = _kept_secret("ROUTIQ_SECRET_KEY", "secret_key")
ALLOWED_HOSTS = environment.names("ROUTIQ_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.names("ROUTIQ_ORIGINS", "")
HTTPS = environment.switch("ROUTIQ_HTTPS", False)

ROOT_URLCONF = "routiq.urls"
ASGI_APPLICATION = "routiq.asgi.application"
AUTH_USER_MODEL = "practices.Person"
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "routiq.practices",
    "routiq.connections",
    "routiq.mirror",
    "routiq.sync",
    "routiq.consent",
    "routiq.messaging",
    "routiq.frontdesk",
    "routiq.knowledge",
    "routiq.robyn",
    "routiq.dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "routiq.dashboard.middleware.SecurityHeaders",
    "routiq.dashboard.middleware.PracticeOfTheSession",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "routiq.dashboard.context.practice",
            ],
        },
    }
]

DATABASE_URL = environment.text("DATABASE_URL", "postgresql:///routiq")
DATABASE_OWNER_URL = environment.text("DATABASE_OWNER_URL", DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "routiq.practices.postgres",
        **environment.database_parts("DATABASE_URL", DATABASE_URL),
        "CONN_MAX_AGE": 0,
        "TEST": {"NAME": "test_routiq"},
    }
}
_pool_size = environment.whole("ROUTIQ_WEB_POOL", 0)
if _pool_size:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _pool_size, "timeout": 10}  # type: ignore[index]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_SSL_REDIRECT = environment.switch("ROUTIQ_HTTPS_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-au"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True

FILE_UPLOAD_HANDLERS = [
    "routiq.dashboard.uploads.WithinLimits",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

STATIC_URL = "static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# A wrong setting of the backups stops the start, too.
check_settings()

METRICS_KEY = environment.text("ROUTIQ_METRICS_KEY", "")
"""What a monitoring system shows to read ``/metrics``; empty: nobody reads them."""

# How we reach the practice management systems.
ROUTIQ_CONTACT = environment.text("ROUTIQ_CONTACT", "support@routiq.example")
"""E-mail address in the User-Agent of every request to a vendor, so that they can reach the operator."""
PMS_URLS = {
    "cliniko": environment.text("ROUTIQ_CLINIKO_URL", ""),
    "nookal": environment.text("ROUTIQ_NOOKAL_URL", ""),
}
"""Where a vendor answers instead of its real host: the sandbox. ``{shard}`` stands for the region."""
PMS_REQUESTS = environment.whole("ROUTIQ_PMS_REQUESTS", 200)
"""Of vendors that publish a limit: requests per window and connection; 0 is no limit of our own."""
PMS_REQUESTS_PER_SECOND = environment.number("ROUTIQ_PMS_REQUESTS_PER_SECOND", 2.0, least=0.0)
"""Of vendors that publish none: the most for a connection, however well it answers; 0 is no limit of our own."""
PMS_WINDOW_SECONDS = environment.number("ROUTIQ_PMS_WINDOW_SECONDS", 60.0, least=0.1)
PMS_LIVE_RESERVE = environment.number("ROUTIQ_PMS_LIVE_RESERVE", 0.2)
PMS_POLL_SHARE = environment.number("ROUTIQ_PMS_POLL_SHARE", 0.19, least=0.01, most=0.2)
"""Of vendors that publish a limit: the fraction of it that looks for changes have, and no more."""
PMS_QUICK_ROUND_SECONDS = environment.number("ROUTIQ_PMS_QUICK_ROUND_SECONDS", 60.0, least=0.0)
"""Of a system that announces no changes: how far apart it is looked at in office hours; 0: each quarter hour."""
OFFICE_HOURS = environment.office_hours("ROUTIQ_OFFICE_HOURS", "Mon-Fri 08:00-18:00")
"""By the clock of each practice: then changes are looked for more often."""
SYNC_SIDE_BY_SIDE = environment.whole("ROUTIQ_SYNC_SIDE_BY_SIDE", 4, least=1)
"""How many parts of one practice's sync ask the vendor at the same time."""

MODEL = environment.model_server()
"""Whom Robyn may ask what a patient's words mean, where a practice allows it; by default nobody."""

TEXT_CARRIER = environment.text_carrier()
"""Who carries text messages to patients; by default nobody."""

# Letters to the owners of a practice.
BASE_URL = environment.base_url("ROUTIQ_BASE_URL", "http://127.0.0.1:8000")
"""Where people reach the pages: links in letters begin with it."""
_mail = environment.mail_server("ROUTIQ_MAIL_URL")
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starttls, _mail.ssl
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.address("ROUTIQ_MAIL_FROM", None if _mail.host else "Routiq <routiq@localhost>")

LOGGING = logs.configuration(environment.text("ROUTIQ_LOG_LEVEL", "INFO"))
