"""What a person can ask for: one file per noun, merged in one visible list."""
