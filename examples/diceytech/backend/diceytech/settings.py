"""Settings: everything that differs between environments comes from the environment's variables.

The platform renders them (`diceytech render django.env`), a developer keeps them in a `.env` file.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from decouple import config

from diceytech import environment, logs, storage

BASE_DIR = Path(__file__).resolve().parent.parent
RELEASE = environment.release(BASE_DIR)
ENVIRONMENT = config("ENVIRONMENT", default="local")

SECRET_KEY = config("SECRET_KEY")
DEBUG = config("DEBUG", default=False, cast=bool)
ALLOWED_HOSTS = config("ALLOWED_HOSTS", default="localhost,127.0.0.1", cast=environment.words)

INSTALLED_APPS = [
    "diceytech.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "corsheaders",
    "storages",
    "accounts",
    "projects",
    "jobs",
    "hackathons",
    "notifications",
]

MIDDLEWARE = [
    "diceytech.health.HealthMiddleware",
    "diceytech.requests.RequestIdMiddleware",
    "diceytech.answers.HeadersMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "diceytech.requests.BodySizeMiddleware",
    "diceytech.requests.ReadableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "diceytech.urls"
WSGI_APPLICATION = "diceytech.wsgi.application"
APPEND_SLASH = False  # a redirected POST loses its body: a path without its slash is a 404 that says so
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

DATABASES = {
    "default": environment.database(
        config("DATABASE_URL"),
        secret_arn=config("DATABASE_SECRET_ARN", default=""),
        connection_seconds=config("DATABASE_CONNECTION_SECONDS", default=60, cast=int),
    )
}
PROCRASTINATE_ON_APP_READY = "diceytech.postgresql.worker.use_secret"
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful", "shutdown_graceful_timeout": 90}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# True where a proxy in front ends TLS: its X-Forwarded-* headers are then believed, and plain HTTP is refused.
BEHIND_TLS_PROXY = config("BEHIND_TLS_PROXY", default=False, cast=bool)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS_PROXY
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS_PROXY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS_PROXY
X_FRAME_OPTIONS = "DENY"
CORS_ALLOWED_ORIGINS = config(
    "CORS_ALLOWED_ORIGINS", default="http://localhost:3000,http://127.0.0.1:3000", cast=environment.words
)
CSRF_TRUSTED_ORIGINS = config("CSRF_TRUSTED_ORIGINS", default="", cast=environment.words)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionJWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["diceytech.requests.BoundedJSONParser", "diceytech.requests.CarefulMultiPartParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "diceytech.requests.CarefulNegotiation",
    "ALLOWED_VERSIONS": ["1"],  # of the schema: it repeats any other in a header, be it one that no header can hold
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "diceytech.conflicts.handle",
    "DEFAULT_THROTTLE_RATES": {
        "login-account": config("LOGIN_RATE", default="10/minute"),
        "login-address": config("LOGIN_ADDRESS_RATE", default="100/minute"),
        "password": config("PASSWORD_RATE", default="10/hour"),
        "register": config("REGISTER_RATE", default="60/hour"),
    },
    "NUM_PROXIES": 1 if BEHIND_TLS_PROXY else 0,
    "PAGE_SIZE": 20,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# The guide's client keeps its first refresh token for good, so rotation leaves the old one valid; a log-out ends the
# session that all of them belong to (accounts.models.LoginSession).
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=config("JWT_ACCESS_TOKEN_MINUTES", default=60, cast=int)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=config("JWT_REFRESH_TOKEN_DAYS", default=7, cast=int)),
    "ROTATE_REFRESH_TOKENS": True,
    "TOKEN_REFRESH_SERIALIZER": "accounts.serializers.SessionTokenRefreshSerializer",
    "UPDATE_LAST_LOGIN": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DiceyTech",
    "DESCRIPTION": "Projects, jobs and hackathons.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"JobTypeEnum": "jobs.models.Job.JOB_TYPES"},
}

MAX_UPLOAD_BYTES = config("MAX_UPLOAD_MB", default=10, cast=int) * 1024 * 1024
MAX_JSON_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_FILE_BYTES = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "diceytech.uploads.NeutralUploadHandler",
]

MEDIA_PUBLIC_PREFIXES = config(
    "MEDIA_PUBLIC_PREFIXES", default="profile_pics/,project_images/,company_logos/", cast=environment.words
)
MEDIA_PRIVATE_PREFIXES = config("MEDIA_PRIVATE_PREFIXES", default="resumes/", cast=environment.words)
MEDIA_ROOT = BASE_DIR / "media"
MEDIA_URL = config("MEDIA_URL", default="/media/")
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True  # the packages' own files serve as they are: a release needs no collectstatic
AWS_STORAGE_BUCKET_NAME = config("AWS_STORAGE_BUCKET_NAME", default="")
STORAGES = storage.backends(
    storage.Bucket(
        name=AWS_STORAGE_BUCKET_NAME,
        region=config("AWS_S3_REGION_NAME", default="us-east-1"),
        custom_domain=config("AWS_S3_CUSTOM_DOMAIN", default=""),
        url_protocol=config("AWS_S3_URL_PROTOCOL", default="https:"),
        signature_version=config("AWS_S3_SIGNATURE_VERSION", default="s3v4"),
    )
    if AWS_STORAGE_BUCKET_NAME
    else None,
    private_root=BASE_DIR / "private",
)

LOGGING = logs.configuration(
    level=config("LOG_LEVEL", default="INFO"),
    environment=ENVIRONMENT,
    release=RELEASE,
    cloudwatch_group=config("AWS_LOG_GROUP", default="diceytech-backend")
    if config("LOG_TO_CLOUDWATCH", default=False, cast=bool)
    else None,
)

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
