"""A program that ends when its parent does: run as a script, before the program itself.

    python -I -S die_with_parent.py PARENT_PID PROGRAM [ARGUMENT...]

A killed boxd must leave no server behind that holds its ports and its database. The kernel's
parent-death signal does that, but a process has to ask for it itself; asking between fork and
exec would mean a slow fork of a big, threaded daemon, so this script asks and then becomes the
program. It takes about 10 ms. Elsewhere than on Linux it only becomes the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask for SIGKILL at the parent's death, then become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the kernel was asked
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - the arguments are boxd's own, and no shell is wanted


if __name__ == "__main__":
    main()
