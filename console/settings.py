"""Every setting, from the environment alone. `.env.example` lists them with one line each.

NAME_FILE, in place of NAME, is the path of a file that holds the value.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from ssl import CERT_REQUIRED

from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_language

from console.infrastructure import start_up_checks
from console.infrastructure.secret_files import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- from the environment ------------------------------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY", default="")
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
FACEBOOK_APP_ID = env.str("FACEBOOK_APP_ID", default="")
FACEBOOK_APP_SECRET = env.str("FACEBOOK_APP_SECRET", default="")
WEBHOOK_VERIFY_TOKEN = env.str("WEBHOOK_VERIFY_TOKEN", default="")
GRAPH_API_URL = env.str("GRAPH_API_URL", default="") or "https://graph.facebook.com"
GRAPH_API_VERSION = env.str("GRAPH_API_VERSION", default="") or "v27.0"
TOKEN_ENCRYPTION_KEYS = env.list("TOKEN_ENCRYPTION_KEYS", default=[])
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
PUSH_HOSTS = env.list("PUSH_HOSTS", default=[]) or [
    *("fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"),
]
TRUSTED_PROXIES = env("TRUSTED_PROXIES", default="").split()
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FROM = env.str("EMAIL_FROM", default="")
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
PERSONA_NAME_PATTERN = env.str("PERSONA_NAME_PATTERN", default="") or "{first} {last_initial}."
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var").resolve()
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_REGION = env.str("S3_REGION", default="")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="") or "INFO"
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_FORMAT = env.str("LOG_FORMAT", default="") or "text"
TIME_ZONE = env.str("TIME_ZONE", default="") or "UTC"

try:
    DEBUG = start_up_checks.boolean("DEBUG", env.str("DEBUG", default=""))
    GRAPH_TIMEOUT = start_up_checks.seconds("GRAPH_TIMEOUT", env.str("GRAPH_TIMEOUT", default="") or "10")
    SETTLE_SECONDS = start_up_checks.seconds("SETTLE_SECONDS", env.str("SETTLE_SECONDS", default="") or "45")
    WEBHOOK_RETENTION_DAYS = start_up_checks.days(
        "WEBHOOK_RETENTION_DAYS", env.str("WEBHOOK_RETENTION_DAYS", default="") or "30"
    )
    CONVERSATION_RETENTION_DAYS = start_up_checks.days(  # 0 is for ever
        "CONVERSATION_RETENTION_DAYS", env.str("CONVERSATION_RETENTION_DAYS", default="") or "0", least=0
    )
    SESSION_IDLE_MINUTES = start_up_checks.whole(
        "SESSION_IDLE_MINUTES", env.str("SESSION_IDLE_MINUTES", default="") or "120", "minutes", least=10, most=1440
    )
    SESSION_HOURS = start_up_checks.whole(
        "SESSION_HOURS", env.str("SESSION_HOURS", default="") or "12", "hours", least=1, most=720
    )
    CONFIRM_MINUTES = start_up_checks.whole(
        "CONFIRM_MINUTES", env.str("CONFIRM_MINUTES", default="") or "30", "minutes", least=1, most=1440
    )
    start_up_checks.refuse_malformed(
        DATABASE_URL=DATABASE_URL,
        REDIS_URL=REDIS_URL,
        PUBLIC_URL=PUBLIC_URL,
        ALLOWED_HOSTS=ALLOWED_HOSTS,
        PUSH_HOSTS=PUSH_HOSTS,
        EMAIL_URL=EMAIL_URL,
        EMAIL_FROM=EMAIL_FROM,
        BREACHED_PASSWORDS_FILE=BREACHED_PASSWORDS_FILE,
        FACEBOOK_APP_ID=FACEBOOK_APP_ID,
        GRAPH_API_URL=GRAPH_API_URL,
        GRAPH_API_VERSION=GRAPH_API_VERSION,
        S3_BUCKET=S3_BUCKET,
        S3_ENDPOINT_URL=S3_ENDPOINT_URL,
        LOG_LEVEL=LOG_LEVEL,
        LOG_FORMAT=LOG_FORMAT,
        TIME_ZONE=TIME_ZONE,
    )
    start_up_checks.refuse_missing_sender(EMAIL_URL, EMAIL_FROM)
    start_up_checks.refuse_invalid_vapid_key(VAPID_PRIVATE_KEY)
    start_up_checks.refuse_missing_or_weak(
        SECRET_KEY=SECRET_KEY,
        DATABASE_URL=DATABASE_URL,
        REDIS_URL=REDIS_URL,
        PUBLIC_URL=PUBLIC_URL,
        ALLOWED_HOSTS=ALLOWED_HOSTS,
        FACEBOOK_APP_ID=FACEBOOK_APP_ID,
        FACEBOOK_APP_SECRET=FACEBOOK_APP_SECRET,
        WEBHOOK_VERIFY_TOKEN=WEBHOOK_VERIFY_TOKEN,
        GRAPH_API_URL=GRAPH_API_URL,
        TOKEN_ENCRYPTION_KEYS=TOKEN_ENCRYPTION_KEYS,
        PERSONA_NAME_PATTERN=PERSONA_NAME_PATTERN,
        DEBUG=DEBUG,
    )
except ImproperlyConfigured as error:
    sys.exit(f"The console does not start. {error}")  # a sentence, not a traceback

# --- Django --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "agents.log_in_attempts.LogInAttempts",
    "csp",
    "agents",
    "personas",
    "console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "console.middleware.NoteAgent",
    "console.middleware.Language",
    "django_htmx.middleware.HtmxMiddleware",
    "console.middleware.LoginRequired",
    "console.middleware.SecondFactorRequired",
    "console.confirmation.ConfirmationRequired",
    "console.middleware.ReloadForOtherAgent",
    "console.middleware.NotePresence",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "console.middleware.ResponseHeaders",
    "console.middleware.RefuseInvalidLists",
    "console.middleware.AnswerWithoutStorage",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "console.urls"
ASGI_APPLICATION = "console.asgi.application"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The files of ninja, for /api/docs. As an installed app it would cost every worker 11 MiB.
NINJA = Path(find_spec("ninja").origin).parent

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", NINJA / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["console.infrastructure.templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["console.templatetags.console"],
        },
    }
]

DATABASES = {"default": {**Environment.db_url_config(DATABASE_URL), "CONN_HEALTH_CHECKS": True}}
# A pool of connections for each process: an idle thread holds no connection, and idle connections are closed.
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 40, "max_idle": 20, "timeout": 10}
# A lost network connection to the database is noticed within half a minute; otherwise it would hang for ever.
DATABASES["default"]["OPTIONS"] |= {"connect_timeout": 5, "keepalives_idle": 15, "keepalives_interval": 5}
DATABASES["default"]["OPTIONS"] |= {"keepalives_count": 3, "tcp_user_timeout": 30_000}  # ms

STATIC_URL = "static/"
STATIC_ROOT = None if DEBUG else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static", NINJA / "static"]
MEDIA_ROOT = DATA_DIR / "media"
# Django imports the backend when the first file is opened: boto3 is loaded by no program that does not need it.
S3_FILES = {
    "BACKEND": "console.infrastructure.s3_files.S3Files",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": S3_REGION or None,
        "access_key": S3_ACCESS_KEY_ID or None,  # without them, the role of the machine or of the service account
        "secret_key": S3_SECRET_ACCESS_KEY or None,
    },
}
STORAGES = {
    "default": S3_FILES if S3_BUCKET else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "console.infrastructure.static_files.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

LANGUAGE_CODE = "en"
LOCALES = BASE_DIR / "locale"
LOCALE_PATHS = [LOCALES]
# English is the language of the sources. Each folder of texts in LOCALES is one more, and shown by its own name.
TRANSLATED = sorted(to_language(path.parts[-3]) for path in LOCALES.glob("*/LC_MESSAGES/django.po"))
LANGUAGES = [(code, LANG_INFO[code]["name_local"]) for code in ["en", *TRANSLATED]]
COMPLETE_LANGUAGES = ["en", "de"]  # the others are for agents who choose them, whatever a browser asks for
USE_TZ = True

# --- who may come in -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "agents.Agent"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "console.infrastructure.start_up_checks.example_credentials.DemoPasswordBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
] + [{"NAME": "console.infrastructure.start_up_checks.example_credentials.DemoPasswordValidator"}]
if BREACHED_PASSWORDS_FILE:
    AUTH_PASSWORD_VALIDATORS += [
        {
            "NAME": "agents.breached_passwords.BreachedPasswordValidator",
            "OPTIONS": {"path": BREACHED_PASSWORDS_FILE},
        }
    ]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "conversations"
LOGOUT_REDIRECT_URL = "login"
AXES_HANDLER = "agents.throttle.Throttle"
AXES_USERNAME_CALLABLE = "agents.throttle.client_username"
AXES_CLIENT_IP_CALLABLE = "agents.throttle.client_address"
AXES_FAILURE_LIMIT = 5  # of one name at one address
MOST_FAILURES = 30  # of all names at one address, which may be an office
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # attempts during a lockout do not prolong it
AXES_VERBOSE = False

# --- e-mail ---------------------------------------------------------------------------------------------------------

_email = Environment.email_url_config(EMAIL_URL or "dummymail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = (_email[name] for name in ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT"))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # s
DEFAULT_FROM_EMAIL = EMAIL_FROM or EMAIL_HOST_USER or "handover@localhost"

# --- in the browser ------------------------------------------------------------------------------------------------

IS_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_ENGINE = "console.infrastructure.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
MAX_WEBHOOK_BYTES = 1024 * 1024
MAX_PICTURE_BYTES = 8 * 1024 * 1024  # Facebook's limit for a persona's picture
MAX_PICTURE_PIXELS = 25_000_000  # of a picture that is decoded: each takes four bytes of memory

# --- Redis and Celery ----------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
# kombu checks no certificate by default. Parameters of the URL, such as ssl_ca_certs, are added to these.
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": CERT_REQUIRED} if REDIS_URL.startswith("rediss://") else None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker survives an hour without Redis
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # s, longer than the longest task and the longest countdown
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,  # longer than the second for which a worker waits at a queue
    "socket_connect_timeout": 2,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 8  # s
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Five queues, so that none waits for another: messages to Facebook, webhooks from Facebook, events for bots, typing
# indicators, and the rest.
CELERY_TASK_DEFAULT_QUEUE = "background"
CELERY_TASK_ROUTES = {
    "console.tasks.deliver": {"queue": "messages"},
    "console.tasks.deliver_reaction": {"queue": "messages"},
    "console.tasks.process_webhooks": {"queue": "webhooks"},
    "console.tasks.deliver_bot_event": {"queue": "bots"},
    "console.tasks.assign": {"queue": "webhooks"},  # a customer waits, so never behind a download
    "console.tasks.call_agents": {"queue": "webhooks"},
    "console.tasks.show_typing": {"queue": "typing"},
    "*.sweep": {"queue": "webhooks"},  # also never behind a download
}
CELERY_BEAT_SCHEDULE = {
    **{
        f"beat-{queue}": {
            "task": "console.tasks.beat",
            "args": [queue],
            "schedule": 15.0,
            "options": {"expires": 15, "queue": queue},
        }
        for queue in ("messages", "webhooks", "background")  # one of each kind of worker, for /readyz
    },
    "sweep": {"task": "console.sweep.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "delete-old-rows": {"task": "console.retention.delete_old_rows", "schedule": 60.0, "options": {"expires": 60}},
    "send-digests": {"task": "console.tasks.send_digests", "schedule": 300.0, "options": {"expires": 300}},
    "sweep-personas": {"task": "personas.tasks.sweep", "schedule": 15.0, "options": {"expires": 15}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "console.logs.formatters.Text"},
        "json": {"()": "console.logs.formatters.JSON"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    # At DEBUG, libraries log what they send and receive.
    "root": {"handlers": ["console"], "level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL},
    "loggers": {
        **{ours: {"level": LOG_LEVEL} for ours in ("agents", "personas", "console", "messenger")},
        "django": {"handlers": []},
        "django.request": {"level": "ERROR"},  # each request has a line already
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": False},  # it has queries
        "axes": {"level": "WARNING"},
        # Below WARNING it logs addresses: that of debug_token contains the token, and a bot's may contain a secret.
        "urllib3": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "celery.app.trace": {"level": "CRITICAL"},  # it quotes the values of errors: see console/logs/task_log.py
    },
}
