"""What commands return: a small typed value for each kind of thing that can be found, changed or asked.

One function of `bot/cards` draws each kind; the page and whatever else asks gets the same value as data.
"""
