"""PGP: files that end in .gpg, .pgp or .asc are decrypted by the system's gpg and its key ring."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from orchestration.errors import LandingError
from orchestration.file_shares.secrets import Secret

ENCRYPTED_ENDINGS = (".gpg", ".pgp", ".asc")
_LONGEST_SECONDS = 600


def decrypted_name(name: str) -> str:
    """The name without the ending of encryption."""
    return name[: -len(Path(name).suffix)] if is_encrypted(name) else name


def is_encrypted(name: str) -> bool:
    """Whether a name ends as encrypted files do."""
    return name.lower().endswith(ENCRYPTED_ENDINGS)


def decrypt(source: Path, target: Path, label: str, passphrase: Secret | None) -> None:
    """Decrypt a file; the passphrase reaches gpg through a pipe, never as an argument.

    Raises LandingError where gpg is missing, has no key for the file, or the file was changed.
    """
    gpg = shutil.which("gpg")
    if gpg is None:
        raise LandingError(
            f"{label} is encrypted, and gpg is not installed here: install GnuPG, or ask for the "
            "file over an encrypted connection alone."
        )
    command = [gpg, "--batch", "--quiet", "--no-tty", "--status-fd", "1"]
    if passphrase is not None:
        command += ["--pinentry-mode", "loopback", "--passphrase-fd", "0"]
    command += ["--output", str(target), "--decrypt", str(source)]
    try:
        done = subprocess.run(
            command,
            input=passphrase.value + "\n" if passphrase is not None else "",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LandingError(
            f"{label}: gpg did not finish in ten minutes: decrypt it by hand."
        ) from None
    if done.returncode == 0 and "DECRYPTION_OKAY" in done.stdout:
        return
    target.unlink(missing_ok=True)
    if "NO_SECKEY" in done.stdout or "No secret key" in done.stderr:
        reason = "is encrypted for a key that this machine does not have"
        mend = "send the partner your public key, or import the private one with `gpg --import`"
    elif "BADMDC" in done.stdout or (
        "GOODMDC" not in done.stdout and "BEGIN_DECRYPTION" in done.stdout
    ):
        reason, mend = "was changed or cut on its way", "ask for the file again"
    else:
        reason = "cannot be decrypted by gpg"
        mend = "check the passphrase's secret, or ask for the file again"
    raise LandingError(f"{label} {reason}: {mend}.")
