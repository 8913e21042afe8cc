"""Reads one questionnaire file in a process of its own, with limits: a hostile file may take memory and time only there.

`read_file` is what the platform calls. The child takes the file on standard input and writes the draft, or what is wrong with
the file, as JSON to standard output; it opens no database, no other file and no connection.
"""

import json
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from survey_app.formats import detecting
from survey_app.formats.importing import Fault, Imported, Line, Refused
from survey_app.formats.importing.building import Counted
from survey_app.formats.importing.refusing import refuse

MOST_SECONDS = 60
MOST_MEMORY = 512 * 1024**2
_MODULE = "survey_app.formats.reading_process"
_ROOT = Path(__file__).resolve().parents[2]


def read_file(data: bytes, key: str = "") -> Imported:
    """The draft in a file of format `key` (detected when empty). Raises Refused: also for too much time or memory."""
    if len(data) > detecting.MAX_BYTES:
        raise refuse("too_large", limit=detecting.MAX_BYTES // 1024 // 1024)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", _MODULE, key],
            input=data,
            capture_output=True,
            timeout=MOST_SECONDS + 10,
            check=False,
            cwd=_ROOT,  # where the child finds this package, wherever the caller stands
        )
    except subprocess.TimeoutExpired:
        raise refuse("too_slow", seconds=MOST_SECONDS) from None
    if done.returncode != 0:
        raise refuse(
            "too_slow" if done.returncode < 0 or done.returncode == _TOO_MUCH else "not_readable", seconds=MOST_SECONDS
        )
    return _imported(json.loads(done.stdout))


_TOO_MUCH = 5


def _imported(told: dict[str, Any]) -> Imported:
    if "faults" in told:
        raise Refused(Fault(**fault) for fault in told["faults"])
    source = told["source"]
    source["types"] = Counter(source["types"])
    return Imported(
        told["format"], told["data"], tuple(Line.from_json(line) for line in told["lines"]), Counted(**source)
    )


def _told(data: bytes, key: str) -> dict[str, Any]:
    try:
        made = detecting.parse(data, key)
    except Refused as refused:
        return {"faults": [{"code": f.code, "place": f.place, "values": dict(f.values)} for f in refused.faults]}
    return {
        "format": made.format,
        "data": made.data,
        "lines": [line.to_json() for line in made.lines],
        "source": {**vars(made.source), "types": dict(made.source.types)},
    }


def _limit() -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows: the time limit of the caller remains
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(ValueError, OSError):  # macOS refuses it
        # Only the soft limit: the process that reads a workbook sets its own, which for .xls must be larger.
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def main() -> None:
    """The child."""
    _limit()
    try:
        told = _told(sys.stdin.buffer.read(), sys.argv[1] if len(sys.argv) > 1 else "")
        sys.stdout.write(json.dumps(told, ensure_ascii=True))
        sys.stdout.flush()
    except MemoryError:
        sys.exit(_TOO_MUCH)


if __name__ == "__main__":
    main()
