# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module vm, and copies the archives of the controller that it makes disks from."""

import os
import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_files import ControllerFilesAction

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ActionModule(ControllerFilesAction):
    FILES_DESCRIPTION = "an archive of its VMs"

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
