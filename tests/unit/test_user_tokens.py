"""The tokens of people who use the pane or the tab: what gets in, and what each forgery is answered with."""

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from bot.errors import CarnetError, ForbiddenError, UnauthenticatedError
from bot.outlook.tokens import CONSUMERS, Identity, UserTokens

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-0000-0000-0000-000000000001"
OTHER_TENANT = "aaaaaaaa-0000-0000-0000-000000000002"
ANNE = "bbbbbbbb-0000-0000-0000-000000000001"
LOGIN = "https://login.microsoftonline.com"
KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)


class PublishedKeys:
    """The issuer's keys, without a network."""

    async def get(self, kid: str) -> RSAPublicKey | None:
        return KEY.public_key() if kid == "k1" else None


TOKENS = UserTokens(PublishedKeys(), app_id=APP, host="carnet.example")


def mint(*, key: RSAPrivateKey = KEY, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """Mint Anne's access token, with claims changed; None leaves one out."""
    now = int(time.time())
    claims = {
        "iss": f"{LOGIN}/{TENANT}/v2.0",
        "aud": APP,
        "tid": TENANT,
        "oid": ANNE,
        "scp": "access_as_user",
        "azp": APP,
        "ver": "2.0",
        "preferred_username": "anne@firm.example",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, "RS256", {"kid": "k1", **(headers or {})})


async def check(token: str) -> Identity:
    return await TOKENS.check(f"Bearer {token}")


async def refusal_of(authorization: str | None) -> type[CarnetError]:
    with pytest.raises(CarnetError) as refused:
        await TOKENS.check(authorization)
    return type(refused.value)


async def test_S8_a_token_for_our_scope_says_who_asks_by_tenant_and_object_id() -> None:
    assert await check(mint()) == Identity(TENANT, ANNE)


async def test_S8_a_consistent_version_1_token_is_taken_too() -> None:
    token = mint(
        iss=f"https://sts.windows.net/{TENANT}/", ver="1.0", azp=None, appid=APP, aud=f"api://carnet.example/{APP}"
    )
    assert await check(token) == Identity(TENANT, ANNE)


async def test_S8_teams_itself_may_fetch_the_token() -> None:
    assert await check(mint(azp="1fec8e78-bce4-4aaf-ab1b-5451cc387264")) == Identity(TENANT, ANNE)


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer garbage", "Bearer a.b.c", "Bearer " + "x" * 9000]
)
async def test_B55_no_token_or_garbage_is_refused(given: str | None) -> None:
    assert await refusal_of(given) is UnauthenticatedError


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: mint(exp=int(time.time()) - 600), id="expired"),
        pytest.param(lambda: mint(exp=None), id="no exp"),
        pytest.param(lambda: mint(nbf=int(time.time()) + 900), id="not yet"),
        pytest.param(lambda: mint(key=OTHER_KEY), id="another key"),
        pytest.param(lambda: mint(headers={"kid": "k2"}), id="unknown key id"),
        pytest.param(lambda: mint()[:-6] + "AAAAAA", id="bad signature"),
        pytest.param(lambda: jwt.encode({"aud": APP}, "", "none"), id="alg none"),
        pytest.param(lambda: jwt.encode({"aud": APP}, "x" * 32, "HS256", {"kid": "k1"}), id="HS256"),
    ],
)
async def test_B55_what_the_issuer_did_not_sign_for_now_is_refused(token: Any) -> None:
    assert await refusal_of(f"Bearer {token()}") is UnauthenticatedError


@pytest.mark.parametrize(
    "audience",
    [
        "https://graph.microsoft.com",
        "00000003-0000-0000-c000-000000000000",
        "api://other",
        [APP, "https://graph.microsoft.com"],
    ],
)
async def test_B56_a_token_for_another_audience_is_refused(audience: Any) -> None:
    assert await refusal_of(f"Bearer {mint(aud=audience)}") is UnauthenticatedError


@pytest.mark.parametrize("changes", [{"azp": None}, {"nonce": "n-0S6"}, {"azp": None, "at_hash": "x"}])
async def test_B57_an_id_token_is_no_access_token(changes: dict[str, Any]) -> None:
    assert await refusal_of(f"Bearer {mint(scp=None, **changes)}") is UnauthenticatedError


@pytest.mark.parametrize(
    "changes",
    [{"scp": None}, {"scp": "User.Read"}, {"scp": ""}, {"scp": None, "roles": ["access_as_user"]}, {"idtyp": "app"}],
)
async def test_B58_a_token_without_our_scope_or_of_an_app_alone_is_not_enough(changes: dict[str, Any]) -> None:
    assert await refusal_of(f"Bearer {mint(**changes)}") is ForbiddenError


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": f"https://sts.windows.net/{TENANT}/"},
        {"ver": "1.0"},
        {"ver": None},
        {"tid": OTHER_TENANT},
        {"tid": None},
        {"iss": f"{LOGIN}/common/v2.0"},
        {"iss": f"{LOGIN}/{{tenantid}}/v2.0"},
        {"iss": f"{LOGIN}/{CONSUMERS}/v2.0", "tid": CONSUMERS},
        {"iss": f"https://evil.example/{TENANT}/v2.0"},
        {"tid": ["x"]},
    ],
)
async def test_B59_issuer_version_and_tenant_must_agree(changes: dict[str, Any]) -> None:
    assert await refusal_of(f"Bearer {mint(**changes)}") is UnauthenticatedError


@pytest.mark.parametrize("client", ["99999999-0000-0000-0000-000000000000", "", ["x"]])
async def test_B61_a_client_that_is_not_on_the_list_is_refused(client: Any) -> None:
    assert await refusal_of(f"Bearer {mint(azp=client)}") is ForbiddenError


@pytest.mark.parametrize(
    "changes", [{"acct": 1}, {"acct": "1"}, {"idp": f"https://sts.windows.net/{OTHER_TENANT}/"}, {"idp": "live.com"}]
)
async def test_B62_a_guest_is_refused(changes: dict[str, Any]) -> None:
    assert await refusal_of(f"Bearer {mint(**changes)}") is ForbiddenError


@pytest.mark.parametrize("changes", [{"oid": None}, {"oid": ""}, {"oid": 5}])
async def test_B63_a_token_without_object_id_proves_nothing_whatever_address_it_names(changes: dict[str, Any]) -> None:
    assert await refusal_of(f"Bearer {mint(**changes)}") is UnauthenticatedError
