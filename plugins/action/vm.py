# GNU General Public License v3.0 or later (see LICENSE)
"""
Runs the module vm, with the VMs of groups, and copies the archives of the controller that it makes disks from. Before VMs are made,
the other hypervisors are asked whether they have them, and for their processors where a VM is to have one that all have.
"""

import os
import re

from ansible.utils.vars import load_extra_vars

from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_files import ControllerFilesAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._file import directories_for
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure, UntrustedAnswer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._moves import (
    Wanted,
    dead_hosts,
    decide,
    is_common,
    migration_of,
    mode_of,
    power_of,
)
from ansible_collections.piecewise.cloud.plugins.plugin_utils._other_hosts import Play, look
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn_guests import guests_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import plain
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_descriptions import kinds_of_descriptions
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import GroupError, entries_of, kinds_of_groups

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ActionModule(ControllerFilesAction):
    FILES_DESCRIPTION = "an archive of its VMs"
    # What a host asks: which VMs it would make, or remove since a count no longer has them.
    EXTRA_RETURNS = dict(
        ControllerFilesAction.EXTRA_RETURNS, piecewise_asks=[{"name": str, "from": str, "arrived": bool, "surplus": bool}]
    )

    def _run_task(self, args, task_vars):
        try:
            args = self._with_groups(args, task_vars)
        except GroupError as reason:
            raise TaskFailure(str(reason)) from reason
        others = self._others(args.pop("hypervisors", None), task_vars)
        vms = self._own_vms(args)
        answer = self._run_among(others, args, task_vars) if others else self._run_once(args, task_vars)
        if not self._wrapped:
            answer["ovn_guests"] = guests_of(vms, answer)
        return answer

    def _run_among(self, others, args, task_vars):
        """Runs the module, and asks the other hypervisors for VMs that would be made."""
        answer = super()._run_task(dict(args, _ansible_piecewise_asks=True), task_vars)
        asks = answer.pop("piecewise_asks", None)
        if not asks:
            return answer
        wanted = self._wanted(asks, args)
        decision = self._decide(wanted, others, task_vars)
        if decision.problems:
            # What is wrong with other VMs of the task.
            raise TaskFailure("\n".join([*decision.problems, *([answer["msg"]] if answer.get("msg") else [])]))
        moved = [move["name"] for move in decision.moves]
        if decision.host_cpus:
            args = dict(args, host_cpus=decision.host_cpus)
        answer = self._run_once(self._without(args, moved + decision.left), task_vars)
        if decision.warnings:
            answer["warnings"] = answer.get("warnings", []) + decision.warnings
        if moved:
            answer.update(moves=decision.moves, **({} if self._task.check_mode else {"to_configure": ",".join(moved)}))
        return answer

    def _run_once(self, args, task_vars):
        """Runs the module, of which nothing is asked."""
        answer = super()._run_task(args, task_vars)
        if "piecewise_asks" in answer:
            raise UntrustedAnswer("asked for VMs of other hosts although nobody answers")
        return answer

    def _others(self, hypervisors, task_vars):
        """The names of the other hypervisors."""
        if hypervisors in (None, ""):
            return []
        if not isinstance(hypervisors, list) or not all(isinstance(name, str) for name in hypervisors):
            raise TaskFailure("option 'hypervisors': must be a list of names")
        others = [name for name in dict.fromkeys(map(plain, hypervisors)) if name != self._host]
        for name in others:
            if name not in task_vars["hostvars"]:
                raise TaskFailure("option 'hypervisors': '%s' is not a host of the inventory" % name)
        if others and self._wrapped:
            raise TaskFailure("option 'hypervisors': a task with 'async' can't ask them: use only one of both")
        return others

    def _wanted(self, asks, args):
        """
        What the host asks. How a VM is moved is what the task says: a host can't have the guests of others by its answer.
        @raises UntrustedAnswer for VMs that aren't its own
        """
        own = {str(vm.get("name")): vm for vm in self._own_vms(args) if vm.get("surplus") is None}
        found = []
        for one in {one.get("name"): one for one in asks}.values():
            name, surplus = one.get("name"), one.get("surplus", False)
            if not isinstance(name, str) or not NAME.fullmatch(name) or surplus == (name in own):
                raise UntrustedAnswer("asked for a VM that is not one of its own")
            entry, source = own.get(name, {}), one.get("from")
            source = None if source is None else plain(source)
            how = (mode_of(entry), migration_of(entry), source, one.get("arrived", False), surplus, power_of(entry))
            found.append(Wanted(plain(name), *how, is_common(entry)))
        return found

    def _decide(self, wanted, others, task_vars):
        dead = dead_hosts(load_extra_vars(self._loader), [*others, self._host])
        # The others' variables are enough for a surplus VM.
        sought = [vm.name for vm in wanted if not vm.surplus]
        play = Play(self._task, self._play_context, self._templar, task_vars)
        with_cpu = any(vm.is_common for vm in wanted)
        return decide(wanted, look(others, sought, dead, play, with_cpu), self._host)

    @staticmethod
    def _without(args, names):
        """The arguments without these VMs, whatever the entries say."""
        if not isinstance(args.get("vms"), list):
            return dict(args, elsewhere=names)
        return dict(args, vms=[dict(vm, elsewhere=names) if isinstance(vm, dict) else vm for vm in args["vms"]])

    @staticmethod
    def _own_vms(args):
        """The VMs of this host, with the defaults of the list. What is no VM is left out: the module says what is wrong with it."""
        defaults = args.get("defaults")
        defaults = defaults if isinstance(defaults, dict) else {}
        vms = args.get("vms")
        vms = [{**args, **defaults, **vm} for vm in vms if isinstance(vm, dict)] if isinstance(vms, list) else [args]
        return [vm for vm in vms if vm.get("host") in (None, args.get("hypervisor"))]

    @staticmethod
    def _with_groups(args, task_vars):
        """The arguments as the module takes them: with the VMs of groups in its list."""
        groups, descriptions, overrides = (args.pop(name, None) for name in ("groups", "descriptions", "overrides"))
        overrides = overrides or {}
        if not isinstance(overrides, dict):
            raise GroupError("overrides: must be a mapping")
        kinds = kinds_of_groups(groups, "groups")
        kinds += kinds_of_descriptions(descriptions, directories_for(task_vars.get))
        entries = entries_of(kinds, args.get("hypervisor") or "", overrides)
        vms = args.get("vms")
        if vms is None and not entries:
            args.update(overrides)
            return args
        if not isinstance(vms, list):
            if vms is not None:
                # The module says what is wrong with it.
                return args
            vms = []
        vms = [dict(vm, **overrides) if isinstance(vm, dict) else vm for vm in vms]
        args["vms"] = vms + [entry.values for entry in entries]
        args["_ansible_piecewise_origins"] = [None] * len(vms) + [entry.origin for entry in entries]
        return args

    def _available_files(self, args):
        """The archives of the controller that this host's VMs name."""
        paths = args.pop("archive_paths", None) or []
        found = {}
        # An archive of another hypervisor's VM may hold secrets that are not for this host.
        for name in [vm.get("archive_name") for vm in self._own_vms(args)]:
            if not isinstance(name, str) or not NAME.fullmatch(name):
                continue
            for path in paths:
                file = os.path.join(self._loader.path_dwim(path), "%s.tar.gz" % name)
                if os.path.isfile(file):
                    found.setdefault(name, file)
        args["archives"] = sorted(found)
        return found
