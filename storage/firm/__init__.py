"""The tenant, its people, and its app."""
