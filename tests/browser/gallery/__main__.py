"""Serves the gallery: ``python -m tests.browser.gallery [port]``. No database, no system checks, for this machine only."""

import os
import sys
from wsgiref.simple_server import make_server


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.browser.gallery.settings"
    import django
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    django.setup()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8899
    with make_server("127.0.0.1", port, StaticFilesHandler(get_wsgi_application())) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
