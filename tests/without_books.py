"""The tests of faults at whose end there are no books to balance, each with the reason."""

from typing import Final

WITHOUT: Final[dict[str, str]] = {
    "test_demo_calendar.py": "of the small Microsoft 365 itself: no service, no store; its record is the truth",
    "test_demo_connector.py": "of the small Microsoft 365 itself",
    "test_demo_delta.py": "of the small Microsoft 365 itself",
    "test_demo_directory.py": "of the small Microsoft 365 itself",
    "test_demo_faults.py": "of the small Microsoft 365 itself",
    "test_demo_limits.py": "of the small Microsoft 365 itself",
    "test_demo_restarts.py": "of the demo as a whole, whose Microsoft 365 ends with its process",
    "test_demo_sign_in.py": "of the small Microsoft 365 itself",
    "test_demo_subscriptions.py": "of the small Microsoft 365 itself",
    "test_graph_client.py": "of the way to Graph alone, without a store: what it gives is compared in each test",
    "test_teams_connector.py": "of the way to Teams alone, without a store: what arrived is counted in each test",
    "test_teams_credentials.py": "of the bot's token alone, without a store or a message",
    "test_capture_mail.py": "of capture alone, which is pure",
    "test_capture_meetings.py": "of capture alone, which is pure",
    "test_capture_pages.py": "of reading a page, which is pure",
    "test_notice_pace.py": "of the hours in which people are told, reckoned without a store",
    "test_promises.py": "of what the container's files say",
    "test_mailboxes.py": "of the queue's rows alone, with a clock and no mailbox behind them",
    "test_B53_a_source_may_send_strange_ones_again_after_a_while": "of a counter in memory alone",
    "test_F46_a_command_delivered_twice_has_one_effect_and_one_answer": "of the desk alone, which sends nothing",
    "test_F41_a_mailbox_that_is_found_open_is_asked_by_the_service_at_once": "of mailboxes to which nobody wrote",
    "test_F63_a_relay_whose_connection_is_lost_listens_again_and_misses_nothing": "of wakes, which hold no data",
    "test_F66_fifty_imports_that_make_the_same_contacts_make_them_once": "of made-up pages, summed up in the test",
}
"""Reasons, by the name of the test or of its file. Each row has another test that balances its books."""
