"""The description of the REST interface as a page to try it on."""

from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView


# Swagger UI writes style attributes; its script stays external.
@method_decorator(csp_update({"style-src": [UNSAFE_INLINE]}), name="dispatch")
class ApiDocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own host. The page and its script are two requests to the same address, no inline script."""

    authentication_classes: Any = ()
    url_name = "api-schema"
    template_name = "api/docs.html"
