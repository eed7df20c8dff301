"""Addresses, names, domains, and the lists of words beside them."""
