# GNU General Public License v3.0 or later (see LICENSE)
"""Copies a large file of the controller to a host, and shows how far it is."""

import os
import re
import time

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils.aside import Aside, answered
from ansible_collections.piecewise.cloud.plugins.plugin_utils.follow import PAUSE, PAUSES
from ansible_collections.piecewise.cloud.plugins.plugin_utils.progress import described
from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import Failure, shown


class Uploader(ActionBase):
    """An action that copies files of the controller."""

    # Seconds without any data that arrives, after which the task fails.
    SILENCE = 3600
    # Seconds that the host has for a command that takes none.
    PATIENCE = 300

    def _upload(self, source, dest, host):
        """Copies a file; dest's directory is there. @raises Failure"""
        place = answered(self.PATIENCE, self._make_tmp_path)
        try:
            arrived = self._connection._shell.join_path(place, "file")
            self._transfer_followed(source, arrived, host)
            answered(self.PATIENCE, self._fixup_perms2, (place, arrived))
            words = tuple(map(self._connection._shell.quote, (arrived, arrived, dest)))
            # To another file system it is copied, which takes its time.
            command = "chmod 0600 -- %s && mv -fT -- %s %s" % words
            moved = answered(self.SILENCE, self._low_level_execute_command, command)
            if moved["rc"] != 0:
                raise Failure("%s: %s" % (dest, shown(moved["stderr"])))
        finally:
            # It has an error of its own to tell, where there is one.
            Aside(self._remove_tmp_path, place, True).done(self.PATIENCE)

    def _transfer_followed(self, source, arrived, host):
        """Sends the file aside, and meanwhile looks how much of it is there; that may be left without an answer."""
        size = "stat -c %%s -- %s" % self._connection._shell.quote(arrived)
        total = os.path.getsize(source)
        what = "copy %s from the controller" % os.path.basename(source)
        sending = Aside(self._transfer_file, source, arrived)
        look = None
        pauses = iter(PAUSES)
        before, at = 0, time.monotonic()
        while not sending.done(next(pauses, PAUSE)):
            now = time.monotonic()
            look = look or Aside(self._low_level_execute_command, size, False)
            done = None
            if look.done(1):
                done, look = self._size(look), None
            if done is not None and done > before:
                rate = (done - before) / (now - at)
                before, at = done, now
                if not self._task.no_log:
                    far = {"what": what, "done": done, "total": total, "rate": rate}
                    Display().display("%s: %s" % (host, described(far)))
            elif now - at > self.SILENCE:
                raise Failure(
                    "%s: nothing has arrived for %d s: look at the connection, and for room on the host at %s"
                    % (what, self.SILENCE, shown(arrived))
                )
        sending.value()

    @staticmethod
    def _size(look):
        """What a look says has arrived; None where it says nothing that can be."""
        try:
            said = look.value()["stdout"].strip()
        except AnsibleError:
            return None
        return int(said) if re.fullmatch(r"[0-9]{1,18}", said) else None
