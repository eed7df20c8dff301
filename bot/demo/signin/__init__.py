"""The demo's sign-in: what login.microsoftonline.com and login.botframework.com do, on localhost."""
