"""The edge to Microsoft Graph."""
