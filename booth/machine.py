"""A machine in QEMU: booted from the booth's image, talked to over ssh, ended or cut off."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

ADDRESS = "127.0.0.1"
READY = "booth: ready"  # said on the console by booth-ready.service
MEMORY_MIB = 1024
ANSWERS_WITHIN_S = 300.0  # sshd's first answer, on an emulated processor
OFF_WITHIN_S = 60.0
SAVED_WITHIN_S = 600.0

# An emulated processor's time is counted by its instructions, one a nanosecond: on a busy computer
# the machine is slower, and nothing in it is late. See docs/adr/0068.
_ACCELERATIONS = {
    "tcg": ("-accel", "tcg,thread=single,tb-size=512", "-icount", "shift=0", "-smp", "1"),
    "kvm": ("-accel", "kvm", "-smp", "2"),
}

_SNAPSHOT = "saved"
_SAVED_DISK, _SAVED_TRACE = "disk.qcow2", "trace.jsonl"
_PROMPT = b"(qemu) "  # QEMU's monitor waits for a command

_APPEND = (
    "root=/dev/vda rw quiet loglevel=3 systemd.show_status=false mitigations=off "
    "random.trust_cpu=on systemd.mask=getty@tty1.service"
)


class MachineError(Exception):
    """The machine could not be started, or does not answer."""


@dataclass(frozen=True)
class Architecture:
    """How QEMU is started for a processor."""

    program: str
    machine: str
    processor: str
    console: str
    more: tuple[str, ...] = ()


ARCHITECTURES = {
    # A processor without the newest instructions, which are slow where they have to be emulated.
    "amd64": Architecture(
        "qemu-system-x86_64",
        "pc",
        "Nehalem",
        "ttyS0",
        ("-device", "i6300esb", "-watchdog-action", "reset"),
    ),
    "arm64": Architecture("qemu-system-aarch64", "virt,gic-version=3", "cortex-a76", "ttyAMA0"),
}


class Machine:
    """One machine. `image` is a folder made by booth/Makefile; the console goes into `log`.

    Its disk is thrown away with this object, unless `drive` says what it has instead, in the words
    of QEMU's -drive. With `saved`, a folder that `save` filled, its first start goes on from there.

    What the guest writes to /dev/virtio-ports/booth.trace is appended to `trace` as it happens, and
    so survives any end; /dev/virtio-ports/booth.orders is the socket `orders`.
    """

    def __init__(
        self,
        image: Path,
        log: Path,
        accelerator: str = "tcg",
        *,
        drive: str | None = None,
        trace: Path | None = None,
        saved: Path | None = None,
    ) -> None:
        self._image = image
        self._architecture = ARCHITECTURES[(image / "architecture").read_text().strip()]
        self._log = log
        self._accelerator = accelerator
        self._folder = Path(tempfile.mkdtemp(prefix="booth-"))
        self._disk = self._folder / "disk.qcow2"
        self._drive = drive
        self._saved = saved
        self.trace = trace or self._folder / "trace.jsonl"
        self.orders = self._folder / "orders"
        self._monitor = self._folder / "monitor"
        self._port = 0
        self._qemu: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Machine:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.cut()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def ssh(self) -> list[str]:
        """The beginning of every ssh command line to this machine."""
        options = {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "ControlMaster": "auto",
            "ControlPath": str(self._folder / "ssh"),
            "ControlPersist": "yes",
        }
        flags = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        return [
            "ssh",
            "-i",
            str(self._image / "key"),
            "-p",
            str(self._port),
            *flags,
            f"root@{ADDRESS}",
        ]

    def boot(self, within_s: float = 1800.0) -> float:
        """Start the machine, and return after how many seconds it answered.

        Raises MachineError when it does not.
        """
        saved, self._saved = self._saved, None
        if saved is not None:
            shutil.copyfile(saved / _SAVED_DISK, self._disk)
            shutil.copyfile(saved / _SAVED_TRACE, self.trace)
        elif self._drive is None and not self._disk.exists():
            self._make_disk()
        begun = time.monotonic()
        self._port = _free_port()
        going_on = ["-loadvm", _SNAPSHOT] if saved else []
        with self._log.open("wb") as console:
            self._qemu = subprocess.Popen(
                [*self._command(), *going_on],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        if saved is None:
            self._await_ready(begun + within_s)
        self._await_answer()
        return time.monotonic() - begun

    def save(self, folder: Path) -> None:
        """Keep the machine as it is now in a folder, from where others go on; this one is over."""
        self._leave_ssh()
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(SAVED_WITHIN_S)
            monitor.connect(str(self._monitor))
            _await_prompt(monitor)
            monitor.sendall(f"savevm {_SNAPSHOT}\n".encode())
            said = _await_prompt(monitor)
        if b"Error" in said:
            raise MachineError(f"the machine could not be saved: {said.decode(errors='replace')}")
        self.cut()
        shutil.move(self._disk, folder / _SAVED_DISK)
        shutil.copyfile(self.trace, folder / _SAVED_TRACE)

    def run(self, command: str, output: IO[bytes] | None = None) -> int:
        """Run a shell command in the machine; its output goes to `output`, or where ours goes."""
        return subprocess.run(
            [*self.ssh, command], stdin=subprocess.DEVNULL, stdout=output, check=False
        ).returncode

    def ask(self, command: str) -> str:
        """What a shell command in the machine prints; raises MachineError when it fails."""
        return _done([*self.ssh, command]).decode(errors="replace")

    def copy_in(self, folder: Path, names: Sequence[str], to: str) -> None:
        """Put files of `folder`, by their relative names, into the machine's folder `to`."""
        listed = "\0".join(names).encode()
        packing = ["tar", "--create", "--file=-", "--directory", str(folder), "--no-recursion"]
        packed = _done([*packing, "--null", "--files-from=-"], listed)
        unpacking = f"mkdir -p {to} && tar --extract --file=- --no-same-owner --directory {to}"
        _done([*self.ssh, unpacking], packed)

    def copy_out(self, path: str, to: Path) -> None:
        """Bring a folder of the machine, with all that is in it, into the folder `to`."""
        to.mkdir(parents=True, exist_ok=True)
        packed = _done([*self.ssh, f"tar --create --file=- --directory {path} ."])
        unpacking = ["tar", "--extract", "--file=-", "--no-same-owner", "--directory", str(to)]
        _done(unpacking, packed)

    def cut(self) -> None:
        """Cut the machine's power."""
        if self._qemu is not None:
            self._leave_ssh()
            self._qemu.kill()
            self._qemu.wait()
            self._qemu = None

    def forget_disk(self) -> None:
        """While the power is off: the next boot is from a fresh disk, as the image has it."""
        self._disk.unlink(missing_ok=True)

    def shut_down(self) -> None:
        """Let the machine end in good order."""
        if self._qemu is not None:
            self.run("systemctl poweroff --no-block")
            self._leave_ssh()
            self._qemu.wait(OFF_WITHIN_S)
            self._qemu = None

    def _make_disk(self) -> None:
        image = (self._image / "disk.ext4").resolve()
        making = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(image)]
        subprocess.run([*making, str(self._disk)], check=True)

    def _command(self) -> list[str]:
        kind = self._architecture
        network = f"user,restrict=on,hostfwd=tcp:{ADDRESS}:{self._port}-:22"
        append = f"console={kind.console} systemd.mask=serial-getty@{kind.console}.service"
        parts = {
            "-machine": kind.machine,
            "-cpu": kind.processor,
            "-m": str(MEMORY_MIB),
            "-display": "none",
            "-monitor": f"unix:{self._monitor},server=on,wait=off",
            "-serial": "stdio",
            "-kernel": str(self._image / "vmlinuz"),
            "-initrd": str(self._image / "initrd.img"),
            "-append": f"{append} {_APPEND}",
            "-drive": f"{self._drive or f'file={self._disk},format=qcow2'},if=virtio",
            "-nic": f"{network},model=virtio-net-pci",
        }
        flags = [part for flag in parts.items() for part in flag]
        return [
            # It ends with this program, however that ends.
            "setpriv",
            "--pdeathsig",
            "KILL",
            "nice",
            "-n",
            "19",
            kind.program,
            *flags,
            *_ACCELERATIONS[self._accelerator],
            *self._channels(),
            *kind.more,
            "-no-reboot",
        ]

    def _channels(self) -> list[str]:
        return [
            "-device",
            "virtio-serial-pci",
            "-chardev",
            f"file,id=trace,path={self.trace},append=on",
            "-device",
            "virtserialport,chardev=trace,name=booth.trace",
            "-chardev",
            f"socket,id=orders,path={self.orders},server=on,wait=off",
            "-device",
            "virtserialport,chardev=orders,name=booth.orders",
        ]

    def _await_ready(self, deadline: float) -> None:
        while READY not in (said := self._log.read_text(errors="replace")):
            if self._qemu is None or self._qemu.poll() is not None:
                raise MachineError(f"QEMU ended: {said[-2000:]}")
            if time.monotonic() > deadline:
                raise MachineError(f"the machine is not ready yet; it last said: {said[-2000:]}")
            time.sleep(0.1)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + ANSWERS_WITHIN_S
        while True:
            try:
                self.ask("true")
            except MachineError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _leave_ssh(self) -> None:
        leaving = [*self.ssh[:-1], "-O", "exit", self.ssh[-1]]
        subprocess.run(leaving, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _done(command: Sequence[str], given: bytes = b"") -> bytes:
    """What a command prints; raises MachineError when it fails."""
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode:
        raise MachineError(
            f"`{command[-1]}` failed: {done.stderr.decode(errors='replace').strip()}"
        )
    return done.stdout


def _await_prompt(monitor: socket.socket) -> bytes:
    said = b""
    while not said.endswith(_PROMPT):
        if not (more := monitor.recv(4096)):
            raise MachineError("QEMU ended")
        said += more
    return said


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port
