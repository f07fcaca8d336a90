# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module vm, with the VMs of groups, and copies the archives of the controller that it makes disks from."""

import os
import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_files import ControllerFilesAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_descriptions import directories_for, kinds_of_descriptions
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import GroupError, entries_of, kinds_of_groups

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ActionModule(ControllerFilesAction):
    FILES_DESCRIPTION = "an archive of its VMs"

    def _run_task(self, args, task_vars):
        try:
            args = self._with_groups(args, task_vars)
        except GroupError as reason:
            raise TaskFailure(str(reason)) from reason
        return super()._run_task(args, task_vars)

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
        defaults = args.get("defaults") or {}
        vms = [dict(defaults, **vm) for vm in args.get("vms") or [args] if isinstance(vm, dict)]
        # An archive of another hypervisor's VM may hold secrets that are not for this host.
        own = [vm for vm in vms if vm.get("host") in (None, args.get("hypervisor"))]
        found = {}
        for name in [vm.get("archive_name") for vm in own]:
            if not isinstance(name, str) or not NAME.fullmatch(name):
                continue
            for path in paths:
                file = os.path.join(self._loader.path_dwim(path), "%s.tar.gz" % name)
                if os.path.isfile(file):
                    found.setdefault(name, file)
        args["archives"] = sorted(found)
        return found
