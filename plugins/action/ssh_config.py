# GNU General Public License v3.0 or later (see LICENSE)
"""Writes how OpenSSH reaches hosts, on the controller. See plugins/modules/ssh_config.py."""

import os

from ansible_collections.piecewise.cloud.plugins.modules.ssh_config import DOCUMENTATION
from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_action import ControllerAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._file import replace_file
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import InvalidValue, Reach, bracketed

FIRST_LINE = "# Written by piecewise.cloud.ssh_config, which overwrites changes."


class ActionModule(ControllerAction):
    DOCUMENTATION = DOCUMENTATION

    def report(self, result, options, task_vars):
        names = options["hosts"]
        names = _guests(task_vars["groups"]) if names is None else names
        reached = self._reached(names, task_vars["hostvars"])
        path = os.path.realpath(options["path"])
        before, after = self._current(path), _text(reached)
        result.update(changed=before != after, path=path, hosts=[reach.name for reach, jump in reached])
        if self._task.diff:
            result["diff"] = {"before_header": path, "after_header": path, "before": before or "", "after": after}
        # Their own options are the user's to write: as a command they would be more than an address.
        unwritten = [reach.name for reach, jump in reached if reach.arguments and not jump]
        if unwritten:
            result["warnings"] = [
                "ansible_ssh_common_args and ansible_ssh_extra_args are not written: give an entry of your own in ssh_config(5) what ssh "
                "needs of them for %s" % ", ".join(unwritten)
            ]
        if result["changed"] and not self._task.check_mode:
            replace_file(path, after)

    @staticmethod
    def _reached(names, hostvars):
        """
        The hosts and their hypervisors, each with the name of the host through which it is reached.
        @raises TaskFailure
        """
        hosts = {name: _reach(name, hostvars) for name in names}
        jumps = {name: str(hostvars[name].get("guest_hypervisor")) for name in hosts if hostvars[name].get("guest_jump") is True}
        for name in jumps.values():
            hosts[name] = hosts.get(name) or _reach(name, hostvars)
        return [(reach, jumps.get(name)) for name, reach in sorted(hosts.items())]

    @staticmethod
    def _current(path):
        """The content of the file; None if it doesn't exist. @raises TaskFailure for a file that isn't ours, or can't be"""
        if not os.path.isdir(os.path.dirname(path)):
            raise TaskFailure("%s: its directory doesn't exist" % path)
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except FileNotFoundError:
            return None
        if text and not text.startswith(FIRST_LINE):
            raise TaskFailure("%s is a file of another program or user: give another path, or remove it" % path)
        return text


def _guests(groups):
    """
    The guests of the inventory. Without any it may not have been read: to Ansible that is a warning, and the file would lose its
    entries.
    @raises TaskFailure
    """
    names = list(groups.get("guests") or [])
    if not names:
        raise TaskFailure(
            "no guests in the inventory: the inventory plugin piecewise.cloud.guests has no file in it (such as zz_guests.yml), has failed (a "
            "warning of this run says why), or finds none; the file is kept. 'hosts: []' writes one without guests"
        )
    return names


def _reach(name, hostvars):
    if name not in hostvars:
        raise TaskFailure("no host '%s' in the inventory" % name)
    try:
        return Reach(name, hostvars[name].get)
    except InvalidValue as reason:
        raise TaskFailure("%s: %s" % (name, reason)) from reason


def _text(reached):
    """The file: every value in it was checked by Reach, and can't be another option."""
    blocks = [FIRST_LINE]
    for reach, jump in reached:
        lines = [
            ("HostName", reach.host),
            ("User", reach.user),
            ("Port", reach.port),
            ("IdentityFile", reach.key),
            # Guests of two hypervisors may have one address.
            ("HostKeyAlias", reach.name if jump else None),
            ("ProxyJump", jump and bracketed(jump)),
        ]
        blocks.append("\n".join(["Host %s" % reach.name, *("  %s %s" % pair for pair in lines if pair[1] is not None)]))
    return "\n\n".join(blocks) + "\n"
