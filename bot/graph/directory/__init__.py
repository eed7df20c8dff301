"""The firm's people, as Graph lists them."""
