"""Runs the gateway; see boxd/gateway/program.py."""

import sys

from boxd.gateway.program import main

main(int(sys.argv[1]))
