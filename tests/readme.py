"""The README's table of settings, written from `Config`: `python -m tests.readme`."""

from pathlib import Path

from bot.config import Config

README = Path(__file__).parent.parent / "README.md"
START = "<!-- settings: written by `python -m tests.readme` -->\n"
END = "<!-- end of settings -->"


def describe_settings() -> str:
    rows = ["| setting | default | what it says |", "| --- | --- | --- |"]
    for name, field in Config.model_fields.items():
        default = field.get_default()
        shown = "" if not str(default).strip("*()") else f"`{default}`"
        rows.append(f"| `CARNET_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def complete(text: str) -> str:
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return before + START + describe_settings() + END + after


if __name__ == "__main__":
    README.write_text(complete(README.read_text(encoding="utf-8")), encoding="utf-8")
