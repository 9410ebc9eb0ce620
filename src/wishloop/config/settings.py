"""Settings: from the environment, each with a safe default. See docs/reference/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

import django.conf.locale
from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from wishloop.runtime import datadir, embedded, secret_files


def _flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    return default if not value else value in {"1", "true", "yes", "on"}


PACKAGE = Path(__file__).resolve().parent.parent
DATA = datadir.data_dir()
DEMO = _flag("WISHLOOP_DEMO")
# The one password of all demo accounts, shown on the demonstration's sign-in page and nowhere else.
DEMO_PASSWORD = os.environ.get("WISHLOOP_DEMO_PASSWORD", "lhasa-demo-2025")
DEBUG = _flag("WISHLOOP_DEBUG")
SECRET_KEY = secret_files.secret_text(name="secret_key", environment_name="WISHLOOP_SECRET_KEY")
FIELD_KEYS = secret_files.keyring(name="field_keys", environment_name="WISHLOOP_FIELD_KEYS")
BLIND_INDEX_KEY = secret_files.keyring(name="blind_index_key", environment_name="WISHLOOP_BLIND_INDEX_KEY")[0]

PUBLIC_URL = os.environ.get("WISHLOOP_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    h.strip() for h in os.environ.get("WISHLOOP_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h.strip()
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("WISHLOOP_BEHIND_PROXY") else None
TRUSTED_PROXIES = int(
    os.environ.get("WISHLOOP_TRUSTED_PROXIES", "1" if _flag("WISHLOOP_BEHIND_PROXY") else "0")
)
RATE_LIMITS = os.environ.get("WISHLOOP_RATE_LIMITS", "on").strip().lower() != "off"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "wishloop.website.web.views.csrf_failed"

INSTALLED_APPS = [
    "wishloop.demo",
    "wishloop.website",
    "wishloop.journeys",
    "wishloop.dashboards",
    "wishloop.disclosure",
    "wishloop.intake",
    "wishloop.wishes",
    "wishloop.cases",
    "wishloop.evidence",
    "wishloop.parties",
    "wishloop.places",
    "wishloop.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "wishloop.website.web.health.MeasureMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wishloop.parties.web.middleware.ActorMiddleware",
    "wishloop.parties.web.middleware.StaffGateMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wishloop.website.web.middleware.ProblemMiddleware",
    "wishloop.evidence.web.middleware.RequestSizeMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "wishloop.config.urls"
WSGI_APPLICATION = "wishloop.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wishloop.website.context.display",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    """Translate DATABASE_URL, or the embedded database's address, for Django; the pool is per process."""
    given = conninfo_to_dict(os.environ.get("DATABASE_URL") or embedded.database_url(DATA))
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    options: dict[str, object] = {k: v for k, v in given.items() if k not in names.values()}
    options["pool"] = {"min_size": 1, "max_size": int(os.environ.get("WISHLOOP_POOL", "12")), "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{ours: given.get(theirs, "") for ours, theirs in names.items()},
        "OPTIONS": options,
        "TEST": {"NAME": "wishloop_test"},
    }


# Shared by every server process, so that guessing passwords is counted once for all of them. The table is UNLOGGED (made by
# a migration of parties); a crash of the database empties it, which costs nothing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "wishloop_shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

EMBEDDED_DATABASE = not os.environ.get("DATABASE_URL")
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "wishloop.parties.hashers.HandedOutPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/staff/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "wishloop.parties.web.sign_in.AccountAdapter"
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,20/5m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# Roles that cannot work without a second factor (demo accounts are exempt, and marked). Empty: nobody has to.
SECOND_FACTOR_ROLES = frozenset(
    role.strip()
    for role in os.environ.get(
        "WISHLOOP_SECOND_FACTOR_ROLES", "steward,supervisor,leader,administrator"
    ).split(",")
    if role.strip()
)
ACCOUNT_FORMS = {
    "login": "wishloop.parties.web.sign_in_forms.SignInForm",
    "change_password": "wishloop.parties.web.sign_in_forms.NewPasswordForm",
    "reauthenticate": "wishloop.parties.web.sign_in_forms.PasswordAgainForm",
}
MFA_FORMS = {
    "authenticate": "wishloop.parties.web.sign_in_forms.FactorForm",
    "reauthenticate": "wishloop.parties.web.sign_in_forms.FactorAgainForm",
    "activate_totp": "wishloop.parties.web.sign_in_forms.FirstCodeForm",
    "add_webauthn": "wishloop.parties.web.sign_in_forms.AddKeyForm",
    "edit_webauthn": "wishloop.parties.web.sign_in_forms.RenameKeyForm",
}
MFA_ADAPTER = "wishloop.parties.web.sign_in.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "wishloop"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

django.conf.locale.LANG_INFO.setdefault(
    "bo", {"bidi": False, "code": "bo", "name": "Tibetan", "name_local": "བོད་ཡིག"}
)
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("bo", "བོད་ཡིག"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["wishloop.website.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(
    exist_ok=True
)  # filled by collectstatic where somebody wants a server of their own to serve it
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(DATA / "media"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if os.environ.get("WISHLOOP_S3_BUCKET"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": os.environ["WISHLOOP_S3_BUCKET"],
            "endpoint_url": os.environ.get("WISHLOOP_S3_ENDPOINT") or None,
            "access_key": os.environ.get("WISHLOOP_S3_ACCESS_KEY") or None,
            "secret_key": os.environ.get("WISHLOOP_S3_SECRET_KEY") or None,
            "querystring_auth": True,
            "default_acl": "private",
        },
    }
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# The district this installation serves: wishes without a place belong to it until somebody says more.
HOME_PLACE_CODE = os.environ.get("WISHLOOP_HOME_PLACE", "540102")
# The puzzle of public forms takes half this many hashes on average: under a second on an old phone.
PROOF_OF_WORK_MAX_NUMBER = int(os.environ.get("WISHLOOP_PROOF_OF_WORK", "100000"))

TILES_URL = os.environ.get("WISHLOOP_TILES_URL", "")
TILES_ATTRIBUTION = os.environ.get("WISHLOOP_TILES_ATTRIBUTION", "")
_tiles_origin = "/".join(TILES_URL.split("/")[:3]) if TILES_URL.startswith("http") else None

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *([_tiles_origin] if _tiles_origin else [])],
        "font-src": [SELF],
        "connect-src": [SELF, *([_tiles_origin] if _tiles_origin else [])],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

REFERENCE_SECONDS = float(os.environ.get("WISHLOOP_REFERENCE_SECONDS", "5"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("WISHLOOP_LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
# Where the worker finds its jobs.
PROCRASTINATE_IMPORT_PATHS = [
    "wishloop.cases.jobs",
    "wishloop.evidence.jobs",
    "wishloop.intake.jobs",
    "wishloop.wishes.jobs",
]
