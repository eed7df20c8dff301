"""A mailbox, from its pages to rows."""
