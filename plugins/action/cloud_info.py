# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module cloud_info, and tells it what the host's variables declare. Its answer is shown to people, so it is checked."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import DeclarationError, declared_guests, variables_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import Runner


class ActionModule(Runner):
    def _run_task(self, args, task_vars):
        if args.get("declared") is None:
            args["declared"] = self._declared(task_vars)
        return super()._run_task(args, task_vars)

    def _declared(self, task_vars):
        """The guests that the variables declare, with their addresses; none where these can't be read, which a run of the roles says."""
        try:
            guests = declared_guests(variables_of(self._host, task_vars["hostvars"], self._templar))
        except DeclarationError:
            return []
        return [{"name": guest.name, "addresses": [str(one.ip) for one in guest.addresses]} for guest in guests]
