"""`python -m bench.supply secrets|advisories|sbom [FILE]`: what is shipped holds no secret and nothing that is known to be
broken, and a list of it for those who must keep one.

`secrets` looks at every file that is committed or about to be. `advisories` asks for known weaknesses of every locked
package; where none of those who know can be reached it says so in one line and ends well, because a machine without
network is no finding. `sbom` writes what a running tracker is made of, as CycloneDX.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
OURS = "tracker"
# Extras that people install, or that the image has, and their scope.
DISTRIBUTED = {
    "": "required", **dict.fromkeys(("mcp", "meaning", "otel", "pdf", "postgres", "slack"), "optional"),
}  # fmt: skip

# Made up, for documentation and tests. A made-up secret of a new kind may also carry `pragma: allowlist secret`.
EXAMPLES = frozenset({
    "password", "passw0rd", "pa55word", "pw", "pw1", "s3cr%2Ft", "xoxb-1234-1234-abc124",
    "TOKEN", "PASSWORD", "word", "secrets",
    "env:NAME` reads it from the environment, `file:PATH",
})  # fmt: skip
# What the settings write in place of a secret: the name of the variable or file that has it.
_REFERENCE = re.compile(r"(env:[A-Z][A-Z0-9_]*|file:[\w./-]+)\Z")
# By the look of a word or of its name alone: in tests and pages such words are made up, or talk, as a rule.
_TALKS = re.compile(r"^(tests|bench)/|\.md$")
_GUESSES = frozenset({"Secret Keyword", "Base64 High Entropy String", "Hex High Entropy String"})
# The lock has only hashes; the catalogs have words such as "Password" next to keys of that name.
_NOT_LOOKED_AT = re.compile(r"requirements\.lock$|^tracker/i18n/.*\.toml$|\.(png|pdf|ico|woff2)$")


# --- secrets ------------------------------------------------------------------------------------


def secrets_in(files: Iterable[Path]) -> list[str]:
    """A line for each place that looks like a secret and is none of the made-up ones."""
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    found = SecretsCollection()
    with default_settings():
        for file in files:
            found.scan_file(str(file))
    return sorted(
        f"{file}:{secret.line_number}: looks like a secret ({secret.type})"
        for file, secret in found
        if secret.secret_value not in EXAMPLES
        and not _REFERENCE.match(secret.secret_value or "")
        and not (secret.type in _GUESSES and _TALKS.search(str(file)))
    )


def committed() -> list[Path]:
    """Every file that git knows or would take. Raises OSError or CalledProcessError where there is no git."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True)
    names = [name for name in done.stdout.split("\0") if name and not _NOT_LOOKED_AT.search(name)]
    return [path for path in map(Path, names) if path.is_file()]


def secrets() -> int:
    try:
        files = committed()
    except (OSError, subprocess.CalledProcessError):
        print("Secrets were not looked for: this is no git checkout.")
        return 0
    found = secrets_in(files)
    for line in found:
        print(line)
    cure = (
        ": take them out and change them where they hold; one that is made up goes into EXAMPLES of bench/supply.py"
        if found
        else ""
    )
    print(f"Looked for secrets in {len(files)} files, {len(found)} found{cure}.")
    return 1 if found else 0


# --- advisories ---------------------------------------------------------------------------------


def findings(report: dict[str, Any]) -> tuple[list[str], int]:
    """A line for each known weakness, and how many packages were really looked up, from pip-audit's JSON."""
    packages = [package for package in report["dependencies"] if "skip_reason" not in package]
    return [
        f"{package['name']} {package['version']}: {weakness['id']}"
        f", mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in packages
        for weakness in package["vulns"]
    ], len(packages)


def advisories() -> int:
    reasons = []
    for service in ("pypi", "osv"):
        command = [
            sys.executable, "-m", "pip_audit", "--vulnerability-service", service, "--requirement", str(LOCK),
            "--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "5",
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            known, looked_up = findings(json.loads(done.stdout))
        except subprocess.TimeoutExpired:
            reasons.append(f"{service}: no answer in a minute")
        except json.JSONDecodeError:
            last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            reasons.append(f"{service}: {'cannot be reached' if 'Connection' in last else last[:100]}")
        else:
            if looked_up:
                for line in known:
                    print(line)
                print(
                    f"Asked {service} for weaknesses of {looked_up} locked packages, {len(known)} known"
                    f"{': make lock ARGS=--upgrade' if known else ''}."
                )
                return 1 if known else 0
            reasons.append(f"{service}: knows none of the packages, as mirrors do")
    print(f"Known weaknesses of the dependencies were not looked up ({'; '.join(reasons)}).")
    return 0


# --- the bill of materials ----------------------------------------------------------------------


def locked() -> dict[tuple[str, str], list[str]]:
    """The SHA-256 values of each locked package by name and version: some have another one for an older Python."""
    blocks = re.finditer(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)([^\n]*(?:\n +[^\n]*)*)", LOCK.read_text("utf-8"), re.M)  # fmt: skip
    return {(block[1], block[2]): re.findall(r"--hash=sha256:([0-9a-f]{64})", block[3]) for block in blocks}


def needed() -> tuple[dict[str, set[str]], dict[str, str]]:
    """What needs what, from us on, and the scope of each."""
    needs: dict[str, set[str]] = {}
    scopes: dict[str, str] = {}
    for extra, scope in DISTRIBUTED.items():
        todo = [(OURS, extra)]
        seen = set()
        while todo:
            name, wanted = todo.pop()
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            scopes.setdefault(name, scope)
            for other, its_extras in _requirements(name, wanted):
                needs.setdefault(name, set()).add(other)
                todo += [(other, one) for one in ("", *its_extras)]
    return needs, scopes


def _requirements(name: str, extra: str) -> Iterator[tuple[str, set[str]]]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for line in importlib.metadata.requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield canonicalize_name(requirement.name), requirement.extras


def _license(meta: dict[str, Any]) -> str:
    """Return the license that a package declares: an expression, a word, its classifier, or the first line of a whole text."""
    filed = [
        kind.rpartition(" :: ")[2] for kind in meta.get("classifier", ()) if kind.startswith("License ::")
    ]
    word = str(meta.get("license", ""))
    return str(
        meta.get("license_expression")
        or (word if 0 < len(word) < 60 else " or ".join(filed) or word[:60].partition("\n")[0])
    )


def sbom() -> str:
    """CycloneDX 1.6 JSON. Raises ValueError where it does not hold against the format's own schema."""
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentScope, ComponentType
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from packageurl import PackageURL

    admitted = locked()
    needs, scopes = needed()
    made = {}
    for name in sorted(scopes):
        meta = importlib.metadata.metadata(name).json
        version = importlib.metadata.version(name)
        hashes = admitted.get((name, version), [])
        address = PackageURL("pypi", name=name, version=version)
        license = _license(meta)
        files = [
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION, url=XsUri(address.to_string()),
                comment="one of these files", hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in hashes],
            )
        ] if hashes else []  # fmt: skip
        made[name] = Component(
            name=name, version=version, bom_ref=address.to_string(), purl=address, external_references=files,
            type=ComponentType.APPLICATION if name == OURS else ComponentType.LIBRARY,
            scope=ComponentScope(scopes[name]), description=str(meta.get("summary", "")),
            licenses=[LicenseFactory().make_from_string(license)] if license else (),
        )  # fmt: skip
    bom = Bom(components=[component for name, component in made.items() if name != OURS])
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"{made[OURS].purl} {LOCK.read_text('utf-8')}")
    bom.metadata.component = made[OURS]
    for name, component in made.items():
        bom.register_dependency(component, [made[other] for other in sorted(needs.get(name, ()))])
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"the bill of materials does not hold against CycloneDX 1.6: {wrong}")
    return text


def main(arguments: list[str]) -> int:
    match arguments:
        case ["secrets"]:
            return secrets()
        case ["advisories"]:
            return advisories()
        case ["sbom", file]:
            text = sbom()
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(text, "utf-8")
            print(
                f"{file}: {len(json.loads(text)['components'])} components, CycloneDX 1.6, checked against its schema"
            )
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
