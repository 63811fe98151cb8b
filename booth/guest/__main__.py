"""Make the machine a booth, once after its start; prints the GPIO chip's folder in sysfs."""

from __future__ import annotations

import subprocess

from booth.guest.chip import make_chip, pretend_to_be_a_pi
from booth.guest.gadgets import make_sockets

pretend_to_be_a_pi()
make_sockets()
subprocess.run(["modprobe", "snd-seq"], check=True)
print(make_chip())
