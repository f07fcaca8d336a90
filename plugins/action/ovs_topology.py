# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module ovs_topology, and confirms over a new connection that the host can still be reached."""

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.piecewise.cloud.plugins.plugin_utils.runner import Runner
from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import Failure


class ActionModule(Runner):
    def _answered(self, args, task_vars):
        try:
            confirm = boolean(args.pop("confirm", None) or False)
        except TypeError:
            raise Failure("option 'confirm': is not a boolean")
        if confirm and self._wrapped:
            raise Failure("option 'confirm': a task under 'async' is not waited for: leave one of them out")
        answer = super()._answered(args, task_vars)
        waits = answer.get("rollback") and not answer.get("failed") and not self._task.check_mode
        if not waits or not confirm:
            return answer
        # An old connection may live on in the kernel for a while, and would prove nothing.
        self._connection.reset()
        confirmed = self._module("ovs_confirm", {}, task_vars)
        if confirmed.get("failed"):
            return dict(confirmed, changed=True)
        return dict(answer, changed=True, confirmed=True)
