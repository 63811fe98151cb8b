"""The booth in a virtual machine: a real Debian whose device nodes are real, without hardware."""
