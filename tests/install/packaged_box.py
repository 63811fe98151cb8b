"""A box whose boxd comes as Debian packages, one after the other."""

from __future__ import annotations

import shutil
from pathlib import Path

from booth.container import Container
from booth.installed import simulation
from tests.box.booth import START_S, wait_until
from tests.install.box import ENDS_WITHIN_S, Upgraded, UpgradedBox

# Without dpkg's own flushes: the disk here forgets nothing when power is cut.
# The plain Debian 13 has no python3-rtmidi; the simulation does without.
_DPKG = "dpkg --force-unsafe-io --force-depends"


class PackagedBox(UpgradedBox):
    """A plain Debian that packages are installed on, with what a maintainer does besides."""

    def boot(self) -> None:
        """Boot, and touch nothing: what is there is the packages' work."""
        Container.boot(self)

    def prepare(self) -> None:
        """Write the configuration of a simulated box, which no installation overwrites."""
        folder = self.files / "etc/boxd"
        folder.mkdir(parents=True)
        (folder / "boxd.toml").write_text(simulation(), encoding="utf-8")

    def install(self, package: Path) -> Upgraded:
        """Install a package, as apt has dpkg do it."""
        self.begin_install(package)
        return self.end_of_install()

    def begin_install(self, package: Path) -> None:
        """The same, and go on while it is under way."""
        self.bring(package)
        self._begin(f"{_DPKG} --install /srv/{package.name}")

    def end_of_install(self) -> Upgraded:
        """Wait for the end of what was begun."""
        ended = self.files / "run/ended"
        wait_until("it has come to its end", ended.exists, ENDS_WITHIN_S)
        return Upgraded(int(ended.read_text()), (self.files / "run/said").read_text())

    def patiently(self, command: str) -> Upgraded:
        """Run a command that may take minutes on a busy machine."""
        self._begin(command)
        return self.end_of_install()

    def _begin(self, command: str) -> None:
        keep = "echo $? >/run/ended.new; mv /run/ended.new /run/ended"
        self.ask(f"rm -f /run/ended; ({command} >/run/said 2>&1; {keep}) >/dev/null 2>&1 &")

    def take_away(self, how: str) -> None:
        """`remove` or `purge` the package, as apt has dpkg do it."""
        done = self.patiently(f"dpkg --{how} boxd")
        assert done.returncode == 0, done.stdout

    def everything(self) -> set[str]:
        """The names of all files, but of those that any system writes as it runs."""
        left_out = (
            "proc",
            "sys",
            "dev",
            "run",
            "tmp",
            "srv",
            "var/log",
            "var/tmp",
            "var/lib/dpkg",
            "var/lib/systemd",
        )
        pruned = " -o ".join(f"-path /{each}" for each in left_out)
        return set(self.ask(f"find / \\( {pruned} \\) -prune -o -print").splitlines())

    def bring(self, package: Path) -> None:
        """Copy the package to where it is installed from."""
        shutil.copyfile(package, self.files / "srv" / package.name)

    def carry_dpkg_on(self) -> None:
        """What Debian asks for after an installation that was cut off."""
        done = self.patiently(f"{_DPKG} --configure --pending")
        assert done.returncode == 0, done.stdout

    def package(self) -> str:
        """The version that dpkg has, and its state."""
        return self.ask("dpkg-query --show --showformat='${Version} ${db:Status-Status}' boxd")

    def cut_and_boot(self) -> None:
        """Cut the power and give it back."""
        self.cut()
        self.boot()

    def reboot(self) -> None:
        """Restart in good order."""
        self.shut_down()
        self.boot()

    def wait_for_version(self, version: str) -> None:
        """Wait until the box takes codes in this version."""
        wait_until(f"boxd {version} takes codes", lambda: self.version() == version, START_S)
