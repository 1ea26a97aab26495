"""Prints an access token of the demo's tenant admin: `access_token.py http://127.0.0.1:8000`."""

from __future__ import annotations

import json
import sys
import urllib.request

if __name__ == "__main__":
    login = {"organisation": "acme", "email": "tess@acme.example", "password": "countersign-demo"}
    request = urllib.request.Request(
        f"{sys.argv[1]}/api/v1/auth/token/", json.dumps(login).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        print(json.load(answer)["access"])
