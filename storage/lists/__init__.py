"""How a list is asked."""
