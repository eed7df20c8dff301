"""The wheel, installed and run from an empty folder by every Python that it is for and that is at hand.

`make wheel` does it. What is compiled is installed anew for each Python; the rest is lent by this environment, for
msgraph-sdk alone has 30,000 files.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from importlib.metadata import distributions
from pathlib import Path

from tests.running import find_port

HOUSE = Path(__file__).parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
PATIENCE = 120


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="carnet-wheel-") as folder:
        wheel = build(Path(folder))
        tried = [version for version in VERSIONS if (python := find_python(version)) and try_out(python, wheel)]
    print(f"{len(tried)} passed, 0 failed")
    if OWN not in tried:
        raise SystemExit(f"the wheel was not tried with Python {OWN}")


def build(folder: Path) -> Path:
    """Build the wheel from what git knows, as a fresh checkout has it, with the node packages that are here."""
    copy = folder / "checkout"
    names = subprocess.run(["git", "ls-files"], cwd=HOUSE, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )
    for name in filter(None, names):
        if (HOUSE / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HOUSE / name, copy / name)
    if (HOUSE / "bot/web/node_modules").is_dir():
        (copy / "bot/web/node_modules").symlink_to(HOUSE / "bot/web/node_modules")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(copy)], check=True)
    [wheel] = folder.glob("carnet-*.whl")
    return wheel


def find_python(version: str) -> str | None:
    """Find a Python that answers to its version; a shim for one that is not installed does not."""
    if version == OWN:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
    for python in filter(None, (shutil.which(f"python{version}"), *map(str, reversed(installed)))):
        asked = subprocess.run([python, "-c", "import venv, ssl, sqlite3"], check=False, capture_output=True)
        if asked.returncode == 0:
            return python
    return None


def try_out(python: str, wheel: Path) -> bool:
    """Install the wheel into an environment of its own, and run it from an empty folder."""
    with tempfile.TemporaryDirectory(prefix="carnet-try-") as folder:
        place, empty = Path(folder) / "venv", Path(folder) / "empty"
        empty.mkdir()
        subprocess.run([python, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, *list_compiled(), str(wheel)], check=True)
        [packages] = place.glob("lib/python*/site-packages")
        (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        check(place / "bin", empty)
    print(f"Python {python}: the wheel runs", flush=True)
    return True


def list_compiled() -> list[str]:
    """List the packages of the lock that are compiled for one Python, with their versions."""
    locked = set(re.findall(r"^([a-zA-Z0-9_.-]+)==", (HOUSE / "requirements/service.txt").read_text(), re.MULTILINE))
    found = {one.name.lower().replace("_", "-"): one for one in distributions()}
    return [
        f"{name}=={found[name].version}"
        for name in sorted(locked & found.keys())
        if "none-any" not in (found[name].read_text("WHEEL") or "none-any")
    ]


def check(programs: Path, folder: Path) -> None:
    """Ask for the version, make a package, and serve until the page and the probes answer."""
    port = find_port()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CARNET_", "PYTHON"))}
    app, host = "11111111-2222-4333-8444-555555555555", "carnet.firm.example"
    settings = {"CARNET_APP_ID": app, "CARNET_APP_SECRET": "x", "CARNET_TENANTS": json.dumps([app])}
    away = {
        "CARNET_LOGIN_URL": "https://127.0.0.1:9",
        "CARNET_GRAPH_URL": "http://127.0.0.1:9",
        "CARNET_PORT": str(port),
    }
    given = {"cwd": folder, "env": plain | settings | away}
    carnet = str(programs / "carnet")
    subprocess.run([carnet, "--version"], check=True, **given)
    subprocess.run([carnet, "package", "--app-id", app, "--host", host], check=True, **given, stdout=subprocess.DEVNULL)
    with subprocess.Popen([carnet, "serve"], **given, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process)
            for path in ("/tab", "/pane", "/privacy"):
                wait_for(f"http://127.0.0.1:{port}{path}", process)
        finally:
            process.terminate()


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline, answer = time.monotonic() + PATIENCE, "nothing"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                if response.status == 200:
                    return
        except urllib.error.HTTPError as error:
            answer = error.read().decode()[:300]
        except OSError as error:
            answer = str(error)
        time.sleep(0.3)
    raise SystemExit(f"{url}: {answer}")


if __name__ == "__main__":
    main()
