"""What every request passes: who it is for, where it comes from, how large it is; and the headers of every answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from contraflow.web.limits import MAX_BODY, MAX_PATH

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
}


def host_name(authority: str) -> str:
    """Return the name in a Host header or an origin, without port and brackets; empty if it is none."""
    try:
        return (urlsplit(f"//{authority}").hostname or "").lower()
    except ValueError:
        return ""


class Guard:
    """Middleware: refuses what is not meant for this server, bounds bodies, adds headers.

    Parameters
    ----------
    app
        What stands behind it.
    hosts
        Names under which the server may be addressed; empty: any (a server that is open to a network).
    """

    def __init__(self, app: Callable, hosts: tuple[str, ...] = LOOPBACK) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def headed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                extra = HEADERS | {"cache-control": "no-store"}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in extra.items() if k.encode() not in there),
                ]
            await send(message)

        refused = self._refusal(scope)
        if refused:
            await _problem(headed, *refused)
            return
        body, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body.append(message.get("body", b""))
            size += len(body[-1])
            more = message.get("more_body", False)
            if size > MAX_BODY:
                await _problem(headed, *_LARGE)
                return
        sent = False

        async def whole() -> MutableMapping[str, Any]:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": b"".join(body), "more_body": False}

        await self.app(scope, whole, headed)

    def _refusal(self, scope: Scope) -> tuple[int, str, str, str] | None:
        """Return status, place, value and remedy of what is wrong with a request's head, or None."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        said = [value.decode("latin-1") for value in headers.get(b"host", [])]
        if len(said) != 1 or (self.hosts and host_name(said[0]) not in self.hosts):
            value = f"this server is not '{(said or [''])[0][:80]}'"
            return 421, "header Host", value, "use the address that `contraflow serve` printed"
        for origin in headers.get(b"origin", []):
            parts = origin.decode("latin-1").partition("://")
            if parts[0] != "http" or parts[2].lower() != said[0].lower():
                value = f"the request comes from '{origin.decode('latin-1')[:80]}'"
                return 403, "header Origin", value, "open the page that this server serves"
        if headers.get(b"sec-fetch-site", [b"same-origin"])[0] == b"cross-site" and scope["method"] != "GET":
            return (
                403,
                "header Sec-Fetch-Site",
                "the request comes from another site",
                "open this server's page",
            )
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > MAX_PATH:
            return 414, "path", f"longer than {MAX_PATH} characters", "ask for what the page asks for"
        length = headers.get(b"content-length", [b"0"])[0]
        if length.isdigit() and int(length) > MAX_BODY:
            return _LARGE
        if scope["method"] in ("POST", "PUT", "PATCH"):
            kind = headers.get(b"content-type", [b""])[0].decode("latin-1").partition(";")[0].strip().lower()
            if kind != "application/json":
                return 415, "header Content-Type", f"'{kind[:60]}' is not JSON", "send application/json"
        return None


_LARGE = (413, "body", f"larger than {MAX_BODY} bytes", "send less: a scenario file is a few kilobytes")


async def _problem(send: Send, status: int, place: str, value: str, remedy: str) -> None:
    """Answer with a problem as JSON."""
    body = json.dumps({"place": place, "value": value, "remedy": remedy}).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 413:
        head.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
