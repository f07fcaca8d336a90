# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module ovn_topology, with what the inventory and tasks of the module vm say of the hypervisors."""

from ansible.utils.vars import load_extra_vars

from ansible_collections.piecewise.cloud.plugins.plugin_utils._facts import refuse_overriding
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._moves import confirmed_dead
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn import underlay_family, without
from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import Runner
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import plain


class ActionModule(Runner):
    def _run_task(self, args, task_vars):
        registered, leaving = args.pop("guests_of", None), args.pop("leaving", None) or []
        hypervisors, hostvars = args.get("hypervisors"), task_vars["hostvars"]
        if isinstance(hypervisors, list):
            names = [plain(one) for one in hypervisors if isinstance(one, str)]
            self._check(names, hostvars)
            entries = [self._hypervisor(one, registered, hostvars) if isinstance(one, str) else one for one in hypervisors]
            # One that answers isn't dead.
            here = task_vars["ansible_play_hosts"]
            dead = [name for name in confirmed_dead(load_extra_vars(self._loader)) if name not in here]
            args = without(dict(args, hypervisors=entries), leaving, dead)
            args.setdefault("underlay_family", underlay_family(hostvars[name].get("ovn_address") for name in names))
        return super()._run_task(args, task_vars)

    @staticmethod
    def _check(names, hostvars):
        for name in names:
            if name not in hostvars:
                raise TaskFailure("option 'hypervisors': '%s' is not a host of the inventory" % name)
            # Its own variables say which chassis it is.
            refuse_overriding(name, hostvars.raw_get(name))

    @staticmethod
    def _hypervisor(given, registered, hostvars):
        """A hypervisor that is given by its name, as the module takes it, with its guests as far as they are known."""
        name = plain(given)
        variables = hostvars[name]
        entry = {"name": name, "chassis": plain(str(variables.get("ovn_chassis") or name))}
        result = variables.get(registered) if registered else None
        if isinstance(result, dict) and "ovn_guests" in result:
            entry["guests"] = result["ovn_guests"]
        return entry
