"""Routes of the sign-in: Entra's token endpoint for applications, and the published keys of both issuers."""

import time
from typing import Any

import jwt
from aiohttp import web
from cryptography import x509

from bot.demo.cloud import Cloud
from bot.demo.faults import Fault, wait_for
from bot.demo.signin.tokens import BOT_ISSUER, describe_app_token
from bot.demo.world.firm import Firm

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TEXTS = {
    7000215: ("invalid_client", "Invalid client secret provided."),
    7000222: ("invalid_client", "The provided client secret keys are expired."),
    700016: ("unauthorized_client", "Application was not found in the directory."),
    7000112: ("unauthorized_client", "Application is disabled."),
    700027: ("invalid_client", "Client assertion failed signature validation."),
    7000216: ("invalid_request", "client_assertion or client_secret is required."),
    90002: ("invalid_request", "Tenant not found."),
    70003: ("unsupported_grant_type", "The app requested an unsupported grant type."),
    70011: ("invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
}
_BOT_TENANT = "botframework.com"
_ALGORITHMS = ["RS256", "PS256"]


def add_login_routes(app: web.Application, cloud: Cloud) -> None:
    """Answer as login.microsoftonline.com does for applications."""
    issuer = Issuer(cloud)
    app.router.add_get("/common/discovery/instance", issuer.discover)
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", issuer.describe)
    app.router.add_get("/{tenant}/discovery/v2.0/keys", issuer.publish)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", issuer.issue)


def add_bot_key_routes(app: web.Application, cloud: Cloud) -> None:
    """Answer as login.botframework.com does: where the Bot Framework's keys are, and which they are."""

    async def describe(request: web.Request) -> web.Response:
        await _break(cloud, request)
        answer = {
            "issuer": BOT_ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{cloud.url}/botframework/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
        return web.json_response(answer)

    async def publish(request: web.Request) -> web.Response:
        await _break(cloud, request)
        cloud.record.key_fetches.append(cloud.clock())
        return web.json_response({"keys": [key.publish("msteams") for key in cloud.bot_keys.keys]})

    app.router.add_get("/botframework/v1/.well-known/openidconfiguration", describe)
    app.router.add_get("/botframework/v1/.well-known/keys", publish)


class SignInError(Exception):
    """Entra refuses, with an AADSTS code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Issuer:
    """Entra ID for the firms of a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def discover(self, request: web.Request) -> web.Response:
        """Answer msal's instance discovery."""
        endpoint = f"{self._cloud.login_url}/common/v2.0/.well-known/openid-configuration"
        return web.json_response({"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": []})

    async def describe(self, request: web.Request) -> web.Response:
        """Answer where a tenant's endpoints are."""
        await _break(self._cloud, request)
        base = f"{self._cloud.login_url}/{request.match_info['tenant']}"
        answer = {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
        }
        return web.json_response(answer)

    async def publish(self, request: web.Request) -> web.Response:
        """Answer the keys that tokens are signed with."""
        await _break(self._cloud, request)
        return web.json_response({"keys": [key.publish() for key in self._cloud.login_keys.keys]})

    async def issue(self, request: web.Request) -> web.Response:
        """Answer a token for an application, or Entra's refusal."""
        tenant = request.match_info["tenant"]
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        try:
            await _break(self._cloud, request)
            answer = self._issue(tenant, form)
        except SignInError as error:
            self._cloud.record.add_login(self._cloud.clock(), str(error.code))
            return _refuse(error.code)
        self._cloud.record.add_login(self._cloud.clock(), "ok")
        return web.json_response(answer)

    def _issue(self, tenant: str, form: dict[str, str]) -> dict[str, Any]:
        if fault := self._take("token_error", tenant):
            raise SignInError(int(fault.get("code", 7000215)))
        firm = self._find_firm(tenant)
        if form.get("grant_type") != "client_credentials":
            raise SignInError(70003)
        self._check_client(form)
        audience, _, suffix = form.get("scope", "").partition("/.default")
        if not audience or suffix:
            raise SignInError(70011)
        keys = self._cloud.login_keys
        token = keys.mint(describe_app_token(firm, self._cloud.login_url, self._cloud.app_id, audience))
        seconds = keys.token_lifetime
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}

    def _find_firm(self, tenant: str) -> Firm:
        firm = self._cloud.get_firm(tenant)
        if firm is None and tenant == _BOT_TENANT:
            firm = next(iter(self._cloud.firms.values()))
        if firm is None:
            raise SignInError(90002)
        return firm

    def _check_client(self, form: dict[str, str]) -> None:
        if form.get("client_id") != self._cloud.app_id:
            raise SignInError(700016)
        if form.get("client_assertion_type") == _ASSERTION:
            self._check_assertion(form.get("client_assertion", ""))
        elif "client_secret" not in form:
            raise SignInError(7000216)
        elif form["client_secret"] != self._cloud.app_secret:
            raise SignInError(7000215)

    def _check_assertion(self, assertion: str) -> None:
        """Check a client assertion: signed with a certificate of the app, for this audience, and not expired."""
        for certificate in self._cloud.certificates:
            key: Any = x509.load_pem_x509_certificate(certificate).public_key()
            try:
                claims = jwt.decode(
                    assertion, key, _ALGORITHMS, options={"verify_aud": False, "require": ["exp", "iss", "sub", "aud"]}
                )
            except jwt.InvalidTokenError:
                continue
            is_ours = claims["iss"] == claims["sub"] == self._cloud.app_id
            if is_ours and str(claims["aud"]).startswith(f"{self._cloud.login_url}/"):
                return
        raise SignInError(700027)

    def _take(self, kind: str, tenant: str) -> Fault | None:
        return self._cloud.faults.take("login", kind, tenant=tenant)


async def _break(cloud: Cloud, request: web.Request) -> None:
    """Delay, hang or fail the request, if a fault says so."""
    is_login = "tenant" in request.match_info
    edge, tenant = ("login", request.match_info["tenant"]) if is_login else ("keys", "")
    await wait_for(cloud.faults.take(edge, "slow", tenant=tenant, path=request.path))
    if is_login:
        await wait_for(cloud.faults.take(edge, "hang", tenant=tenant, path=request.path), 3600)
    if fault := cloud.faults.take(edge, "status", tenant=tenant, path=request.path):
        failure = web.HTTPServiceUnavailable(text="The service is unavailable.")
        failure.set_status(int(fault.get("status", 503)))
        raise failure


def _refuse(code: int) -> web.Response:
    error, text = _TEXTS.get(code, ("invalid_request", "Refused."))
    answer = {
        "error": error,
        "error_description": f"AADSTS{code}: {text}",
        "error_codes": [code],
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
        "trace_id": "00000000-0000-0000-0000-000000000000",
        "correlation_id": "00000000-0000-0000-0000-000000000000",
    }
    return web.json_response(answer, status=401 if error == "invalid_client" else 400)
