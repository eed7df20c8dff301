"""The check of the Bot Connector's tokens, and the keys behind it, with the clock in the test's hand."""

import asyncio
import json
from typing import Any

import jwt
import pytest

from bot.errors import UnauthenticatedError, UnavailableError
from bot.signing_keys import STALE_AFTER, UNKNOWN_AT_ONCE, UNKNOWN_INTERVAL, KeySet, read_key
from bot.teams.tokens import Tokens
from tests.signing import APP, Keys, make_token

METADATA = "https://login.botframework.example/openid"
HOUR = 3600


class Issuer:
    """What `fetch` reaches: two documents, and the count of how often the first was asked for."""

    def __init__(self) -> None:
        self.keys = [Keys.publish("first", "msteams")]
        self.asked = 0
        self.is_down = False
        self.jwks_uri = "https://login.botframework.example/keys"
        self.now = 1_000_000.0
        self.delay = 0.0

    async def fetch(self, url: str) -> bytes:
        if url == METADATA:
            self.asked += 1
        await asyncio.sleep(self.delay)
        if self.is_down:
            raise OSError
        document: dict[str, Any] = {"jwks_uri": self.jwks_uri} if url == METADATA else {"keys": self.keys}
        return json.dumps(document).encode()

    def sign(self, key: str = "first", **options: Any) -> str:
        times = {"exp": self.now + HOUR, "nbf": self.now - 60}
        return f"Bearer {make_token(key, **(times | options))}"


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    keys = KeySet(METADATA, issuer.fetch, lambda: issuer.now)
    return Tokens(keys, app_id=APP, clock=lambda: issuer.now)


async def test_S1_a_good_token_gives_its_claims_and_its_keys_endorsements(tokens, issuer):
    token = await tokens.verify(issuer.sign(serviceurl="https://smba.trafficmanager.net/emea/"))
    assert token.claims["serviceurl"] == "https://smba.trafficmanager.net/emea/"
    assert token.key.endorsements == {"msteams"}


async def test_B3_the_case_of_the_scheme_does_not_matter(tokens, issuer):
    assert await tokens.verify(issuer.sign().replace("Bearer", "bearer"))


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic x", "Bearer", "Bearer ", "Bearer a b", "Bearer garbage", "Bearer a.b.c", "Bearer ..", "é é"],
)
async def test_B2_B4_what_is_no_token_is_refused_without_asking_for_keys(tokens, issuer, header):
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(header)
    assert issuer.asked == 0


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": None}, id="B10 no exp"),
        pytest.param({"exp": "9999999999"}, id="B10 exp as text"),
        pytest.param({"exp": True}, id="B10 exp as a truth"),
        pytest.param({"exp": 1_000_000 - 600}, id="B8 expired for ten minutes"),
        pytest.param({"nbf": 1_000_000 + 600}, id="B11 not before ten minutes from now"),
        pytest.param({"iss": "https://sts.windows.net/x/"}, id="B12 another issuer"),
        pytest.param({"iss": None}, id="B12 no issuer"),
        pytest.param({"aud": "another"}, id="B13 another audience"),
        pytest.param({"aud": None}, id="B13 no audience"),
        pytest.param({"aud": [APP]}, id="B13 a list of audiences"),
        pytest.param({"aud": "https://api.botframework.com"}, id="B22 the bot's own outbound token"),
        pytest.param({"iss": "https://login.microsoftonline.com/x/v2.0"}, id="B21 an emulator's token"),
    ],
)
async def test_B8_B10_B11_B12_B13_B21_B22_S1_a_token_with_wrong_claims_is_refused(tokens, issuer, claims):
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(issuer.sign(**claims))
    assert issuer.asked == 0


async def test_B9_a_token_that_expired_four_minutes_ago_is_accepted(tokens, issuer):
    assert await tokens.verify(issuer.sign(exp=issuer.now - 240))


@pytest.mark.parametrize("algorithm", ["HS256", "RS512", "none"])
async def test_B7_no_algorithm_but_RS256_is_accepted(tokens, issuer, algorithm):
    claims = {"iss": "https://api.botframework.com", "aud": APP, "exp": issuer.now + HOUR}
    key = {"HS256": issuer.keys[0]["n"], "none": ""}.get(algorithm, Keys.make("first"))
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(f"Bearer {jwt.encode(claims, key, algorithm, {'kid': 'first'})}")


async def test_B5_a_signature_by_another_key_of_the_same_id_is_refused(tokens, issuer):
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(issuer.sign("forger", headers={"kid": "first"}))


async def test_B5_a_changed_payload_is_refused(tokens, issuer):
    head, _, tail = issuer.sign().split(".")
    other = issuer.sign(serviceurl="https://evil.example/").split(".")[1]
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(f"{head}.{other}.{tail}")


@pytest.mark.parametrize("headers", [{"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"crit": []}])
async def test_B14_a_critical_header_is_refused(tokens, issuer, headers):
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(issuer.sign(headers=headers))


async def test_B14_keys_that_a_token_brings_along_are_never_fetched_nor_used(tokens, issuer):
    brought = {"jku": "https://evil.example/keys", "x5u": "https://evil.example/x", "jwk": Keys.publish("forger")}
    assert await tokens.verify(issuer.sign(headers=brought))
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(issuer.sign("forger", headers={"kid": "first"} | brought))
    assert issuer.asked == 1


async def test_B6_a_hundred_unknown_keys_cause_one_fetch(tokens, issuer):
    await tokens.verify(issuer.sign())
    for number in range(100):
        with pytest.raises(UnauthenticatedError):
            await tokens.verify(issuer.sign("forger", headers={"kid": f"unknown {number}"}))
    assert issuer.asked == 2
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(issuer.sign("forger", headers={"kid": None}))


async def test_F54_a_new_key_is_accepted_at_once_with_one_fetch_for_all_who_bring_it(tokens, issuer):
    await tokens.verify(issuer.sign())
    issuer.keys = [Keys.publish("second", "msteams")]
    issuer.delay = 0.01
    new = issuer.sign("second")
    assert all(await asyncio.gather(*(tokens.verify(new) for _ in range(20))))
    assert issuer.asked == 2


async def test_F54_forged_keys_cause_one_fetch_in_five_minutes_and_do_not_hide_the_next_new_key_longer(tokens, issuer):
    await tokens.verify(issuer.sign())
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(issuer.sign("forger"))
    issuer.keys = [Keys.publish("second", "msteams")]
    issuer.now += UNKNOWN_INTERVAL
    assert await tokens.verify(issuer.sign("second"))
    assert issuer.asked == 3


@pytest.mark.parametrize("forged", [1, 2, 5])
async def test_A23_some_forged_key_ids_hold_a_rollover_up_for_a_second_at_most(tokens, issuer, forged):
    await tokens.verify(issuer.sign())
    for number in range(forged):
        with pytest.raises(UnauthenticatedError):
            await tokens.verify(issuer.sign("forger", headers={"kid": f"unknown {number}"}))
        issuer.now += 1
    issuer.keys = [Keys.publish("second", "msteams")]
    assert await tokens.verify(issuer.sign("second"))


async def test_A23_a_flood_of_forged_key_ids_causes_few_fetches_and_holds_a_rollover_up_for_ten_seconds(tokens, issuer):
    await tokens.verify(issuer.sign())
    for number in range(600):
        issuer.now += 0.1
        with pytest.raises(UnauthenticatedError):
            await tokens.verify(issuer.sign("forger", headers={"kid": f"unknown {number}"}))
    assert issuer.asked <= 1 + UNKNOWN_AT_ONCE + 60 / UNKNOWN_INTERVAL
    issuer.keys = [Keys.publish("second", "msteams")]
    issuer.now += UNKNOWN_INTERVAL
    assert await tokens.verify(issuer.sign("second"))


async def test_F54_a_token_of_a_key_that_was_withdrawn_is_refused_although_it_was_verified_before(tokens, issuer):
    old = issuer.sign()
    await tokens.verify(old)
    issuer.keys = [Keys.publish("second", "msteams")]
    await tokens.verify(issuer.sign("second"))
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(old)


async def test_a_verified_token_is_remembered_but_not_beyond_its_end(tokens, issuer):
    token = issuer.sign()
    assert await tokens.verify(token) is await tokens.verify(token)
    issuer.now += HOUR + 301
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(token)


async def test_F55_without_any_key_ever_loaded_it_is_unavailable_and_asks_again_seldom(tokens, issuer):
    issuer.is_down = True
    for _ in range(5):
        with pytest.raises(UnavailableError):
            await tokens.verify(issuer.sign())
    assert issuer.asked == 1
    issuer.is_down = False
    issuer.now += 5
    assert await tokens.verify(issuer.sign())


async def test_F55_S2_old_keys_serve_while_the_issuer_is_down_up_to_a_bound(tokens, issuer):
    await tokens.verify(issuer.sign())
    issuer.is_down = True
    issuer.now += STALE_AFTER - 60
    assert await tokens.verify(issuer.sign())
    issuer.now += 120
    with pytest.raises(UnavailableError):
        await tokens.verify(issuer.sign())


async def test_F55_keys_are_refreshed_beside_the_traffic_and_nobody_waits(tokens, issuer):
    await tokens.verify(issuer.sign())
    issuer.now += 7 * HOUR
    issuer.delay = 30
    await asyncio.wait_for(tokens.verify(issuer.sign()), 1)
    await asyncio.sleep(0)
    assert issuer.asked == 2


async def test_F55_S2_a_slow_issuer_is_asked_once_by_all_who_wait(tokens, issuer):
    issuer.delay = 0.02
    await asyncio.gather(*(tokens.verify(issuer.sign()) for _ in range(10)))
    assert issuer.asked == 1


async def test_keys_at_another_host_than_the_metadata_are_not_taken(tokens, issuer):
    issuer.jwks_uri = "https://evil.example/keys"
    with pytest.raises(UnavailableError):
        await tokens.verify(issuer.sign())


async def test_an_address_may_hold_the_keys_themselves(issuer):
    async def fetch(url: str) -> bytes:
        return json.dumps({"keys": issuer.keys}).encode()

    keys = KeySet("https://login.microsoftonline.example/common/discovery/v2.0/keys", fetch)
    assert await keys.get("first")
    assert await keys.get("second") is None


@pytest.mark.parametrize(
    "change",
    [{"kty": "EC"}, {"use": "enc"}, {"alg": "RS512"}, {"n": "AQAB"}, {"n": 5}, {"kid": 7}, {"endorsements": "msteams"}],
)
def test_an_entry_that_is_no_RSA_signing_key_is_left_out(change):
    assert read_key(Keys.publish("first")) is not None
    assert read_key(Keys.publish("first", "msteams") | change) is None


def test_S5_there_is_no_bot_without_an_app_id(issuer):
    with pytest.raises(ValueError, match="app id"):
        Tokens(KeySet(METADATA, issuer.fetch), app_id="")
