"""The web application as WSGI."""

import os

from django.core.wsgi import get_wsgi_application

from config.heap import settle
from config.unmeasured import MeasuredBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

application = MeasuredBodies(get_wsgi_application())
settle()
