"""The README's tables of settings and of what Microsoft must know, written from the code: `python -m tests.readme`."""

from pathlib import Path

from bot.cli import registration
from bot.config import Config
from bot.outlook.tokens import SCOPE

README = Path(__file__).parent.parent / "README.md"
START = "<!-- settings: written by `python -m tests.readme` -->\n"
END = "<!-- end of settings -->"
REGISTRATION = "<!-- registration: written by `python -m tests.readme` -->\n"
REGISTERED = "<!-- end of registration -->"


def describe_settings() -> str:
    rows = ["| setting | default | what it says |", "| --- | --- | --- |"]
    for name, field in Config.model_fields.items():
        default = field.get_default()
        shown = "" if not str(default).strip("*()") else f"`{default}`"
        rows.append(f"| `CARNET_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def describe_registration() -> str:
    lists = {
        "application id URI": [registration.name_application("HOST", "APP-ID")],
        "scope": [SCOPE],
        "redirect URIs (single-page application)": registration.list_redirects("HOST"),
        "clients authorised beforehand": registration.list_clients("APP-ID"),
        "application permissions, all mailboxes": name_permissions(is_scoped=False),
        "application permissions, mailboxes of a group": name_permissions(is_scoped=True, has_group=True),
        "in place of ReadBasic, for news in seconds": ["Mail.Read", "Calendars.Read"],
        "beside them, for `CARNET_INSTALLS_APP`": [one[0] for one in registration.INSTALL],
        "Exchange roles with a scope": registration.SCOPED_ROLES,
        "bot channels": registration.CHANNELS,
        "hosts that are asked, port 443": registration.OUTBOUND,
    }
    rows = ["| what | value |", "| --- | --- |"]
    rows += [f"| {name} | {', '.join(f'`{value}`' for value in values)} |" for name, values in lists.items()]
    rows += [f"| let in: `{path.replace(', ', '`, `')}` | {who} |" for path, who in registration.INBOUND]
    return "\n".join(rows) + "\n"


def name_permissions(*, is_scoped: bool, has_group: bool = False) -> list[str]:
    return registration.list_permissions(
        has_group=has_group, installs_app=False, is_scoped=is_scoped, is_notified=False
    )


def complete(text: str) -> str:
    for start, end, table in ((START, END, describe_settings()), (REGISTRATION, REGISTERED, describe_registration())):
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = before + start + table + end + after
    return text


if __name__ == "__main__":
    README.write_text(complete(README.read_text(encoding="utf-8")), encoding="utf-8")
