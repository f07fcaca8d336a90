# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module ovs_topology, and confirms over a new connection that the host can still be reached."""

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import Runner
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure


class ActionModule(Runner):
    def _run_task(self, args, task_vars):
        try:
            confirm = boolean(args.pop("confirm", None) or False)
        except TypeError as error:
            raise TaskFailure("option 'confirm': must be a boolean") from error
        if confirm and self._wrapped:
            raise TaskFailure("option 'confirm': a task with 'async' doesn't wait for the result: use only one of them")
        answer = super()._run_task(args, task_vars)
        pending = answer.get("rollback") and not answer.get("failed") and not self._task.check_mode
        if not pending or not confirm:
            return answer
        # An existing connection proves nothing: it may outlive the network change for a while.
        self._connection.reset()
        confirmed = self._run_module("ovs_confirm", {}, task_vars)
        if confirmed.get("failed"):
            return dict(confirmed, changed=True)
        return dict(answer, changed=True, confirmed=True)
