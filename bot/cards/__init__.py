"""Data in, Adaptive Card out; pure functions."""
