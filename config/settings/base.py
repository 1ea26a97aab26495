"""Settings from the environment; `.env.example` lists every variable."""

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from botocore.config import Config as S3Client
from csp.constants import NONE, SELF

from config.broker import broker_url, transport, transport_options
from config.env import env, load_file
from config.json_logs import configure

BASE_DIR = Path(__file__).resolve().parent.parent.parent
load_file(BASE_DIR / ".env")

DATA_DIR = env.path("COUNTERSIGN_DATA_DIR", BASE_DIR / ".local")
DEBUG = env.flag("COUNTERSIGN_DEBUG", False)
# The demo: printed logins and a page that shows every mail. Never on a real installation.
DEMO = env.flag("COUNTERSIGN_DEMO", False)
DEMO_PASSWORD = env.secret("COUNTERSIGN_DEMO_PASSWORD", "countersign-demo")
SECRET_KEY = env.secret("SECRET_KEY")

# --- hosts: <slug>.<domain> is an organisation, the domain itself the front door and the API ---
DOMAIN = env.text("COUNTERSIGN_DOMAIN", "localhost")
BASE_URL = env.text("COUNTERSIGN_BASE_URL", "http://{host}:8000")
ALLOWED_HOSTS = [DOMAIN, f".{DOMAIN}", *env.items("ALLOWED_HOSTS", ("127.0.0.1", "[::1]"))]
HTTPS = env.flag("COUNTERSIGN_HTTPS", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("COUNTERSIGN_BEHIND_PROXY", False) else None
TRUSTED_PROXIES = env.integer("COUNTERSIGN_TRUSTED_PROXIES", 0, low=0)

INSTALLED_APPS = [
    "accounts",
    "forms_builder",
    "workflows",
    "flows",
    "notifications",
    "config.apps.RuntimeConfig",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "django_vite",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "pgtrigger",
    "rest_framework",
]

# Modules with types of field of this installation's own; their packages bring templates and static files along.
FORM_COMPONENTS = env.items("FORM_COMPONENTS", ())
INSTALLED_APPS += sorted({name.partition(".")[0] for name in FORM_COMPONENTS} - set(INSTALLED_APPS))

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "config.health.ProbeMiddleware",
    "config.logging.RequestContextMiddleware",
    "config.health.OutageMiddleware",
    "config.compression.PageCompressionMiddleware",
    "accounts.tenancy.hosts.AnyHostForApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.csp.PolicyMiddleware",
    "accounts.tenancy.hygiene.InputHygieneMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.slashes.SlashMiddleware",
    "config.errors.RefusedMethodMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.tenancy.middleware.TenancyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database: the application's role, and the owner's for migrations ---


def _database(name: str, default: str | None = None) -> dict[str, Any]:
    parts = env.database(name, default)
    options = parts.pop("OPTIONS")
    return {
        "ENGINE": "accounts.tenancy.postgresql",
        **parts,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": False,
        # Seconds and milliseconds: a lost server is noticed before a person gives up.
        "OPTIONS": {"connect_timeout": 3, "tcp_user_timeout": 5000, **options},
    }


DATABASES = {"default": _database("DATABASE_URL")}
DATABASES["owner"] = _database("DATABASE_OWNER_URL", env.url("DATABASE_URL"))
DATABASES["owner"]["CONN_MAX_AGE"] = 0
# Off behind a connection pooler that cannot follow prepared statements.
DATABASE_PREPARE = env.flag("DATABASE_PREPARE", True)
if DATABASE_PREPARE:
    # Without a threshold the driver prepares nothing, also where a statement asks for it.
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 0
STATEMENT_TIMEOUT = env.integer("DATABASE_STATEMENT_TIMEOUT_MS", 15_000, low=0)
DATABASES["default"]["OPTIONS"].setdefault("options", f"-c statement_timeout={STATEMENT_TIMEOUT}")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PGTRIGGER_INSTALL_ON_MIGRATE = False
# Installing schemas and pruning reads every table's triggers; migrations carry ours.
PGTRIGGER_SCHEMA_EDITOR = False

# --- people ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.authentication.LoginBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
GUARDIAN_RAISE_403 = False
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
GUARDIAN_USER_OBJ_PERMS_MODEL = "accounts.ObjectGrant"
TENANCY_CLAIM = "accounts.authentication.claim_of_request"
TENANCY_MEMBER = "accounts.selectors.people.member_of_claim"

# Guesses within an hour, see accounts.throttle.
LOGIN_FAILURES_PER_ACCOUNT = env.integer("LOGIN_FAILURES_PER_ACCOUNT", 8, low=1)
LOGIN_FAILURES_PER_ADDRESS = env.integer("LOGIN_FAILURES_PER_ADDRESS", 500, low=1)
AXES_FAILURE_LIMIT = "accounts.throttle.failure_limit"
AXES_COOLOFF_TIME = timedelta(hours=1)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_LOCKOUT_CALLABLE = "accounts.throttle.keep_response"
AXES_USERNAME_FORM_FIELD = "username"
# It keeps what was posted with a wrong guess.
AXES_SENSITIVE_PARAMETERS = ["old_password", "new_password1", "new_password2"]
AXES_CLIENT_IP_CALLABLE = "accounts.tenancy.hosts.client_address"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# The address is counted under a name of its own.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
PASSWORD_RESET_TIMEOUT = 24 * 3600

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Choosing an organisation is a form whose answer leads to that organisation's host.
        "form-action": [SELF, f"*.{DOMAIN}:*"],
    }
}

# --- REST ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TenantAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.tenancy.parts.MemberOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.tenancy.parts.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "accounts.tenancy.pages.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "accounts.tenancy.openapi.ProblemSchema",
    "EXCEPTION_HANDLER": "accounts.tenancy.api.problem_handler",
    # What an address takes and gives is in the OpenAPI document; OPTIONS answers 405.
    "DEFAULT_METADATA_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countersign",
    "DESCRIPTION": (
        "Requests that need more than one pair of eyes.\n\n"
        "* Sign in at `auth/token/` and send `Authorization: Bearer <access>`.\n"
        "* Refusals are `application/problem+json`: `code` is stable, `errors` names each place of the body that is wrong. "
        "What you may not know of is 404, what you may not do 403, what has moved on 409, what is wrong 422.\n"
        "* Lists are `{results, next, previous}`: follow `next` until it is null.\n"
        "* What can change under your hands is answered with an `ETag`; send it back as `If-Match`.\n"
        "* What is made is answered with 201, and with its address in `Location` where it has one."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ApprovalStatusEnum": "flows.models.ApprovalStatus",
        "AttributeKindEnum": "flows.models.EnumKind",
        "BulkResultStateEnum": ["done", "unchanged", "left"],
        "BulkStateEnum": "workflows.models.BulkState",
        "ConditionKindEnum": "workflows.models.ConditionKind",
        "EntityKindEnum": ["APPLICATION", "ACTOR", "END_USER_APPLICATION"],
        "EntityLifeEnum": "flows.models.EntityLife",
        "FlowLifeEnum": "flows.models.FlowLife",
        "StateEnum": "workflows.models.states.TaskState",
        "StatusEnum": "workflows.models.states.RunStatus",
    },
}
ACCESS_TOKEN_LIFETIME = timedelta(minutes=env.integer("ACCESS_TOKEN_MINUTES", 15, low=1))
REFRESH_TOKEN_LIFETIME = timedelta(hours=env.integer("REFRESH_TOKEN_HOURS", 24, low=1))
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": env.secret("JWT_SIGNING_KEY", SECRET_KEY),
    "ISSUER": "countersign",
    "AUDIENCE": "countersign-api",
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
ATTACHMENT_MAX_BYTES = env.integer("ATTACHMENT_MAX_BYTES", 25 * 1024 * 1024, low=1)

# --- jobs ---
_BROKER = env.url("CELERY_BROKER_URL", "memory://")
# The three of them: Celery reads the plain one from the environment, past what is set here.
CELERY_BROKER_URL = CELERY_BROKER_READ_URL = CELERY_BROKER_WRITE_URL = broker_url(_BROKER)
CELERY_BROKER_TRANSPORT = transport(_BROKER)
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(_BROKER)

# --- automatic steps ---
# Networks of our own that they may call, by any port and without TLS; everything private is closed otherwise.
EGRESS_ALLOW = env.items("EGRESS_ALLOW", ())
# Keys that secrets are sealed with, newest first; without any it is derived from SECRET_KEY.
SECRETS_KEYS = [key.strip() for key in env.secret("SECRETS_KEYS", "").split(",") if key.strip()]
# Off unless said otherwise: they reach databases of the installation, and send what they are told to a model.
NODES_SQL = env.flag("NODES_SQL", False)
NODES_LLM = env.flag("NODES_LLM", False)
# {"erp": {"dsn": "postgresql://reader:...@host/erp", "organisations": ["acme"]}}
NODES_SQL_CONNECTIONS = json.loads(env.secret("NODES_SQL_CONNECTIONS", "{}"))

# --- files ---
S3_BUCKET = env.text("S3_BUCKET", "")
_S3 = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
    "region_name": env.text("S3_REGION", "") or None,
    "access_key": env.secret("S3_ACCESS_KEY", "") or None,
    "secret_key": env.secret("S3_SECRET_KEY", "") or None,
    "default_acl": None,
    "querystring_expire": 60,
    "file_overwrite": False,
    "client_config": S3Client(
        connect_timeout=3, read_timeout=10, retries={"max_attempts": 2}, signature_version="s3v4"
    ),
}
# Attachments of everybody: nobody else on this machine reads them.
_LOCAL = {"location": DATA_DIR / "files", "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
STORAGES = {
    "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _S3}
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": _LOCAL},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static" / "collected"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static" / "built"] if path.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# The names of built files carry a hash of what is in them: browsers may keep them for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/assets/[^/]+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": BASE_DIR / "static" / "built" / "manifest.json",
        "static_url_prefix": "",
    }
}

# --- mail ---
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("SMTP_HOST", "localhost")
EMAIL_PORT = env.integer("SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.secret("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("SMTP_TLS", False)
EMAIL_TIMEOUT = env.integer("SMTP_TIMEOUT", 15, low=1)
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Countersign <no-reply@countersign.example>")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FIXTURE_DIRS: list[Path] = []

# --- logs and metrics ---
LOGGING = configure(env.text("LOG_LEVEL", "INFO").upper())
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = logging.DEBUG
# Also of ticks that came too late, since the workers had other things to do: the next one does the same.
DJANGO_STRUCTLOG_CELERY_TASK_RETRY_LOG_LEVEL = logging.INFO
# Who reads /metrics from another machine presents this as a bearer token.
METRICS_TOKEN = env.secret("METRICS_TOKEN", "")
