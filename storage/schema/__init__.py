"""The schema: its migrations, and moving a firm from one database to another."""
