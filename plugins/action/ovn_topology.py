# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module ovn_topology, with the guests that tasks of the module vm have configured on the hypervisors."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import Runner
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import plain

LISTS = ("networks", "uplinks", "security_groups")


class ActionModule(Runner):
    def _run_task(self, args, task_vars):
        registered, leaving = args.pop("guests_of", None), args.pop("leaving", None) or []
        hypervisors = args.get("hypervisors")
        if isinstance(hypervisors, list):
            entries = [self._hypervisor(one, registered, task_vars["hostvars"]) for one in hypervisors]
            args.update(self._without(leaving, dict(args, hypervisors=entries)))
        return super()._run_task(args, task_vars)

    @staticmethod
    def _hypervisor(given, registered, hostvars):
        """A hypervisor that is given by its name, as the module takes it, with its guests as far as they are known."""
        if not isinstance(given, str):
            return given
        name = plain(given)
        if name not in hostvars:
            raise TaskFailure("option 'hypervisors': '%s' is not a host of the inventory" % name)
        variables = hostvars[name]
        entry = {"name": name, "chassis": plain(variables.get("ovn_chassis") or name)}
        result = variables.get(registered) if registered else None
        if isinstance(result, dict) and "ovn_guests" in result:
            entry["guests"] = result["ovn_guests"]
        return entry

    @staticmethod
    def _without(leaving, args):
        """The arguments when some hypervisors leave the cloud: all that there is goes with the last ones."""
        names = {entry.get("name") for entry in args["hypervisors"] if isinstance(entry, dict)}
        entries = [
            dict(entry, state="absent") if isinstance(entry, dict) and entry.get("name") in leaving else entry
            for entry in args["hypervisors"]
        ]
        changed = {"hypervisors": entries}
        if leaving and names <= set(leaving):
            for option in LISTS:
                listed = args.get(option)
                if isinstance(listed, list):
                    changed[option] = [dict(one, state="absent") if isinstance(one, dict) else one for one in listed]
        return changed
