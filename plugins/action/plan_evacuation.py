# GNU General Public License v3.0 or later (see LICENSE)
"""Plans the moves of an evacuation, and of its end. The documentation is in plugins/modules."""

from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars

from ansible_collections.piecewise.cloud.plugins.modules.plan_evacuation import DOCUMENTATION
from ansible_collections.piecewise.cloud.plugins.plugin_utils._cloud import info_of, unknown_guests
from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_action import ControllerAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import DeclarationError, variables_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._evacuation import (
    EVACUATE,
    EvacuationError,
    asked_of,
    candidates,
    is_container,
    is_on,
    machine_of,
    may_stay,
    moves_by_target,
    plan_of,
    unfinished,
)
from ansible_collections.piecewise.cloud.plugins.plugin_utils._evacuation_text import left_text, plan_text, unknown_text
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure

LIBVIRT = "qemu:///system"
CONTAINERS = "lxc:///system"


class ActionModule(ControllerAction):
    DOCUMENTATION = DOCUMENTATION

    def report(self, result, options, task_vars):
        hosts = task_vars["ansible_play_hosts_all"]
        try:
            # A variable of this name in an inventory is about something else.
            variables = load_extra_vars(self._loader)
            asked = asked_of(options["direction"], variables, task_vars["groups"].get("kvm", []), hosts)
            result.update(changed=False, stop=asked.stuck == "stop")
            if options["info"]:
                machines, unread = self._read(asked, hosts, options["info"], task_vars)
                if options["planned"] is None:
                    self._plan(result, asked, (machines, unread), task_vars)
                else:
                    self._tell_left(result, asked, (machines, unread), options["planned"])
        except (EvacuationError, DeclarationError) as reason:
            raise TaskFailure(str(reason)) from reason

    @staticmethod
    def _read(asked, hosts, name, task_vars):
        """The hypervisors that were read, and why others weren't, by their names."""
        machines, unread = [], {}
        for host in hosts:
            answer = task_vars["hostvars"].raw_get(host).get(name)
            reason = unknown_guests(answer)
            if reason is None:
                machines.append(machine_of(host, info_of(answer)))
            else:
                unread[host] = reason
        for host in asked.hosts:
            if host in unread:
                raise EvacuationError("host: %s can't be read: %s" % (host, unread[host]))
        return machines, unread

    def _plan(self, result, asked, read, task_vars):
        machines, unread = read
        hosts = task_vars["ansible_play_hosts_all"]
        plan = plan_of(asked, machines)
        uris = {one.name: variables_of(one.name, task_vars["hostvars"], self._templar).get("vm_uri") or LIBVIRT for one in machines}
        Display().display(plan_text(asked, plan, unread))
        stuck = [{"name": one.guest.name, "host": one.source, "reason": one.reason} for one in plan.stuck]
        result.update(moves=moves_by_target(asked, plan, hosts, uris), stuck=stuck)

    @staticmethod
    def _tell_left(result, asked, read, planned):
        machines, unread = read
        found = candidates(asked, machines)
        stayed = [pair for pair in found if not may_stay(pair[0])]
        # One that has come, and whose move isn't completed, counts as left.
        left = stayed + [(move.guest, move.source) for move in unfinished(asked, machines)]
        reasons = {(one["host"], one["name"]): one["reason"] for one in planned.get("stuck", [])}
        text = left_text(asked, left, reasons, [pair for pair in found if may_stay(pair[0])])
        running = {one.name: [] for one in machines}
        for guest, host in stayed if asked.direction == EVACUATE else []:
            # The others are at the connection that the task names.
            uri = {"uri": CONTAINERS} if is_container(guest) else {}
            running[host] += [dict(uri, name=guest.name, **asked.power)] if is_on(guest) else []
        result.update(left=running)
        if left and asked.stuck != "stop":
            raise TaskFailure(text)
        Display().display(unknown_text(asked, unread) if unread and asked.direction != EVACUATE else text)
