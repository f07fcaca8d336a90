# GNU General Public License v3.0 or later (see LICENSE)
"""Runs modules of this collection. A host's answer is checked before Ansible reads it."""

import json
import re
import shlex

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.piecewise.cloud.plugins.plugin_utils import _host_answer as host_answer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._background import call_with_timeout
from ansible_collections.piecewise.cloud.plugins.plugin_utils._facts import refuse_overriding
from ansible_collections.piecewise.cloud.plugins.plugin_utils._shapes import RETURNS

# Most characters of a result. That of 250 disks has a twentieth of it.
MOST_RESULT = 16 * 1024**2

# What async_wrapper answers, to a task with `poll: 0`. Its booleans are numbers in 2.14.
WRAPPER = {
    "failed": int,
    "msg": str,
    "started": int,
    "finished": int,
    "ansible_job_id": str,
    "results_file": str,
    "_ansible_suppress_tmpdir_delete": int,
}

# A shell's exit status when a program doesn't exist.
NOT_FOUND = 127
MISSING = re.compile("not found|No such file")


class InterpreterMissing(host_answer.TaskFailure):
    """The host lacks Node.js, which every module needs."""


class Runner(ActionBase):
    """Runs the module that has the action's name."""

    # The module, when it hasn't the action's name.
    MODULE = None
    # What the module may answer for the plugin itself, with its shape.
    EXTRA_RETURNS = {}
    # Seconds after which a quick command on the host has failed.
    PATIENCE = 300
    # The same, after a failure that is reported anyway.
    GLANCE = 30

    _host = _interpreter = ""
    _returns = {}
    # Whether async_wrapper runs the module.
    _wrapped = False

    def run(self, tmp=None, task_vars=None):
        self._supports_async = True
        if self._task.async_val and self._task.poll > 0:
            # Ansible itself would ask the host for the result, and take it unchecked. The task waits for it anyway.
            self._task.async_val = 0
        result = super().run(tmp, task_vars)
        self._host = self._task.delegate_to or task_vars["inventory_hostname"]
        self._interpreter = self._templar.template(task_vars.get("ansible_node_interpreter") or "/usr/bin/node")
        self._wrapped = self._task.async_val and not self._connection.has_native_async
        try:
            # Options are made of the variables of the play's host, also where another one does the task.
            refuse_overriding(task_vars["inventory_hostname"], task_vars)
            refuse_overriding(self._host, (task_vars.get("ansible_delegated_vars") or {}).get(self._host, {}))
            result.update(self._run_task(dict(self._task.args), task_vars))
        except InterpreterMissing as reason:
            # In check mode the role hypervisor hasn't installed it.
            if self._task.check_mode:
                result.update(changed=False, warnings=[str(reason)], unchecked=str(reason))
            else:
                result.update(failed=True, msg=str(reason))
        except host_answer.TaskFailure as reason:
            result.update(failed=True, msg="%s: %s" % (self._host, reason))
        except AnsibleConnectionFailure as reason:
            if not self._task.delegate_to:
                raise
            # Ansible would take the host of the play for unreachable: it would rescue nothing, and end the play for all hosts if the
            # task has run_once.
            text = "%s: can't be reached: %s" % (self._host, host_answer.excerpt(str(reason)))
            # Nothing can be removed there either.
            return dict(result, failed=True, not_reached=True, msg=text)
        if not self._wrapped:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _run_task(self, args, task_vars):
        """Runs the module with its arguments. @returns its result. @raises host_answer.TaskFailure"""
        return self._run_module(self.MODULE or self._task.action.rpartition(".")[2], args, task_vars)

    def _run_module(self, name, args, task_vars):
        """Runs a module of this collection. @returns its result. @raises host_answer.TaskFailure"""
        self._returns = RETURNS[name]
        module = "piecewise.cloud.%s" % name
        try:
            return self._execute_module(module, args, task_vars=task_vars, wrap_async=self._wrapped)
        except AnsibleConnectionFailure:
            # A shell that doesn't find the interpreter ends before it has read the module, and ssh's pipe breaks.
            if self._host_lacks_interpreter():
                raise self._missing_interpreter() from None
            raise

    def _host_lacks_interpreter(self):
        """Whether the host says that the interpreter is missing. A host that says nothing doesn't."""
        look = "command -v %s" % shlex.quote(self._interpreter)
        try:
            return call_with_timeout(self.GLANCE, self._low_level_execute_command, look)["rc"] != 0
        except AnsibleConnectionFailure:
            return False

    def _missing_interpreter(self):
        return InterpreterMissing(
            "%s lacks %s, %s. Run the role piecewise.cloud.hypervisor on it first "
            "(playbooks/hypervisors.yml), or install nodejs." % (self._host, self._interpreter, host_answer.LACKING)
        )

    def _parse_returned_data(self, res, *profile):
        """
        Reads what the module printed. Ansible calls this after it ran a module. 2.19 passes a serialization profile, 2.14
        doesn't.
        """
        data = self._find_result(res)
        if data is None:
            # Ansible reports it. It must not parse what was printed.
            printed = host_answer.excerpt("%s\n%s" % (res["stderr"], res["stdout"]))
            return super()._parse_returned_data(dict(res, stdout="", stderr=printed), *profile)
        if self._wrapped:
            # The answer comes from Ansible's async_wrapper.
            numbers = {name: int(one) if isinstance(one, bool) else one for name, one in data.items()}
            checked = self._check_answer(host_answer.check_shape, numbers, WRAPPER)
        else:
            checked = self._check_answer(host_answer.check_result, data, dict(self._returns, **self.EXTRA_RETURNS))
        text = json.dumps(checked)
        return super()._parse_returned_data({"stdout": text, "stderr": "", "rc": res["rc"]}, *profile)

    def _find_result(self, res):
        """The mapping that a module printed; None when there is none. @raises host_answer.TaskFailure"""
        if len(res["stdout"]) > MOST_RESULT:
            raise host_answer.UntrustedAnswer("answered with %d characters, which no module does" % len(res["stdout"]))
        data = host_answer.find_result(res["stdout"])
        if data is None and self._interpreter_is_missing(res):
            raise self._missing_interpreter()
        return data

    def _interpreter_is_missing(self, res):
        # Another program may be missing, such as sudo.
        lines = [line for line in (res["stderr"] + res["stdout"]).splitlines() if self._interpreter in line]
        return res["rc"] == NOT_FOUND and any(MISSING.search(line) for line in lines)

    @staticmethod
    def _check_answer(judge, *args):
        try:
            return judge(*args)
        except host_answer.UntrustedAnswer as reason:
            raise host_answer.UntrustedAnswer(
                "%s: what ran there isn't the module that was sent. Check the host before you trust it" % reason
            )
