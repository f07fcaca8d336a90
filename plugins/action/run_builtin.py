# GNU General Public License v3.0 or later (see LICENSE)
"""Runs a module of Ansible itself on a host that may be hostile. The documentation is in plugins/modules."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._builtin import MODULES, BuiltinRunner
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure


class ActionModule(BuiltinRunner):
    def _run_task(self, args, task_vars):
        module, options = args.get("module"), args.get("args")
        if module not in MODULES:
            raise TaskFailure("option 'module': must be one of %s" % ", ".join(MODULES))
        if not isinstance(options, dict):
            raise TaskFailure("option 'args': must be a mapping")
        unknown = sorted(set(args) - {"module", "args"})
        if unknown:
            raise TaskFailure("option '%s': is unknown; the options of the module are in 'args'" % unknown[0])
        return self._run_builtin(module, dict(options), task_vars)
