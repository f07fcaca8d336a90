# GNU General Public License v3.0 or later (see LICENSE)
"""
Runs the module vm, follows long work of it, and brings the archives of the controller that it makes disks from: only when it
makes one, so that what it was made from isn't left on the host.
"""

import os
import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils.aside import Aside, answered
from ansible_collections.piecewise.cloud.plugins.plugin_utils.follow import Follower
from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import Failure, Refused, shown
from ansible_collections.piecewise.cloud.plugins.plugin_utils.upload import Uploader

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PATH = re.compile(r"/[^\0\n]{1,4095}")


class ActionModule(Follower, Uploader):
    ASKS = {"piecewise_uploads": {"*": str}}

    def _answered(self, args, task_vars):
        found = self._archives(args, args.pop("archive_paths", None) or [])
        args["archives"] = sorted(found)
        answer = super()._answered(dict(args), task_vars)
        wanted = answer.pop("piecewise_uploads", None)
        if not wanted:
            return answer
        brought = []
        try:
            for name, dest in sorted(wanted.items()):
                if name not in found or not PATH.fullmatch(dest):
                    raise Refused("wants a file of the controller that is not an archive of its VMs")
                self._bring(found[name], dest)
                brought.append(dest)
            answer = super()._answered(dict(args, uploaded=sorted(wanted)), task_vars)
        finally:
            for dest in brought:
                self._low("rm -f -- %s" % self._connection._shell.quote(dest))
        if answer.pop("piecewise_uploads", None):
            raise Refused("wants a file again that was brought")
        return answer

    def _archives(self, args, paths):
        """The archives of the controller that this host's VMs name, each with where it is."""
        defaults = args.get("defaults") or {}
        vms = [dict(defaults, **vm) for vm in args.get("vms") or [args] if isinstance(vm, dict)]
        # One of another hypervisor's VM may hold what is not for this host.
        own = [vm for vm in vms if vm.get("host") in (None, args.get("hypervisor"))]
        found = {}
        for name in [vm.get("archive_name") for vm in own]:
            if not isinstance(name, str) or not NAME.fullmatch(name):
                continue
            for path in paths:
                file = os.path.join(self._loader.path_dwim(path), "%s.tar.gz" % name)
                if os.path.isfile(file):
                    found.setdefault(name, file)
        return found

    def _bring(self, source, dest):
        directory = self._connection._shell.quote(os.path.dirname(dest))
        made = answered(self.PATIENCE, self._low_level_execute_command, "mkdir -p -- %s" % directory)
        if made["rc"] != 0:
            raise Failure("%s: %s" % (dest, shown(made["stderr"])))
        self._upload(source, dest, self._host)

    def _low(self, command):
        # It has an error of its own to tell, where there is one.
        Aside(self._low_level_execute_command, command).done(self.PATIENCE)
