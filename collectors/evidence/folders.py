"""The files below a folder, whatever may not be looked into."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from collectors.errors import RefusedError


def files_below(
    location: str, missing: str, tell: Callable[[RefusedError], None]
) -> Iterator[tuple[Path, os.stat_result]]:
    """Files below a folder, in the order of their paths, each with what is told of it; of a file that one itself.

    A folder below that cannot be listed, and a file of which nothing is told, goes to `tell`, and the others come all the same.
    Raises RefusedError when there is nothing at `location`, or when it may not be looked at; `missing` says what to name.
    """
    folder = Path(location).expanduser()
    try:
        is_folder = stat.S_ISDIR(folder.stat().st_mode)
    except FileNotFoundError as error:
        raise RefusedError(
            "failed", location, "NotFound", f"There is no folder {location}: {missing}"
        ) from error
    except OSError as error:
        raise _refused(folder, error) from error
    for path in sorted(_names(folder, tell)) if is_folder else [folder]:
        try:
            told = path.stat()
        except FileNotFoundError:
            continue  # gone meanwhile, or a link to nowhere
        except OSError as error:
            tell(_refused(path, error))
            continue
        if stat.S_ISREG(told.st_mode):
            yield path, told


def _names(folder: Path, tell: Callable[[RefusedError], None]) -> Iterator[Path]:
    def unlisted(error: OSError) -> None:
        tell(_refused(Path(error.filename or folder), error))

    for below, _, names in os.walk(folder, onerror=unlisted):
        yield from (Path(below, name) for name in names)


def _refused(path: Path, error: OSError) -> RefusedError:
    told = f"This cannot be read: {error.strerror}."
    return RefusedError("failed", str(path), type(error).__name__, told)
