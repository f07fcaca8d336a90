# GNU General Public License v3.0 or later (see LICENSE)
"""
Runs a module that uses files of the controller. Only the files that the module asks for are copied to the host, and they are
removed when it is done. Long work is followed.
"""

import os
import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils._background import BackgroundCall, call_with_timeout
from ansible_collections.piecewise.cloud.plugins.plugin_utils._follow import Follower
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure, UntrustedAnswer, excerpt
from ansible_collections.piecewise.cloud.plugins.plugin_utils._upload import Uploader

PATH = re.compile(r"/[^\0\n]{1,4095}")

# Prints "made" when the directory didn't exist.
MAKE = "test -d {0} || {{ mkdir -p -- {0} && echo made; }}"


class ControllerFilesAction(Follower, Uploader):
    """An action whose module may ask for files of the controller, each by a name."""

    EXTRA_RETURNS = {"piecewise_uploads": {"*": str}}
    # What the files are, for errors.
    FILES_DESCRIPTION = "file"

    def _available_files(self, args):
        """The files of the controller that the arguments name: a mapping by name. May change the arguments."""
        raise NotImplementedError

    def _check_file(self, name, given):
        """The path of a file that the module asked for. @raises TaskFailure when it is not as the task describes it"""
        return given

    def _run_task(self, args, task_vars):
        available = self._available_files(args)
        answer = super()._run_task(dict(args), task_vars)
        requested = answer.pop("piecewise_uploads", None)
        if not requested:
            return answer
        for name, dest in requested.items():
            if name not in available or not PATH.fullmatch(dest):
                raise UntrustedAnswer("asked for a file of the controller that is not %s" % self.FILES_DESCRIPTION)
        # Checks all of them before the first is copied.
        files = {name: self._check_file(name, available[name]) for name in sorted(requested)}
        if self._task.check_mode:
            return answer
        sent = []
        try:
            for name, file in files.items():
                sent.append(self._send(file, requested[name]))
            answer = super()._run_task(dict(args, uploaded=sorted(requested)), task_vars)
        finally:
            for removal in reversed(sent):
                # Not raised: an error of the task itself would be lost.
                BackgroundCall(self._low_level_execute_command, removal).wait(self.PATIENCE)
        if answer.pop("piecewise_uploads", None):
            raise UntrustedAnswer("asked again for a file that was copied")
        return answer

    def _send(self, source, dest):
        """Copies a file, and makes its directory if needed. @returns the command that removes what was made"""
        quote = self._connection._shell.quote
        directory = quote(os.path.dirname(dest))
        made = call_with_timeout(self.PATIENCE, self._low_level_execute_command, MAKE.format(directory))
        if made["rc"] != 0:
            raise TaskFailure("%s: %s" % (dest, excerpt(made["stderr"])))
        removal = "rm -f -- %s" % quote(dest)
        if made["stdout"].strip() == "made":
            removal += "; rmdir -- %s 2>/dev/null || true" % directory
        try:
            self._upload(source, dest, self._host)
        except BaseException:
            BackgroundCall(self._low_level_execute_command, removal).wait(self.PATIENCE)
            raise
        return removal
