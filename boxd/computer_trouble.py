"""What the computer lacks, in words with the remedy: descriptors, processes, memory, room."""

from __future__ import annotations

import errno
import resource

_LACKS = {
    errno.EMFILE: (
        "boxd has no descriptor left: it may open {most} files."
        " Allow more (LimitNOFILE= of the unit, `ulimit -n` in a shell)"
    ),
    errno.ENFILE: "the computer has no descriptor left for any program (sysctl fs.file-nr)",
    errno.EAGAIN: "no process can be started: there are as many as are allowed (ulimit -u)",
    errno.ENOMEM: "the computer has no memory left (free -h)",
    errno.ENOSPC: "the disk is full: make room (df -h)",
    errno.EDQUOT: "the disk quota is used up: make room (quota)",
    errno.EROFS: "the disk is read-only (mount, dmesg)",
    errno.EIO: "the disk is failing (dmesg)",
}


def lacking(error: OSError) -> str:
    """What the computer lacks, if that is the cause of the error; else empty."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _LACKS.get(error.errno or 0, "").format(most=most)
