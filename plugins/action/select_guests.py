# GNU General Public License v3.0 or later (see LICENSE)
"""Tells which guests of the hypervisors in a play a person means. The documentation is in plugins/modules."""

from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import STATES, DeclarationError, declared_guests, variables_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._selection import (
    SelectionError,
    name_of,
    selected,
    selection_of,
    surplus_of,
    text_of,
)


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        states = self._task.args.get("states") or list(STATES)
        if not isinstance(states, list) or not all(state in STATES for state in states):
            return dict(result, failed=True, msg="option 'states': must be a list of %s" % ", ".join(STATES))
        hosts = task_vars["ansible_play_hosts_all"]
        try:
            # A variable of this name in an inventory is about something else.
            selection = selection_of(load_extra_vars(self._loader))
            variables = {host: variables_of(host, task_vars["hostvars"], self._templar) for host in hosts}
            declared = {host: declared_guests(variables[host], "absent" in states) for host in hosts}
            guests = selected(selection, declared, states)
        except (SelectionError, DeclarationError) as reason:
            return dict(result, failed=True, msg=str(reason))
        surplus = surplus_of(selection, declared, self._found(hosts, task_vars))
        everything = {host: names + surplus[host] for host, names in guests.items()}
        texts = {"name": name_of(selection), "text": text_of(everything)}
        return dict(result, changed=False, guests=guests, surplus=surplus, **texts, **selection._asdict())

    def _found(self, hosts, task_vars):
        """What each host has answered to vm_info."""
        name = self._task.args.get("found")
        answers = {host: task_vars["hostvars"].raw_get(host).get(name) for host in hosts} if name else {}
        return {host: answer.get("vms") for host, answer in answers.items() if isinstance(answer, dict)}
