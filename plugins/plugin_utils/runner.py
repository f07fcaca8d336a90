# GNU General Public License v3.0 or later (see LICENSE)
"""Runs modules of this collection: a host's answer is judged before Ansible reads it."""

import json
import re

from ansible.plugins.action import ActionBase

from ansible_collections.piecewise.cloud.plugins.plugin_utils import said
from ansible_collections.piecewise.cloud.plugins.plugin_utils.shapes import RETURNS

# Characters that are read of a result: 250 disks have a twentieth of it.
MOST_RESULT = 16 * 1024**2

# What a shell says by its exit status of a program that does not exist.
NOT_FOUND = 127
MISSING = re.compile("not found|No such file")


class Lacks(said.Failure):
    """The host has not what every module needs."""


class Runner(ActionBase):
    """Runs the module of its own name."""

    # The module, where it isn't the one of the action's name.
    MODULE = None
    # What the module may answer to the plugin beside what it returns, with its shape.
    ASKS = {}
    # Seconds that the host has for a command that takes none.
    PATIENCE = 300

    _host = _interpreter = ""
    _returns = {}
    # Whether async_wrapper runs the module.
    _wrapped = False

    def run(self, tmp=None, task_vars=None):
        self._supports_async = True
        result = super().run(tmp, task_vars)
        self._host = task_vars["inventory_hostname"]
        self._interpreter = self._templar.template(task_vars.get("ansible_node_interpreter") or "/usr/bin/node")
        self._wrapped = self._task.async_val and not self._connection.has_native_async
        try:
            result.update(self._answered(dict(self._task.args), task_vars))
        except Lacks as reason:
            # In check mode the role hypervisor has only said what it would install.
            if self._task.check_mode:
                result.update(changed=False, warnings=[str(reason)])
            else:
                result.update(failed=True, msg=str(reason))
        except said.Failure as reason:
            result.update(failed=True, msg="%s: %s" % (self._host, reason))
        if not self._wrapped:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _answered(self, args, task_vars):
        """What the module answers to its arguments. @raises said.Failure"""
        return self._module(self.MODULE or self._task.action.rpartition(".")[2], args, task_vars)

    def _module(self, name, args, task_vars):
        """What a module of this collection answers. @raises said.Failure"""
        self._returns = RETURNS[name]
        module = "piecewise.cloud.%s" % name
        return self._execute_module(module, args, task_vars=task_vars, wrap_async=self._wrapped)

    def _parse_returned_data(self, res, *profile):
        """
        Reads what the module printed. Ansible calls this between running a module and cleaning what it says; 2.19 gives
        the profile by which it reads, 2.14 has none.
        """
        # What async_wrapper says is Ansible's own.
        if self._wrapped:
            return super()._parse_returned_data(res, *profile)
        data = self._found(res)
        if data is None:
            # Ansible says it in its own words; nothing in what was printed is for it to read.
            printed = said.shown("%s\n%s" % (res["stderr"], res["stdout"]))
            return super()._parse_returned_data(dict(res, stdout="", stderr=printed), *profile)
        text = json.dumps(self._judged(said.result, data, dict(self._returns, **self.ASKS)))
        return super()._parse_returned_data({"stdout": text, "stderr": "", "rc": res["rc"]}, *profile)

    def _found(self, res):
        """The mapping in what a module printed; None where there is none. @raises said.Failure"""
        if len(res["stdout"]) > MOST_RESULT:
            raise said.Refused("answered with %d characters, which no module does" % len(res["stdout"]))
        data = said.answer(res["stdout"])
        if data is None and self._is_without_interpreter(res):
            raise Lacks(
                "%s lacks %s, which modules run with. Run the role piecewise.cloud.hypervisor on it first "
                "(playbooks/hypervisors.yml), or install nodejs." % (self._host, self._interpreter)
            )
        return data

    def _is_without_interpreter(self, res):
        # Another program may be missing, such as sudo.
        said_of_it = [line for line in (res["stderr"] + res["stdout"]).splitlines() if self._interpreter in line]
        return res["rc"] == NOT_FOUND and any(MISSING.search(line) for line in said_of_it)

    @staticmethod
    def _judged(judge, *args):
        try:
            return judge(*args)
        except said.Refused as reason:
            raise said.Refused(
                "%s: what ran there isn't the module that was sent. Check the host before you trust it" % reason
            )
