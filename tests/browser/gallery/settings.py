"""The gallery's settings: the product's templates and static files, sample contexts, no database.

python -m tests.browser.gallery 8899
"""

from config.settings.test import *  # noqa: F403
from config.settings.test import TEMPLATES as BASE_TEMPLATES

ROOT_URLCONF = "tests.browser.gallery.urls"
DEBUG = True
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = ["csp.middleware.CSPMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
TEMPLATES = [
    {**BASE_TEMPLATES[0], "OPTIONS": {"context_processors": ["django.template.context_processors.request"]}},
]
