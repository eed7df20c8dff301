"""Asking Microsoft Graph."""
