# GNU General Public License v3.0 or later (see LICENSE)
"""
The terminal of a run of Ansible, of which a plugin asks whether Ctrl-C was pressed. Plugins run in processes of their own, and
Ansible ends them all, and itself, when it gets the signal. So the terminal sends none as long as it is open here, and gives the
character. From 2.19 on these processes have no terminal: it is found by the process that started them.
"""

import os
import select
import signal
import subprocess
import sys
import termios


class NoTerminal(Exception):
    """Ansible was not started in a terminal."""


class Terminal:
    """A terminal whose keys are read, as a context manager. @raises NoTerminal"""

    def __init__(self):
        try:
            self._fd = os.open(_path_of(os.getppid()), os.O_RDWR | os.O_NOCTTY)
        except OSError as reason:
            raise NoTerminal() from reason
        if not os.isatty(self._fd):
            os.close(self._fd)
            raise NoTerminal()
        self._former = termios.tcgetattr(self._fd)
        self._interrupt = self._former[6][termios.VINTR]
        self._handler = signal.SIG_DFL

    def __enter__(self):
        # Ansible ends its processes so. The terminal must not stay as it is now.
        self._handler = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        settings = termios.tcgetattr(self._fd)
        # Keys are neither signals nor shown, and come one by one.
        settings[3] &= ~(termios.ISIG | termios.ICANON | termios.ECHO)
        termios.tcsetattr(self._fd, termios.TCSANOW, settings)
        return self

    def __exit__(self, *error):
        # What was typed meanwhile is for nobody.
        termios.tcsetattr(self._fd, termios.TCSAFLUSH, self._former)
        os.close(self._fd)
        signal.signal(signal.SIGTERM, self._handler)

    def is_interrupted(self, seconds):
        """Waits so long at most. @returns whether Ctrl-C was pressed since the last time @raises NoTerminal when it was closed"""
        while select.select([self._fd], [], [], seconds)[0]:
            try:
                key = os.read(self._fd, 1)
            except OSError:
                key = b""
            if not key:
                raise NoTerminal()
            if key == self._interrupt:
                return True
        return False


def _path_of(process):
    """The terminal that a process reads from. @raises OSError"""
    try:
        return os.readlink("/proc/%d/fd/0" % process)
    except FileNotFoundError:
        # No Linux.
        command = ["ps", "-o", "tty=", "-p", str(process)]
        return "/dev/%s" % subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout.decode().strip()
