# GNU General Public License v3.0 or later (see LICENSE)
"""
Copies a large file of the controller to the host, and shows how far it is. What ansible.builtin.copy does, but for its
silence, and for reading the whole file three times for checksums: whoever takes the file checks it.

Options: src, a path on the controller; dest, a path on the host, whose directory is there.
"""

import os

from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import Failure
from ansible_collections.piecewise.cloud.plugins.plugin_utils.upload import Uploader


class ActionModule(Uploader):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        host = task_vars["inventory_hostname"]
        try:
            source, dest = self._options()
            if not self._task.check_mode:
                self._upload(source, dest, host)
            result.update(changed=True, dest=dest)
        except Failure as reason:
            result.update(failed=True, msg="%s: %s" % (host, reason))
        return result

    def _options(self):
        """The file of the controller, and the path on the host."""
        source, dest = (self._task.args.get(name) for name in ("src", "dest"))
        if not all(isinstance(path, str) and path for path in (source, dest)):
            raise Failure("the options 'src' and 'dest' are required, and are paths")
        source = self._find_needle("files", source)
        if not os.path.isfile(source):
            raise Failure("option 'src': %s is not a file" % source)
        return source, dest
