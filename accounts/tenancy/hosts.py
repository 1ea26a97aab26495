"""Where an organisation lives and where a request comes from. Both trust settings, never a header that a client may set;
only the page to lead somebody back to is what their own browser says."""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port


def organisation_url(slug: str, path: str = "/") -> str:
    """The address of a page on the organisation's own host, for mails and redirects."""
    return site_url(f"{slug}.{settings.DOMAIN}", path)


def site_url(host: str, path: str) -> str:
    base: str = settings.BASE_URL
    return base.format(host=host).rstrip("/") + path


def client_address(request: HttpRequest) -> str:
    """The client's IP address.

    ``X-Forwarded-For`` is a text that anybody can send; only the entries that our own proxies appended to it count,
    and ``COUNTERSIGN_TRUSTED_PROXIES`` says how many those are.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    trusted: int = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-trusted][:45] if trusted and len(hops) >= trusted else peer


def parts_of_address(text: str) -> SplitResult:
    """The parts of an address that a client has sent; of what is none, nothing."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")


def page_left(request: HttpRequest) -> str:
    """The path of the page that was open when the request was sent, as its script or its browser says; empty if it was none of
    this host."""
    left = parts_of_address(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if left.netloc != request.get_host() or not left.path.startswith("/") or left.path.startswith("//"):
        return ""
    return f"{left.path}?{left.query}" if left.query else left.path


class AnyHostForApiMiddleware:
    """Programs reach the API by whatever name their network has for it; pages keep to ``ALLOWED_HOSTS``.

    A host that is not ours picks no organisation. All that the API makes of it are the addresses of a list's other pages,
    which go back to whoever sent it. One that is no host name at all is refused as everywhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host: str = request.META.get("HTTP_HOST", "")
        if request.path_info.startswith("/api/") and split_domain_port(host)[0]:
            request.get_host = lambda: host  # type: ignore[method-assign]  # of this request alone
        return self.get_response(request)
