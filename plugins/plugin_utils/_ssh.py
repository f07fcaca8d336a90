# GNU General Public License v3.0 or later (see LICENSE)
"""How OpenSSH reaches a host, by its variables. Each value is checked, since it becomes a part of a command or of a file."""

import ipaddress
import os
import re
import shlex

from ansible import constants as C

# As the module vm has it.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
HOST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,253}")
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}\$?")
# Neither `%` nor `$`, which ssh_config(5) expands.
PATH = re.compile(r"[A-Za-z0-9~/_.][A-Za-z0-9/_.@:+~-]{0,1000}")

HIGHEST_PORT = 65535


class InvalidValue(ValueError):
    """A variable that OpenSSH could misread; the message says what is wrong with it."""


class Reach:
    """
    How a host is reached.
    @param value returns one of the host's variables, None if it is undefined
    @raises InvalidValue
    """

    def __init__(self, name, value):
        self.name = _host(name, "the name")
        host = _first(value, "ansible_host", "ansible_ssh_host")
        user = _first(value, "ansible_user", "ansible_ssh_user", setting="DEFAULT_REMOTE_USER")
        port = _first(value, "ansible_port", "ansible_ssh_port", setting="DEFAULT_REMOTE_PORT")
        key = _first(value, "ansible_ssh_private_key_file", "ansible_private_key_file", setting="DEFAULT_PRIVATE_KEY_FILE")
        self.host = None if host is None else _host(host, "ansible_host")
        self.user = None if user is None else checked(USER, user, "ansible_user")
        self.port = None if port is None else _port(port, "ansible_port")
        self.key = None if key is None else checked(PATH, key, "ansible_ssh_private_key_file")
        self.arguments = []
        for label in ("ansible_ssh_common_args", "ansible_ssh_extra_args"):
            self.arguments += _words(value(label), label)

    @property
    def address(self):
        """The host's IP address; None if only its name is known."""
        try:
            return ipaddress.ip_address(self.host or self.name)
        except ValueError:
            return None

    def jump(self):
        """The option of ssh_config(5) by which another host is reached through this one."""
        host = self.host or self.name
        if not self.key and not self.arguments:
            user = "%s@" % self.user if self.user else ""
            port = ":%d" % self.port if self.port else ""
            return "ProxyJump=%s%s%s" % (user, bracketed(host), port)
        # The jump of ProxyJump would use neither the key nor the arguments.
        command = ["ssh"]
        command += ["-l", self.user] if self.user else []
        command += ["-p", str(self.port)] if self.port else []
        command += ["-i", os.path.expanduser(self.key)] if self.key else []
        # ssh replaces `%h` and `%p`, and takes `%%` for a percent sign.
        words = [shlex.quote(word).replace("%", "%%") for word in command + self.arguments]
        return "ProxyCommand=%s" % " ".join(words + ["-W", "'[%h]:%p'", host])


def bracketed(host):
    """A host as a part of a text in which a port may follow it."""
    return "[%s]" % host if ":" in host else host


def checked(pattern, value, label):
    """A text that matches. @raises InvalidValue"""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidValue("%s is not valid: %s" % (label, shown(value)))
    return plain(value)


def shown(value):
    """A value for an error message, without control characters and not too long."""
    return ascii(str(value)[:64])


def plain(value):
    """A text without the marks that Ansible keeps with it."""
    return str.encode(value).decode()


def _first(value, *names, setting=None):
    """The first of some variables that is set, else one of Ansible's settings."""
    found = next((one for one in map(value, names) if one not in (None, "")), None)
    return C.config.get_config_value(setting) if found is None and setting else found


def _host(value, label):
    try:
        # A number would be taken for an address too.
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return checked(HOST_NAME, value, label)


def _port(value, label):
    number = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[1-9][0-9]{0,4}", number) or int(number) > HIGHEST_PORT:
        raise InvalidValue("%s is not a port: %s" % (label, shown(value)))
    return int(number)


def _words(value, label):
    """The words of a variable with arguments of ssh."""
    if value is None:
        return []
    if not isinstance(value, str) or not plain(value).strip().isprintable():
        raise InvalidValue("%s is not a text of one line" % label)
    try:
        return shlex.split(plain(value))
    except ValueError as reason:
        raise InvalidValue("%s can't be split into words: %s" % (label, reason)) from reason
