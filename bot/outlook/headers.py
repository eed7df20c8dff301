"""What every answer tells a browser about itself: what it may load, who may frame it, how long it may be kept."""

from urllib.parse import urlsplit

from aiohttp import web

OFFICE_SCRIPTS = "https://appsforoffice.microsoft.com"
"""office.js is supported from Microsoft's own network alone."""
FRAMING_HOSTS = (
    "https://*.cloud.microsoft",
    "https://teams.microsoft.com",
    "https://*.teams.microsoft.com",
    "https://*.microsoft365.com",
    "https://*.office.com",
    "https://outlook.office.com",
    "https://outlook.office365.com",
)
"""Who may frame the page: Teams, Outlook and Microsoft 365 (microsoftteams-docs, tab-requirements)."""
CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
YEAR = 31_536_000

_HEADERS = {
    "Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": CLOSED_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
}


def page_policy(login_url: str, *, has_office: bool) -> str:
    """Return the page's content security policy: own scripts, office.js in Outlook, the sign-in, nothing inline."""
    parts = urlsplit(login_url)
    login = f"{parts.scheme}://{parts.netloc}"
    scripts = f"'self' {OFFICE_SCRIPTS}" if has_office else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {login}",
            f"frame-src {login}",
            f"frame-ancestors 'self' {' '.join(FRAMING_HOSTS)}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add what an answer has not said itself; an aiohttp `on_response_prepare` signal, so that errors get them too."""
    headers = response.headers
    for name, value in _HEADERS.items():
        if name not in headers:
            headers[name] = value
