"""The web application as ASGI, for servers that want it; views are synchronous and run in threads there."""

import os

from django.core.asgi import get_asgi_application

from config.heap import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

application = get_asgi_application()
settle()
