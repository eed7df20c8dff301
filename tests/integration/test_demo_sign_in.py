"""msal and msgraph-sdk as they are, against the small Microsoft 365; and the tokens that it mints."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_core import GraphClientFactory

pytestmark = [  # what the generated builders say of themselves when they are first imported
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated"),
    pytest.mark.filterwarnings("ignore:This class is deprecated. Please use the generic RequestConfiguration"),
]
GRAPH_SCOPE = ["https://graph.microsoft.com/.default"]
CARL = ("Carl", "carl@acme.example")


def _make_session(microsoft):
    """REQUESTS_CA_BUNDLE, where it is set, would win over `verify`."""
    session = requests.Session()
    session.trust_env = False
    session.verify = microsoft.login_ca
    return session


def _sign_in(microsoft, credential=None, scopes=GRAPH_SCOPE, tenant_id=""):
    with _make_session(microsoft) as session:
        app = msal.ConfidentialClientApplication(
            microsoft.cloud.app_id,
            client_credential=credential or microsoft.cloud.app_secret,
            authority=f"{microsoft.login_url}/{tenant_id or microsoft.firm.tenant_id}",
            instance_discovery=False,
            http_client=session,
        )
        return app.acquire_token_for_client(scopes)


def _make_certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "carnet")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    credential = {
        "private_key": private.decode(),
        "thumbprint": certificate.fingerprint(hashes.SHA1()).hex(),
        "public_certificate": pem.decode(),
    }
    return pem, credential


class _Tokens(AccessTokenProvider):
    def __init__(self, token):
        self._token = token

    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return self._token

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator(["127.0.0.1"])


@pytest.fixture
async def sdk(microsoft):
    """msgraph-sdk with its own middleware, signed in through msal."""
    answer = await asyncio.to_thread(_sign_in, microsoft)
    connections = httpx.AsyncHTTPTransport(trust_env=False)
    client = GraphClientFactory.create_with_default_middleware(client=httpx.AsyncClient(transport=connections))
    provider = BaseBearerTokenAuthenticationProvider(_Tokens(answer["access_token"]))
    adapter = GraphRequestAdapter(provider, client=client)
    adapter.base_url = microsoft.graph_url
    yield GraphServiceClient(request_adapter=adapter)
    await connections.aclose()  # the middleware around it does not pass this on


async def test_msal_signs_in_with_a_secret(microsoft):
    answer = await asyncio.to_thread(_sign_in, microsoft)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (claims["tid"], claims["appid"]) == (microsoft.firm.tenant_id, microsoft.cloud.app_id)
    assert "Mail.ReadBasic.All" in claims["roles"]
    assert microsoft.record.logins == {"ok": 1}


async def test_msal_signs_in_with_a_certificate(microsoft):
    pem, credential = _make_certificate()
    refused = await asyncio.to_thread(_sign_in, microsoft, credential)
    assert refused["error_codes"] == [700027]
    microsoft.cloud.certificates.append(pem)
    assert "access_token" in await asyncio.to_thread(_sign_in, microsoft, credential)


async def test_a_wrong_secret_and_an_unknown_tenant_are_refused(microsoft):
    wrong = await asyncio.to_thread(_sign_in, microsoft, "wrong")
    unknown = await asyncio.to_thread(_sign_in, microsoft, None, GRAPH_SCOPE, "11111111-1111-1111-1111-111111111111")
    assert (wrong["error"], wrong["error_codes"]) == ("invalid_client", [7000215])
    assert unknown["error_codes"] == [90002]


@pytest.mark.parametrize("code", [7000222, 7000215, 700016, 7000112])
async def test_F39_entra_refuses_by_script(microsoft, code):
    microsoft.faults.add("token_error", edge="login", tenant=microsoft.firm.tenant_id, code=code, count=1)
    refused = await asyncio.to_thread(_sign_in, microsoft)
    assert refused["error_description"].startswith(f"AADSTS{code}: ")
    assert "access_token" in await asyncio.to_thread(_sign_in, microsoft)
    assert microsoft.record.logins == {str(code): 1, "ok": 1}


async def test_F37_the_sign_in_is_slow_or_down(graph):
    graph.microsoft.faults.add("status", edge="login", status=503, count=1)
    url = f"{graph.microsoft.login_url}/{graph.tenant_id}/v2.0/.well-known/openid-configuration"
    context = graph.microsoft.login_context
    statuses = []
    for _ in range(2):
        async with graph.session.get(url, ssl=context) as response:
            statuses.append(response.status)
    assert statuses == [503, 200]


async def test_msgraph_sdk_reads_users_and_a_delta(sdk, firm):
    anne, _ = firm.list_people()
    for number in range(12):
        firm.send_mail(CARL, [(anne.name, anne.address)], subject=str(number))
    users = await sdk.users.get()
    assert [user.display_name for user in users.value] == ["Anne Martin", "Bob Stone"]
    builder = sdk.users.by_user_id(anne.id).mail_folders.by_mail_folder_id("inbox").messages.delta
    page = await builder.get()
    rest = await builder.with_url(page.odata_next_link).get()
    assert [message.subject for message in page.value + rest.value] == [str(number) for number in range(12)]
    assert rest.odata_delta_link


async def test_msgraph_sdk_waits_out_retry_after(sdk, microsoft, firm):
    anne, _ = firm.list_people()
    fault = microsoft.faults.add("throttle", mailbox=anne.id, form="seconds", seconds=1, count=1)
    builder = sdk.users.by_user_id(anne.id).mail_folders.by_mail_folder_id("inbox").messages.delta
    begun = asyncio.get_running_loop().time()
    assert (await builder.get()).value == []
    assert asyncio.get_running_loop().time() - begun >= 1
    assert (fault.hits, microsoft.record.breaches) == (1, [])


async def test_msgraph_sdk_understands_our_errors(sdk, firm):
    anne, _ = firm.list_people()
    anne.mailbox.state = "not_enabled"
    builder = sdk.users.by_user_id(anne.id).mail_folders.by_mail_folder_id("inbox").messages.delta
    with pytest.raises(ODataError) as caught:
        await builder.get()
    assert caught.value.response_status_code == 404
    assert caught.value.error.code == "MailboxNotEnabledForRESTAPI"


async def test_a_users_token_is_signed_with_a_published_key_and_any_claim_can_be_forged(graph, firm):
    anne, _ = firm.list_people()
    microsoft = graph.microsoft
    url = f"{microsoft.login_url}/{firm.tenant_id}/discovery/v2.0/keys"
    async with graph.session.get(url, ssl=microsoft.login_context) as response:
        keys = jwt.PyJWKSet.from_dict(await response.json())
    token = microsoft.mint_user_token(anne)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key.key, ["RS256"], audience=microsoft.cloud.app_id)
    assert (claims["oid"], claims["scp"], claims["tid"]) == (anne.id, "access_as_user", firm.tenant_id)
    assert claims["iss"] == f"{microsoft.login_url}/{firm.tenant_id}/v2.0"
    forged = jwt.decode(microsoft.mint_user_token(anne, oid=None, scp="x"), options={"verify_signature": False})
    assert ("oid" in forged, forged["scp"]) == (False, "x")


async def test_F54_the_bot_frameworks_keys_are_published_with_endorsements_and_roll_over(graph):
    microsoft = graph.microsoft

    async def fetch():
        async with graph.session.get(microsoft.openid_url) as response:
            described = await response.json()
        async with graph.session.get(described["jwks_uri"]) as response:
            return described, (await response.json())["keys"]

    described, [before] = await fetch()
    assert described["issuer"] == "https://api.botframework.com"
    assert before["endorsements"] == ["msteams"]
    microsoft.cloud.bot_keys.roll_over()
    _, after = await fetch()
    assert [key["kid"] for key in after][1:] == [before["kid"]]
    token = microsoft.mint_bot_token(serviceurl=microsoft.connector_url)
    assert jwt.get_unverified_header(token)["kid"] == after[0]["kid"]
    assert len(microsoft.record.key_fetches) == 2


async def test_F55_the_keys_cannot_be_had(graph):
    graph.microsoft.faults.add("status", edge="keys", status=503, count=1)
    async with graph.session.get(graph.microsoft.openid_url) as response:
        assert response.status == 503


async def test_everything_listens_on_loopback_alone(microsoft):
    for url in (microsoft.graph_url, microsoft.login_url, microsoft.openid_url, microsoft.connector_url):
        assert "//127.0.0.1:" in url
    assert os.stat(microsoft.login_ca.replace(".pem", ".key")).st_mode & 0o777 == 0o600  # noqa: PTH116
