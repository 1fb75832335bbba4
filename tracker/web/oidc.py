"""Signs users in with OpenID Connect: authorization code with PKCE
(https://openid.net/specs/openid-connect-core-1_0.html).

The provider's metadata is fetched through the guarded client. A token is accepted only when its signature,
issuer, audience, nonce and times are valid. A sign-in belongs to the browser that started it, and its state is
valid once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tracker.clock import clamp_future
from tracker.config.models import OidcSettings
from tracker.errors import AccessDenied, FetchError, TrackerError, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import RateLimit
from tracker.storage.accounts import UserRole
from tracker.text import fold_space

# Asymmetric algorithms only: neither `none` nor a signature by a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds of clock difference allowed
BEGUN_FOR = timedelta(minutes=10)
BEGUN_MOST = 1_000
KNOWN_FOR = timedelta(hours=1)  # lifetime of the provider's metadata
KEYS_AGAIN = timedelta(minutes=1)  # an unknown key triggers a new fetch, at most this often
MAX_BYTES = 1_000_000
_TIMES = frozenset({"iat", "exp", "nbf"})
_REASONS = {"aud": "audience", "azp": "audience", "nonce": "nonce", "iss": "issuer"}
_RATE = RateLimit("sign-in", 20.0, patience=10.0, spare_local=True)
_LIMIT = timedelta(seconds=20)


class SignInError(TrackerError):
    """A failed sign-in. `reason` is the end of a catalog key (`web.oidc.*`), `words` are its parameters,
    `status` is the HTTP status, and `name` is the user, where known.
    """

    def __init__(self, reason: str, status: int = 403, name: str = "", **words: object) -> None:
        super().__init__(f"{reason}: {words}" if words else reason)
        self.reason, self.status, self.name, self.words = reason, status, name, words


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """The signed-in user. `subject` identifies a identify permanently (issuer and subject), `name` is displayed.
    `role` is None where no claim gives one. `email` is an address that the service has verified, or empty.
    """

    subject: str
    name: str
    role: UserRole | None
    email: str = ""


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in in progress. `browser` is the SHA-256 of the cookie that was set."""

    nonce: str
    verifier: str
    browser: str
    back: str
    at: datetime


class PendingSignIns:
    """The sign-ins in progress. Each can be used once; when there are too many, the oldest are dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: OrderedDict[str, PendingSignIn] = OrderedDict()

    def put(self, begun: PendingSignIn) -> str:
        state = secrets.token_urlsafe(32)
        with self._lock:
            self._begun[state] = begun
            while len(self._begun) > BEGUN_MOST:
                self._begun.popitem(last=False)
        return state

    def take(self, state: str, browser: str, now: datetime) -> PendingSignIn:
        with self._lock:
            found = self._begun.get(state)
            ours = found is not None and secrets.compare_digest(found.browser, hashed(browser))
            if ours:
                del self._begun[state]
        if found is None or not ours or not clamp_future(found.at, now, BEGUN_FOR):
            raise SignInError("stale", 400)
        return found


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Provider:
    """One issuer. Its metadata is cached for an hour."""

    def __init__(
        self, settings: OidcSettings, now: Callable[[], datetime], client: Client | None = None
    ) -> None:
        self.settings = settings
        self.now = now
        parts = urlsplit(settings.issuer)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        # The issuer may be in the firm's own network, because the settings name it.
        self.client = client or Client(literal_hosts=[f"{parts.hostname}:{port}"], clock=now)
        self._lock = threading.Lock()
        self._about: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.settings.issuer).netloc

    def authorization_url(self, state: str, begun: PendingSignIn, back_to: str) -> str:
        """Return the address that the browser is redirected to."""
        address: str = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            self.settings.client_id,
            "code",
            redirect_uri=back_to,
            scope=" ".join(self.settings.scopes),
            state=state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
        )
        return address

    def logout_url(self, back_to: str) -> str:
        """Return the address that ends the provider's session too; empty where there is none, or the provider
        cannot be reached.
        """
        try:
            address = self._endpoint("end_session_endpoint")
        except SignInError:
            return ""
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back_to}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def identify(self, begun: PendingSignIn, code: str, back_to: str) -> OidcIdentity:
        """Return the user for an authorization code. Raises SignInError."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "client_id": self.settings.client_id,
            "code_verifier": begun.verifier,
        }
        answer = self._tokens(fields)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInError("no-token", 502, host=self.host)
        claims = self.claims(token, begun.nonce, str(answer.get("access_token", "")))
        return identity_from_claims(claims, self.settings)

    def claims(self, token: str, nonce: str, access_token: str = "") -> Mapping[str, Any]:
        """Return the claims of a token after all checks. Raises SignInError."""
        try:
            decoded = self._decoded(token)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInError("signature", detail=_error_text(error)) from error
        now = int(self.now().timestamp())
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
            },
            {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token},
        )
        try:
            claims.validate(now=now, leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            claim = str(getattr(error, "claim", ""))
            if claim in _TIMES:
                at = decoded.claims.get("iat")
                apart = round(abs(now - at)) if isinstance(at, int | float) else 0
                raise SignInError("clock", seconds=apart, detail=_error_text(error)) from error
            raise SignInError(_REASONS.get(claim, "claims"), detail=_error_text(error)) from error
        return decoded.claims

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Providers rotate keys: an unknown one may be new.
            known = self._keys
            if known is not None and clamp_future(known[0], self.now(), KEYS_AGAIN):
                raise
            return jwt.decode(token, self._key_set(refresh=True), algorithms=ALGORITHMS)

    def _key_set(self, *, refresh: bool = False) -> KeySet:
        with self._lock:
            known = self._keys
        if known is None or refresh or not clamp_future(known[0], self.now(), KNOWN_FOR):
            found = self._json(self._endpoint("jwks_uri"))
            try:
                known = self.now(), KeySet.import_key_set({"keys": _signing_keys(found.get("keys"))})
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise SignInError("keys", 502, host=self.host) from error
            with self._lock:
                self._keys = known
        return known[1]

    def _endpoint(self, name: str) -> str:
        about = self._discovered()
        address = about.get(name)
        parts = urlsplit(address) if isinstance(address, str) else None
        plain = (
            urlsplit(self.settings.issuer).scheme == "http"
        )  # `http` occurs on this machine only: the settings loader checks that
        if (
            parts is None
            or not parts.hostname
            or parts.scheme not in ({"https", "http"} if plain else {"https"})
        ):
            raise SignInError("discovery", 502, host=self.host, detail=name)
        return str(address)

    def _discovered(self) -> Mapping[str, Any]:
        with self._lock:
            known = self._about
        if known is None or not clamp_future(known[0], self.now(), KNOWN_FOR):
            found = self._json(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise SignInError("discovery", 502, host=self.host, detail="issuer")
            known = self.now(), found
            with self._lock:
                self._about = known
        return known[1]

    def _json(self, address: str) -> Mapping[str, Any]:
        try:
            answer = self.client.fetch(
                address, rate=_RATE, deadline=self.client.deadline(_LIMIT), accept="application/json", max_bytes=MAX_BYTES
            )  # fmt: skip
            return _object(answer.body, address)
        except FetchError as error:
            raise SignInError("unreachable", 503, host=self.host, detail=error.cause) from error

    def _tokens(self, fields: dict[str, str]) -> Mapping[str, Any]:
        address, secret = self._endpoint("token_endpoint"), self.settings.client_secret
        ways = self._discovered().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if secret and "client_secret_basic" in ways:
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif secret:
            fields = {**fields, "client_secret": secret}
        deadline = self.client.deadline(_LIMIT)
        try:
            answer = self.client.post(
                address, urlencode(fields).encode(), headers=headers, deadline=deadline, max_bytes=MAX_BYTES
            )
            return _object(answer.body, address)
        except AccessDenied as error:
            raise SignInError("code", detail=error.cause) from error
        except FetchError as error:
            raise SignInError("unreachable", 503, host=self.host, detail=error.cause) from error


def begin(browser: str, back: str, now: datetime) -> PendingSignIn:
    return PendingSignIn(generate_token(43), generate_token(64), hashed(browser), back, now)


def identity_from_claims(claims: Mapping[str, Any], settings: OidcSettings) -> OidcIdentity:
    """Return the user of these claims. Pure. Raises SignInError where the settings do not admit a user with
    such claims.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip():
        # Without this check all users without a subject would share one account.
        raise SignInError("claims", detail="sub")
    name = next(
        (fold_space(str(claims[key])) for key in (settings.name_claim, "email", "sub") if claims.get(key)), ""
    )
    name = "".join(letter for letter in name if letter.isprintable())[:80]
    # Without `email_verified` an address is whatever the user entered in a profile.
    verified = claims.get("email_verified") is True
    email = fold_space(str(claims.get("email") or "")).lower() if verified else ""
    if settings.allowed_domains:
        domain = email.rpartition("@")[2]
        if domain not in settings.allowed_domains:
            raise SignInError("domain", name=name, detail=domain)
    given = settings.roles()
    role = None
    if any(given.values()):
        held = _texts(_claim(claims, settings.role_claim))
        fitting = [UserRole(each) for each, wanted in given.items() if held & set(wanted)]
        if not fitting:
            raise SignInError("role", name=name, claim=settings.role_claim)
        role = max(fitting, key=lambda each: each.rank)
    return OidcIdentity(subject_of(settings, subject), name, role, email)


def subject_of(settings: OidcSettings, sub: str) -> str:
    """Return the stored id of the user whom this issuer calls `sub`."""
    return f"{settings.issuer} {sub}"


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path such as `realm_access.roles` (Keycloak); a claim whose own name contains dots
    is found too.
    """
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()


def _signing_keys(keys: Any) -> list[Any]:
    """Return the signing keys only: others may be of unsupported types."""
    found = [key for key in keys or () if isinstance(key, dict) and key.get("use", "sig") == "sig"]
    return [key for key in found if key.get("kty") in {"RSA", "EC", "OKP"}]


def _object(body: bytes, address: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse("the sign-in service did not answer with JSON", url=address) from error
    if not isinstance(found, dict):
        raise UnexpectedResponse("the sign-in service did not answer with a JSON object", url=address)
    return found


def _error_text(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
