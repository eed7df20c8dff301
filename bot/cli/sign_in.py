"""What `carnet setup` prints of what the app signs in with: commands that make it, settings that name it."""

import argparse
import json
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.config import read_id
from bot.msal_application import EXCHANGE

CERTIFICATE, SECRET, IDENTITY, FEDERATED = WAYS = ("certificate", "secret", "identity", "federated")
SECRET_DAYS: Final = 365
TOKEN_FILE: Final = "/var/run/secrets/azure/tokens/azure-identity-token"  # noqa: S105  # where AKS puts it
_ISSUER: Final = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9._:/@-]{1,600}")


def add_sign_in(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose what the app signs in with."""
    parser.add_argument("--sign-in", choices=WAYS, default=CERTIFICATE, help="what the app signs in with")
    parser.add_argument("--identity", default="", help="for identity: client id of the user-assigned managed identity")
    parser.add_argument(
        "--issuer", default="", help="for federated: issuer of the token (az aks show, oidcIssuerProfile)"
    )
    parser.add_argument("--subject", default="", help="for federated: its sub, as system:serviceaccount:NAMESPACE:NAME")


def check_sign_in(arguments: argparse.Namespace) -> None:
    """Raise `ValueError` with a sentence where an option is missing, is none, or belongs to another way."""
    ways = {"identity": IDENTITY, "issuer": FEDERATED, "subject": FEDERATED}
    for option, way in ways.items():
        given = getattr(arguments, option)
        if given and arguments.sign_in != way:
            raise ValueError(f"--{option} belongs to --sign-in {way}.")
        if not given and arguments.sign_in == way:
            raise ValueError(f"--sign-in {way} needs --{option} as well (`carnet setup --help` says what it is).")
    if arguments.identity:
        try:
            arguments.identity = read_id(arguments.identity)
        except ValueError as error:
            raise ValueError(f"--identity: {error}") from error
    if arguments.issuer and not _ISSUER.fullmatch(arguments.issuer):
        raise ValueError("--issuer is the https address that stands in the token as iss, such as https://HOST/PATH/.")
    if arguments.subject and not _SUBJECT.fullmatch(arguments.subject):
        raise ValueError("--subject is what stands in the token as sub, such as system:serviceaccount:carnet:carnet.")


def list_making(given: argparse.Namespace) -> Iterator[str]:
    """Return the commands of the Azure CLI that make it; what is secret stays in a file of the shell's user."""
    yield from _MAKING[given.sign_in](given)


def list_naming(given: argparse.Namespace) -> Iterator[str]:
    """Return the settings that name it."""
    yield from _NAMING[given.sign_in](given)


def _make_certificate(given: argparse.Namespace) -> Iterator[str]:
    yield "openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=carnet -keyout carnet.key -out carnet.crt"
    yield f"az ad app credential reset --id {given.app_id} --append --cert @carnet.crt"
    yield "(umask 077 && cat carnet.key carnet.crt > carnet.pem) && rm carnet.key"


def _name_certificate(_given: argparse.Namespace) -> Iterator[str]:
    yield "# Where the service finds carnet.pem: compose.yaml shows it secrets/carnet.pem there; else write its path."
    yield "CARNET_APP_CERTIFICATE=/run/secrets/carnet.pem"


def _make_secret(given: argparse.Namespace) -> Iterator[str]:
    ending = f"--append --display-name carnet --end-date {_last_day()} --query password -o tsv"
    yield f"(umask 077 && az ad app credential reset --id {given.app_id} {ending} > carnet.secret)"


def _name_secret(_given: argparse.Namespace) -> Iterator[str]:
    yield "# Where the service finds carnet.secret: secrets/carnet.secret beside compose.yaml; else write its path."
    yield "CARNET_APP_SECRET_FILE=/run/secrets/carnet.secret"
    yield f"CARNET_APP_SECRET_ENDS={_last_day()}"


def _last_day() -> date:
    return datetime.now(UTC).date() + timedelta(days=SECRET_DAYS)


def _make_identity(given: argparse.Namespace) -> Iterator[str]:
    yield "# The identity is user-assigned, of this tenant, and assigned to the machine that runs the service."
    yield f"principal=$(az ad sp show --id {given.identity} --query id -o tsv)"
    issuer = f"https://login.microsoftonline.com/{given.tenant}/v2.0"
    shown = _describe_trust(issuer, "PRINCIPAL").replace("PRINCIPAL", "'\"$principal\"'")
    yield f"az ad app federated-credential create --id {given.app_id} --parameters '{shown}'"


def _name_identity(given: argparse.Namespace) -> Iterator[str]:
    yield f"CARNET_MANAGED_IDENTITY={given.identity}"


def _make_federated(given: argparse.Namespace) -> Iterator[str]:
    trust = shlex.quote(_describe_trust(given.issuer, given.subject))
    yield f"az ad app federated-credential create --id {given.app_id} --parameters {trust}"


def _name_federated(_given: argparse.Namespace) -> Iterator[str]:
    yield "# A token for api://AzureADTokenExchange, renewed by the platform. AKS puts it there in pods that have the"
    yield '# label azure.workload.identity/use: "true" and the service account of --subject.'
    yield f"CARNET_APP_TOKEN_FILE={TOKEN_FILE}"


def _describe_trust(issuer: str, subject: str) -> str:
    return json.dumps({"name": "carnet", "issuer": issuer, "subject": subject, "audiences": [EXCHANGE]})


_Lines = Callable[[argparse.Namespace], Iterator[str]]
_MAKING: Final[dict[str, _Lines]] = {
    CERTIFICATE: _make_certificate,
    SECRET: _make_secret,
    IDENTITY: _make_identity,
    FEDERATED: _make_federated,
}
_NAMING: Final[dict[str, _Lines]] = {
    CERTIFICATE: _name_certificate,
    SECRET: _name_secret,
    IDENTITY: _name_identity,
    FEDERATED: _name_federated,
}
