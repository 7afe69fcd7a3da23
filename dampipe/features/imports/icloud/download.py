"""Running icloudpd: to fetch into the spool, and to log in at the terminal."""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from dampipe.features.imports.icloud.account import ICLOUDPD, Account
from dampipe.features.imports.icloud.errors import LOGIN_FAILED
from dampipe.features.imports.icloud.messages import error_of, not_fetched
from dampipe.features.imports.icloud.spool import Spool
from dampipe.kernel.errors import Transient

KEEPER = Path(__file__).with_name("keeper.py")
INTERVAL = 1.0
"""Seconds between two checks whether the import goes on."""
WEIGH = 5.0
"""Seconds between two looks at how full the spool is."""
_TAIL = 200
"""Lines of output that are kept."""

OPTIONS = (
    "--no-progress-bar", "--log-level", "info",
    "--password-provider", "keyring",
    # Originals, and of a raw and its JPEG both; never a preview.
    "--size", "original", "--size", "alternative",
    "--live-photo-mov-filename-policy", "original",
    "--file-match-policy", "name-id7",
    "--folder-structure", "{:%Y/%m/%d}",
    "--keep-unicode-in-filenames",
    "--xmp-sidecar",
)  # fmt: skip
"""No option deletes or changes anything in iCloud."""


def fetch(account: Account, quota: int, check: Callable[[], object]) -> bool:
    """Fetch photos into the spool until there are no more (True), or it is full (False).

    Raises Transient, and what `check` raises.

    quota: bytes that the spool may take.
    """
    spool = Spool(account)
    with spool.locked() as lock:
        if spool.used() >= quota:  # what is there is copied first
            return False
        return _run(account, spool, lock, quota, check)


def _run(account: Account, spool: Spool, lock: int, quota: int, check: Callable[[], object]) -> bool:
    command = [ICLOUDPD.path(), "--directory", str(spool.path), *OPTIONS, *account.options()]
    tail: deque[str] = deque(maxlen=_TAIL)
    missed: list[str] = []
    keeper = subprocess.Popen(
        [sys.executable, "-I", str(KEEPER), *command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd=spool.path, pass_fds=(lock,), start_new_session=True,
    )  # fmt: skip
    assert keeper.stdin is not None and keeper.stdout is not None
    reader = threading.Thread(target=_read, args=(keeper, tail, missed), daemon=True)
    reader.start()
    is_full, weighed = False, monotonic()
    try:
        while keeper.poll() is None:
            check()
            if monotonic() - weighed > WEIGH:
                weighed = monotonic()
                if spool.used() > quota:
                    is_full = True
                    break
            reader.join(INTERVAL)
    finally:
        keeper.stdin.close()  # it ends the program, if that still runs
        code = keeper.wait()
        reader.join()
        keeper.stdout.close()
    if is_full:
        return False
    spool.note_missed(missed)
    if code:
        raise error_of(account.user, list(tail), code)
    return True


def _read(keeper: "subprocess.Popen[bytes]", tail: "deque[str]", missed: list[str]) -> None:
    assert keeper.stdout is not None
    for line in keeper.stdout:
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        tail.append(text)
        if (name := not_fetched(text)) is not None:
            missed.append(os.path.basename(name) or f"unnamed {len(missed) + 1}")


def log_in(account: Account) -> None:
    """Have icloudpd log in at this terminal: it asks for the password and the code itself, and keeps the session.

    The password is kept by the keyring of the system, if there is one. Raises Transient.
    """
    command = [
        ICLOUDPD.path(), "--auth-only", "--password-provider", "keyring", "--password-provider", "console",
        *account.options(),
    ]  # fmt: skip
    done = subprocess.run(command, check=False)
    if done.returncode or not account.has_session:
        raise Transient(LOGIN_FAILED, user=account.user, problem="icloudpd says above what is wrong")
