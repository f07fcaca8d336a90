# GNU General Public License v3.0 or later (see LICENSE)
"""Stays in the foreground, and says what becomes of guests, until Ctrl-C is pressed. The documentation is in plugins/modules."""

from concurrent.futures import ThreadPoolExecutor

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import DeclarationError, variables_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import seen_in
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_guests import Asked, ask
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import plain
from ansible_collections.piecewise.cloud.plugins.plugin_utils._terminal import NoTerminal, Terminal
from ansible_collections.piecewise.cloud.plugins.plugin_utils._watch import Watch

# Seconds between two looks, and those that a hypervisor has to answer.
PAUSE = 3
PATIENCE = 30
# Seconds after which a key is read while hypervisors are asked.
MOMENT = 0.2

display = Display()


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        guests = self._task.args.get("guests")
        if not isinstance(guests, dict):
            return dict(result, failed=True, msg="option 'guests': must be the names of guests by hypervisor, as select_guests returns them")
        guests = {host: names for host, names in guests.items() if names}
        try:
            asked = [self._asked(host, names, task_vars) for host, names in guests.items()]
            with Terminal() as terminal, ThreadPoolExecutor(1) as helper:
                interrupted = bool(asked) and _is_interrupted(terminal, helper, Watch(guests), asked)
        except DeclarationError as reason:
            return dict(result, failed=True, msg=str(reason))
        except NoTerminal:
            return dict(result, failed=True, msg="Ansible has no terminal, so no Ctrl-C can come: use the playbook vms or site")
        return dict(result, changed=False, interrupted=interrupted)

    def _asked(self, host, names, task_vars):
        variables = variables_of(host, task_vars["hostvars"], self._templar)
        return Asked(host, variables.of_connection(), [plain(name) for name in names])


def _is_interrupted(terminal, helper, watch, asked):
    """Watches until Ctrl-C is pressed, or no guest is on. @returns whether it was pressed"""
    interrupted = False
    while not interrupted:
        # It is not broken off, since it has a file with the variables of connections.
        answer = helper.submit(ask, asked, PATIENCE, seen_in, {"ready": True})
        while not answer.done():
            if terminal.is_interrupted(MOMENT) and not interrupted:
                interrupted = True
                display.display("Ctrl-C: it ends when the hypervisors have answered")
        for line in watch.events(*answer.result()):
            display.display(line)
        if not watch.has_guests():
            break
        interrupted = interrupted or terminal.is_interrupted(PAUSE)
    return interrupted
