# GNU General Public License v3.0 or later (see LICENSE)
"""Shows or draws what is known of the cloud, on the controller. The documentation is in plugins/modules."""

import json
import os
from datetime import datetime, timezone

from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.modules.cloud_report import DOCUMENTATION
from ansible_collections.piecewise.cloud.plugins.plugin_utils._cloud import cloud_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._collected import COLLECTED
from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_action import ControllerAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import variables_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._drift_text import drift_text, summary_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._file import replace_file
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._picture import drawing_of, page_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._status_text import status_text

# Where each form of the picture is written by default.
PATHS = {"html": "cloud.html", "svg": "cloud.svg", "mermaid": "cloud.mmd"}


class ActionModule(ControllerAction):
    DOCUMENTATION = DOCUMENTATION

    def report(self, result, options, task_vars):
        if options["format"] == "drift" and not COLLECTED.active:
            raise TaskFailure("format: drift is for the playbook piecewise.cloud.drift: no play was collected before this task")
        cloud = self._cloud(task_vars, options)
        files = self._files(cloud, options)
        for path, text in files.items():
            replace_file(path, text)
        self._show(cloud, options["format"])
        result.update(changed=False, drift=any(host["drift"] for host in cloud["hosts"]), files=list(files))
        if options["format"] == "drift" and (result["drift"] or any(host["problems"] for host in cloud["hosts"])):
            result.update(failed=True, msg=summary_of(cloud))

    def _cloud(self, task_vars, options):
        hostvars = task_vars["hostvars"]
        hosts = {
            host: (variables_of(host, hostvars, self._templar), hostvars.raw_get(host).get(options["info"]))
            for host in task_vars["ansible_play_hosts_all"]
        }
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return cloud_of(hosts, COLLECTED, now, options["checked"] and COLLECTED.active)

    @staticmethod
    def _files(cloud, options):
        """The texts that are written, by their paths."""
        files = {}
        form = options["format"]
        if form in PATHS:
            path = _path(options["path"] or PATHS[form])
            files[path] = page_of(cloud) if form == "html" else drawing_of(cloud, form)
        if options["json"]:
            if _path(options["json"]) in files:
                raise TaskFailure("path and json are one file: give two")
            files[_path(options["json"])] = json.dumps(cloud, indent=2, sort_keys=True, allow_nan=False) + "\n"
        return files

    @staticmethod
    def _show(cloud, form):
        display = Display()
        if form == "drift":
            display.display(drift_text(cloud))
        if form == "status":
            display.display(status_text(cloud, COLLECTED.columns))


def _path(path):
    return os.path.realpath(os.path.expanduser(path))
