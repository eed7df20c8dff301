"""What is to be said, and to whom."""
