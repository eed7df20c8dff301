"""The app at Microsoft's sign-in, through msal: with a certificate, a secret, a token of others or an Azure identity.

Every call blocks, so it is made in a thread. What is signed in with is read anew at each call: where its file holds
another one than before, the new one is used from then on.
"""

from pathlib import Path
from typing import Any, Final

import msal
import requests

from bot.config import SYSTEM_IDENTITY, Config
from bot.credential import GONE, Credential, CredentialError, digest_file, read_credential, read_token
from bot.outbound import BLOCKING_TIMEOUT, BlockingSession

EXCHANGE: Final = "api://AzureADTokenExchange"
"""What a managed identity asks for where it vouches for an app registration (federated credential)."""


class Application:
    """The app in one tenant, asking for tokens of one resource; `scope` ends with `/.default`."""

    def __init__(self, config: Config, tenant: str, scope: str) -> None:
        self._config = config
        self._tenant = tenant
        self._scope = scope
        self._session = BlockingSession(config)
        self._local = _LocalSession()
        self._digest: bytes | None = None
        self._client: Any = None

    def ask(self, claims: str = "", *, is_forced: bool = False) -> dict[str, Any]:
        """Ask for a token; `is_forced` for another one than msal remembers. Gives msal's answer, good or bad.

        Raises `requests.RequestException` and `ValueError` where the sign-in does not answer as it should.
        """
        try:
            credential = read_credential(self._config)
        except CredentialError as error:
            if self._client is None or error.key in GONE:
                return {"error": error.key}
            return self._acquire(claims, is_forced=is_forced)  # its file is being replaced: what was read last holds
        if self._is_identity_itself():
            return self._ask_identity(self._scope.removesuffix("/.default"))
        if self._client is None or self._digest != credential.digest:
            self._client, self._digest = self._make(credential), credential.digest
        return self._acquire(claims, is_forced=is_forced)

    def _acquire(self, claims: str, *, is_forced: bool) -> dict[str, Any]:
        if is_forced:
            self._client.remove_tokens_for_client()
        answer: dict[str, Any] = self._client.acquire_token_for_client([self._scope], claims_challenge=claims or None)
        return answer

    def digest_file(self) -> bytes:
        """Return a digest of the file with what is signed in with: another one is worth another question."""
        return digest_file(self._config)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._local.close()

    def _is_identity_itself(self) -> bool:
        """Return whether the managed identity is the app, as with an Azure Bot of that kind."""
        return bool(self._config.managed_identity) and self._config.managed_identity == self._config.app_id

    def _make(self, credential: Credential) -> msal.ConfidentialClientApplication:
        """Make msal's application, which asks the authority for its addresses at once."""
        vouching = {"identity": self._vouch, "token": self._read_token}.get(credential.kind)
        given = {"client_assertion": vouching} if vouching else credential.value
        return msal.ConfidentialClientApplication(
            self._config.app_id,
            client_credential=given,
            authority=f"{self._config.login_url.rstrip('/')}/{self._tenant}",
            instance_discovery=False,
            http_client=self._session,
        )

    def _read_token(self) -> str:
        """Return the other issuer's word as it is now: it is good for an hour or so; raises `ValueError`."""
        return read_token(Path(self._config.app_token_file))

    def _vouch(self) -> str:
        """Return the managed identity's word for the app; raises `ValueError` where it has none."""
        token = self._ask_identity(EXCHANGE).get("access_token")
        if not token:
            raise ValueError("the managed identity gives no token")
        return str(token)

    def _ask_identity(self, resource: str) -> dict[str, Any]:
        """Ask the machine for a token of its identity, anew each time: the last one may have been refused."""
        name = self._config.managed_identity
        identity = (
            msal.SystemAssignedManagedIdentity()
            if name == SYSTEM_IDENTITY
            else msal.UserAssignedManagedIdentity(client_id=name)
        )
        client = msal.ManagedIdentityClient(identity, http_client=self._local)
        answer: dict[str, Any] = client.acquire_token_for_client(resource=resource)
        return answer


class _LocalSession(requests.Session):
    """Asks the machine itself: never through a proxy."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request."""
        return super().request(method, url, *arguments, **{"timeout": BLOCKING_TIMEOUT, **options})


def find_code(answer: dict[str, Any]) -> str:
    """Give the AADSTS number of a refusal, else its error word: never its description, which names the application."""
    codes = answer.get("error_codes") or [answer.get("error", "unknown")]
    return f"AADSTS{codes[0]}" if str(codes[0]).isdigit() else str(codes[0])[:64]
