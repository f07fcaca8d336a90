# GNU General Public License v3.0 or later (see LICENSE)
"""
Copies a large file of the controller to the host, and shows how far it is. What ansible.builtin.copy does, but for its
silence, and for reading the whole file three times for checksums: whoever takes the file checks it.

Options: src, a path on the controller; dest, a path on the host, whose directory is there.
"""

import os
import threading
import time

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils.follow import PAUSE, PAUSES, described


class ActionModule(ActionBase):
    TRANSFERS_FILES = True

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        source, dest = (self._task.args.get(name) for name in ("src", "dest"))
        if not source or not dest:
            raise AnsibleActionFail("the options 'src' and 'dest' are required")
        source = self._find_needle("files", source)
        result.update(changed=True, dest=dest)
        if self._task.check_mode:
            return result
        place = self._make_tmp_path()
        try:
            arrived = self._connection._shell.join_path(place, "file")
            self._transfer_followed(source, arrived, task_vars["inventory_hostname"])
            self._fixup_perms2((place, arrived))
            moved = self._low_level_execute_command(
                "mv -f %s %s && chmod 0600 %s" % tuple(map(self._connection._shell.quote, (arrived, dest, dest)))
            )
            if moved["rc"] != 0:
                raise AnsibleActionFail("%s: %s" % (dest, moved["stderr"].strip()))
        finally:
            self._remove_tmp_path(place, force=True)
        return result

    def _transfer_followed(self, source, arrived, host):
        """Sends the file in a thread of its own; meanwhile this one looks how much of it is there."""
        failures = []

        def send():
            try:
                self._transfer_file(source, arrived)
            except Exception as failure:  # told by the thread that waits
                failures.append(failure)

        sending = threading.Thread(target=send, daemon=True)
        sending.start()
        total = os.path.getsize(source)
        what = "copy %s from the controller" % os.path.basename(source)
        pauses = iter(PAUSES)
        before, at = 0, time.monotonic()
        while True:
            sending.join(next(pauses, PAUSE))
            if not sending.is_alive():
                break
            look = self._low_level_execute_command(
                "stat -c %%s %s" % self._connection._shell.quote(arrived), sudoable=False
            )
            if look["rc"] != 0:
                continue
            done, now = int(look["stdout"].strip() or 0), time.monotonic()
            rate = (done - before) / (now - at)
            before, at = done, now
            if self._task.no_log:
                continue
            Display().display("%s: %s" % (host, described({"what": what, "done": done, "total": total, "rate": rate})))
        if failures:
            raise failures[0]
