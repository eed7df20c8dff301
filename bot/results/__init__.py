"""What commands return: a small typed value for each kind of thing that can be found, changed or asked.

`bot/cards/replies.py` draws each kind once; the page and whatever else asks gets the same value as data.
"""
