"""The simulated world: firms, their people, mailboxes, mail and meetings, and what really happened."""
