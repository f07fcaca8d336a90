# GNU General Public License v3.0 or later (see LICENSE)
"""
Copies a large file of the controller to the host, and shows its progress. Unlike ansible.builtin.copy, it computes no
checksums, for which copy reads the whole file three times: the module that uses the file checks it.

Options: src, a path on the controller; dest, a path on the host. The directory of dest must exist.
"""

import os

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._upload import Uploader


class ActionModule(Uploader):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        host = task_vars["inventory_hostname"]
        try:
            source, dest = self._options()
            if not self._task.check_mode:
                self._upload(source, dest, host)
            result.update(changed=True, dest=dest)
        except TaskFailure as reason:
            result.update(failed=True, msg="%s: %s" % (host, reason))
        return result

    def _options(self):
        """The file of the controller, and the path on the host."""
        source, dest = (self._task.args.get(name) for name in ("src", "dest"))
        if not all(isinstance(path, str) and path for path in (source, dest)):
            raise TaskFailure("the options 'src' and 'dest' are required, and must be paths")
        source = self._find_needle("files", source)
        if not os.path.isfile(source):
            raise TaskFailure("option 'src': %s is not a file" % source)
        return source, dest
