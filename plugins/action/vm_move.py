# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module vm_move, and shows its progress."""

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.piecewise.cloud.plugins.plugin_utils._follow import Follower
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure, excerpt


class ActionModule(Follower):
    def _run_task(self, args, task_vars):
        try:
            return super()._run_task(args, task_vars)
        except AnsibleConnectionFailure as reason:
            if not self._task.delegate_to:
                raise
            # Ansible would take the host of the play for unreachable, and undo nothing.
            raise TaskFailure("can't be reached: %s" % excerpt(str(reason))) from reason
