"""Who asks: `X-Forwarded-For` is believed from proxies that are named, and from nobody else."""

import pytest

from bot.client_address import TrustedProxies

PROXIES = TrustedProxies(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1", "192.0.2.7"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8::5", ["[2001:4860::8]:443"], "2001:4860::8"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_a_source_is_what_the_last_trusted_proxy_says_and_nothing_before_it(peer, forwarded, source):
    assert PROXIES.choose(peer, forwarded) == source


def test_nothing_is_believed_where_no_proxy_is_named():
    assert TrustedProxies().choose("10.0.0.1", ["198.51.100.1"]) == "10.0.0.1"
