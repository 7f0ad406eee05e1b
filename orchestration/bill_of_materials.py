"""What a release of this software is made of: the locked packages as a CycloneDX 1.6 document.

Made from a lock file alone, so that it says what is installed everywhere and not what happens to
lie on one machine. The same lock gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError

SPECIFICATION = "1.6"
_PACKAGE = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class LockedPackage:
    """One package of a lock; marker: the machines that it is for, None for all."""

    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package's address in every bill of materials."""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def read_lock(file: Path) -> list[LockedPackage]:
    """The packages of a lock with hashes, in its order.

    Raises ConfigurationError naming the line for one that is not pinned or has no hash.
    """
    return list(_packages(file))


def _packages(file: Path) -> Iterator[LockedPackage]:
    lines = file.read_text(encoding="utf-8").splitlines()
    found: LockedPackage | None = None
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if hashed := _HASH.search(text):
            if found is None:
                raise ConfigurationError(f"{file.name}, line {number} is a hash of nothing.")
            found = LockedPackage(
                found.name, found.version, found.marker, (*found.hashes, hashed[1])
            )
            continue
        if found is not None:
            yield _hashed(found, file)
        pinned = _PACKAGE.fullmatch(text)
        if pinned is None:
            raise ConfigurationError(
                f"{file.name}, line {number} pins no version: run `make lock`."
            )
        found = LockedPackage(pinned[1], pinned[2], pinned[3], ())
    if found is not None:
        yield _hashed(found, file)


def _hashed(package: LockedPackage, file: Path) -> LockedPackage:
    if not package.hashes:
        raise ConfigurationError(f"{file.name}: {package.name} has no hash: run `make lock`.")
    return package


def bill_of_materials(lock: Path) -> dict[str, Any]:
    """The document as plain values: this project, and every package of the lock with its hashes."""
    own = version("cosell")
    packages = read_lock(lock)
    reference = f"pkg:pypi/cosell@{own}"
    components = [_component(package) for package in packages]
    content = json.dumps(components, sort_keys=True)
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        # No moment in it: the number follows from what the document says.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, reference + content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": reference,
                "name": "cosell",
                "version": own,
                "purl": reference,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
            "properties": [{"name": "cosell:lock", "value": lock.name}],
        },
        "components": components,
        "dependencies": [
            {"ref": reference, "dependsOn": sorted({one["bom-ref"] for one in components})}
        ],
    }


def _component(package: LockedPackage) -> dict[str, Any]:
    marker = [{"name": "cosell:marker", "value": package.marker}] if package.marker else []
    reference = f"{package.purl}?{uuid.uuid5(uuid.NAMESPACE_URL, package.marker or '').hex[:8]}"
    return {
        "type": "library",
        "bom-ref": reference if package.marker else package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{package.name}/{package.version}/",
                "hashes": [{"alg": "SHA-256", "content": each} for each in package.hashes],
            }
        ],
        **({"properties": marker} if marker else {}),
    }


def main(lock: Path, target: Path) -> None:
    """Write the document after CycloneDX's own schema has found nothing in it."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = json.dumps(bill_of_materials(lock), indent=1, ensure_ascii=False) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise ConfigurationError(f"{target.name} is no CycloneDX document: {problem}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(f"{target}: {text.count('bom-ref') - 1} packages of {lock.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
