"""A small OpenID provider on loopback, over real HTTP, which also answers as no provider should."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "tracker-viewer"
SECRET = "s3cret/with +signs"


@dataclass
class Behavior:
    """`claims` are laid over the right ones; None takes one away. `signed`: rs, none, hs (with the public key as secret),
    other (a key that is not published)."""

    claims: dict[str, Any] = field(default_factory=dict)
    signed: str = "rs"
    down: bool = False
    issuer: str = ""
    kid: str = "one"


class OpenIdProvider:
    """`with` it runs. `authorize` is what the browser does there: it gives back the code."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.behavior = Behavior()
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.other = RSAKey.generate_key(2048, {"kid": "one"})
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.numbers = count()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                if provider.behavior.down:
                    self._say(401, {"error": "down"})
                elif self.path == "/.well-known/openid-configuration":
                    self._say(200, provider.about())
                elif self.path == "/keys":
                    self._say(
                        200,
                        {"keys": [{**provider.key.as_dict(private=False), "kid": provider.behavior.kid}]},
                    )
                else:
                    self._say(404, {})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                self._say(*provider.token(form, self.headers.get("authorization", "")))

            def _say(self, status: int, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> OpenIdProvider:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def about(self) -> dict[str, Any]:
        return {
            "issuer": self.behavior.issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def authorize(self, address: str) -> tuple[str, str]:
        """Code and state that the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{next(self.numbers)}"
        self.codes[code] = asked
        return code, asked["state"]

    def token(self, form: dict[str, list[str]], authorization: str) -> tuple[int, dict[str, Any]]:
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"][0], None)  # each code once
        if asked is None or asked["redirect_uri"] != form["redirect_uri"][0]:
            return 400, {"error": "invalid_grant"}
        challenge = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "access",
            "token_type": "Bearer",
            "id_token": self.id_token(asked["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "nonce": nonce, "iat": self.now, "exp": self.now + 300,
            "name": "山田 花子", "email": "hanako@example.co.jp", "groups": ["legal", "staff"],
            **self.behavior.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        match self.behavior.signed:
            case "none":
                return f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(claims)}."
            case "hs":
                import hmac

                head = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
                made = hmac.digest(self.key.as_pem(private=False), head.encode(), "sha256")
                return f"{head}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"
            case "other":
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.other)
        return jwt.encode({"alg": "RS256", "kid": self.behavior.kid}, claims, self.key)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
