# GNU General Public License v3.0 or later (see LICENSE)
"""Copies a large file of the controller to the host, and shows its progress. See plugins/modules/disk_upload.py."""

import os
from hashlib import sha256

import yaml
from ansible.errors import AnsibleError
from ansible.utils.hashing import secure_hash

from ansible_collections.piecewise.cloud.plugins.modules.disk_upload import DOCUMENTATION
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._upload import Uploader

OPTIONS = yaml.safe_load(DOCUMENTATION)["options"]
ATTRIBUTES = ("mode", "owner", "group")


class ActionModule(Uploader):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        host = task_vars["inventory_hostname"]
        try:
            options = self.validate_argument_spec(OPTIONS)[1]
            source, dest = self._source(options["src"]), options["dest"]
            current = self._stat(dest, False, task_vars)
            changed = not self._same(source, dest, current, task_vars)
            if changed and not self._task.check_mode:
                self._upload(source, dest, host)
            attributes = {name: options[name] for name in ATTRIBUTES if options.get(name) is not None}
            exists = current.get("exists") is True
            if changed and exists:
                # The new file keeps that of the old one, as it keeps owner and group.
                attributes.setdefault("mode", str(current.get("mode")))
            if attributes and (exists or not self._task.check_mode):
                changed = self._set(dest, attributes, task_vars) or changed
            result.update(changed=changed, dest=dest)
        except (AnsibleError, TaskFailure) as reason:
            result.update(failed=True, msg="%s: %s" % (host, reason))
        return result

    def _source(self, path):
        """The file of the controller."""
        source = self._find_needle("files", path)
        if not os.path.isfile(source):
            raise TaskFailure("option 'src': %s is not a file" % source)
        return source

    def _same(self, source, dest, current, task_vars):
        """Whether the host has the file already."""
        if current.get("size") != os.path.getsize(source) or not current.get("isreg"):
            return False
        return self._stat(dest, True, task_vars).get("checksum") == secure_hash(source, sha256)

    def _stat(self, path, checksum, task_vars):
        args = {"path": path, "get_checksum": checksum, "checksum_algorithm": "sha256", "get_mime": False}
        answer = self._done("ansible.legacy.stat", args, task_vars).get("stat")
        return answer if isinstance(answer, dict) else {}

    def _set(self, path, attributes, task_vars):
        """Sets mode, owner and group. @returns whether they were others"""
        args = dict(attributes, path=path, state="file", follow=False)
        return bool(self._done("ansible.legacy.file", args, task_vars).get("changed"))

    def _done(self, module, args, task_vars):
        answer = self._execute_module(module_name=module, module_args=args, task_vars=task_vars)
        if answer.get("failed"):
            raise TaskFailure(str(answer.get("msg")))
        return answer
