"""When a mailbox that is not there is asked for again: soon at first, and never so that a firm is flooded."""

from itertools import pairwise

import pytest

from bot.graph.client.errors import GraphError, SignInError
from bot.graph.sync.failures import CLOSED_PACE, SyncFailure, explain_error, judge_error, spread_out
from bot.language import LANGUAGES, say_reason

MISSING = GraphError(404, "MailboxNotEnabledForRESTAPI")
MINUTE, DAY = 60, 86_400


def test_a_mailbox_that_never_answered_is_asked_sooner_than_the_next_day_and_later_each_time():
    waits = [judge_error(MISSING, 0, failures).retry_at for failures in range(12)]
    assert 13 * MINUTE <= waits[0] <= 17 * MINUTE
    assert all(later > 1.5 * sooner for sooner, later in pairwise(waits[:7]))
    assert all(0.9 * DAY <= wait <= 1.1 * DAY for wait in waits[8:])


def test_one_that_answered_before_is_believed_to_be_gone_only_after_hours_and_then_asked_daily():
    assert judge_error(MISSING, 0, 3, has_answered=True).state == "retrying"
    gone = judge_error(MISSING, 0, 10, has_answered=True)
    assert (gone.state, gone.retry_at > 0.8 * DAY) == ("skipped", True)


def test_thousands_of_missing_mailboxes_are_asked_one_after_the_other():
    soon = SyncFailure("skipped", "no_mailbox:x", 900)
    assert spread_out(soon, 0, 100) == soon
    assert spread_out(soon, 0, 5_000).retry_at >= 5_000 * CLOSED_PACE


REFUSED = GraphError(403, "ErrorAccessDenied")


def test_a_refused_mailbox_is_asked_again_soon_at_first_and_then_more_seldom():
    waits = [judge_error(REFUSED, 0, refusals, was_refused=True).retry_at for refusals in range(7)]
    minutes = (1, 5, 15, 60, 360, 360, 360)
    assert all(
        0.9 * most * MINUTE - 1 <= wait <= 1.1 * most * MINUTE for wait, most in zip(waits, minutes, strict=True)
    )


def test_other_failures_before_a_refusal_do_not_put_it_off():
    first = judge_error(REFUSED, 0, 12)
    assert (first.failures, first.retry_at <= 1.1 * MINUTE) == (1, True)
    assert judge_error(REFUSED, 0, 3, was_refused=True).failures == 4
    assert judge_error(GraphError(503), 0, 3).failures == judge_error(MISSING, 0, 3).failures == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SignInError("AADSTS7000222", is_refused=True), "sign_in_failed"),
        *((SignInError(name), "sign_in_away") for name in ("ProxyError", "TimeoutError", "SSLError")),
        *((GraphError(status, "x"), "answered") for status in (404, 500, 503)),
        (GraphError(429), "throttled"),
        (GraphError(0, "RemoteProtocolError"), "no_answer"),
        (RecursionError("nothing of it"), "failed"),
    ],
)
def test_a_refused_sign_in_is_told_apart_from_one_that_cannot_be_reached(error, code, language):
    assert explain_error(error).partition(":")[0] == code
    assert say_reason(language, explain_error(error)) != say_reason(language, "what is this")
