"""What is due: mailboxes, subscriptions, chores."""
