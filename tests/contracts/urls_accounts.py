"""The addresses of accounts and of the product as a whole."""

from collections.abc import Mapping
from typing import Any

from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.services.passwords import token_for
from tests.contracts.url_table import Line, World


def reset_link(world: World) -> Mapping[str, Any]:
    user, token = token_for(world.acme.asha.user_id)
    return {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": token}


LINES = [
    Line("login/", "get", access="public", ok=(200, 302)),
    Line("login/", "post", access="public", data={"email": "x@acme.example", "password": "x"}),
    Line("logout/", "post", access="public"),
    Line("password/reset/", "get", access="public"),
    Line("password/reset/", "post", access="public", data={"email": "x@acme.example"}),
    Line("password/reset/sent/", "get", access="public"),
    Line("password/reset/done/", "get", access="public"),
    Line("password/set/<uidb64>/<token>/", "get", access="public", ids=reset_link),
    Line("password/set/<uidb64>/<token>/", "post", access="public", ids=reset_link),
    Line("profile/", "get"),
    Line("profile/", "post", data={"action": "sessions"}),
    Line("organisations/", "get"),
    Line("organisations/", "post", data={"organisation": "acme"}),
    Line("organisations/enter/", "get", access="public"),
    Line("organisations/enter/", "post", access="public"),
    Line("api/v1/auth/token/", "post", access="public", ok=(401, 422)),
    Line("api/v1/auth/token/refresh/", "post", access="public", ok=(401, 422), data={"refresh": "x"}),
    Line("api/v1/auth/token/revoke/", "post", access="public", data={"refresh": "x"}),
    Line("api/v1/me/", "get"),
    Line("api/v1/users/", "get"),
    Line("api/v1/schema/", "get", access="public"),
    Line("api/v1/docs/", "get", access="public"),
]
