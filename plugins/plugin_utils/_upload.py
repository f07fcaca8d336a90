# GNU General Public License v3.0 or later (see LICENSE)
"""Copies a large file of the controller to a host, and shows its progress."""

import os
import re
import time

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils._background import BackgroundCall, call_with_timeout
from ansible_collections.piecewise.cloud.plugins.plugin_utils._follow import PAUSE, PAUSES
from ansible_collections.piecewise.cloud.plugins.plugin_utils._progress import describe
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure, excerpt


class Uploader(ActionBase):
    """An action that copies files of the controller."""

    # Seconds without new data on the host after which the task fails.
    SILENCE = 3600
    # Seconds after which a quick command on the host has failed.
    PATIENCE = 300

    def _upload(self, source, dest, host):
        """Copies a file. The directory of dest must exist. @raises TaskFailure"""
        place = call_with_timeout(self.PATIENCE, self._make_tmp_path)
        try:
            arrived = self._connection._shell.join_path(place, "file")
            self._transfer_with_progress(source, arrived, host)
            call_with_timeout(self.PATIENCE, self._fixup_perms2, (place, arrived))
            file, target = map(self._connection._shell.quote, (arrived, dest))
            # It belongs to the user of the connection. It is to belong to the one who runs tasks, or, where that user may give it away, to
            # the owner of the file that it replaces. mv copies it to another file system, which may take long.
            own = 'chown -- "$(id -u):$(id -g)" %s && chmod 0600 -- %s' % (file, file)
            command = "%s && { chown --reference=%s -- %s 2>/dev/null || :; } && mv -fT -- %s %s" % (own, target, file, file, target)
            moved = call_with_timeout(self.SILENCE, self._low_level_execute_command, command)
            if moved["rc"] != 0:
                raise TaskFailure("%s: %s" % (dest, excerpt(moved["stderr"])))
        finally:
            # Not raised: an error of the copy itself would be lost.
            BackgroundCall(self._remove_tmp_path, place, True).wait(self.PATIENCE)

    def _transfer_with_progress(self, source, arrived, host):
        """Sends the file in the background, and shows how much has arrived. The host may not answer how much."""
        size = "stat -c %%s -- %s" % self._connection._shell.quote(arrived)
        total = os.path.getsize(source)
        what = "copy %s from the controller" % os.path.basename(source)
        sending = BackgroundCall(self._transfer_file, source, arrived)
        look = None
        pauses = iter(PAUSES)
        before, last = 0, time.monotonic()
        while not sending.wait(next(pauses, PAUSE)):
            now = time.monotonic()
            look = look or BackgroundCall(self._low_level_execute_command, size, False)
            done = None
            if look.wait(1):
                done, look = self._size(look), None
            if done is not None and done > before:
                rate = (done - before) / (now - last)
                before, last = done, now
                if not self._task.no_log:
                    far = {"what": what, "done": done, "total": total, "rate": rate}
                    Display().display("%s: %s" % (host, describe(far)))
            elif now - last > self.SILENCE:
                raise TaskFailure(
                    "%s: nothing has arrived for %d s: check the connection, and the free space on the host at %s"
                    % (what, self.SILENCE, excerpt(arrived))
                )
        sending.value()

    @staticmethod
    def _size(look):
        """The bytes that have arrived; None when the host gives no valid number."""
        try:
            size = look.value()["stdout"].strip()
        except AnsibleError:
            return None
        return int(size) if re.fullmatch(r"[0-9]{1,18}", size) else None
