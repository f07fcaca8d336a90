# GNU General Public License v3.0 or later (see LICENSE)
"""
Runs a module that makes something of files of the controller, follows long work of it, and brings the files: only those that
it asks for, so that nothing is sent that the host needs not, and what was brought isn't left there.
"""

import os
import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils.aside import Aside, answered
from ansible_collections.piecewise.cloud.plugins.plugin_utils.follow import Follower
from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import Failure, Refused, shown
from ansible_collections.piecewise.cloud.plugins.plugin_utils.upload import Uploader

PATH = re.compile(r"/[^\0\n]{1,4095}")

# Whether a directory had to be made is what it prints.
MAKE = "test -d {0} || {{ mkdir -p -- {0} && echo made; }}"


class Bringer(Follower, Uploader):
    """An action whose module asks for files, by names that this class knows the files by."""

    ASKS = {"piecewise_uploads": {"*": str}}
    # What each of the files is, for errors.
    WHAT = "file"

    def _offered(self, args):
        """The files of the controller that the task's arguments name, by their names; it may change the arguments."""
        raise NotImplementedError

    def _checked(self, name, given):
        """The path of a file that is asked for. @raises Failure where it is not as the task says"""
        return given

    def _answered(self, args, task_vars):
        offered = self._offered(args)
        answer = super()._answered(dict(args), task_vars)
        wanted = answer.pop("piecewise_uploads", None)
        if not wanted:
            return answer
        for name, dest in wanted.items():
            if name not in offered or not PATH.fullmatch(dest):
                raise Refused("wants a file of the controller that is not %s" % self.WHAT)
        # All of them before the first is sent.
        files = {name: self._checked(name, offered[name]) for name in sorted(wanted)}
        if self._task.check_mode:
            return answer
        brought = []
        try:
            for name, file in files.items():
                brought.append(self._bring(file, wanted[name]))
            answer = super()._answered(dict(args, uploaded=sorted(wanted)), task_vars)
        finally:
            for removal in reversed(brought):
                # It has an error of its own to tell, where there is one.
                Aside(self._low_level_execute_command, removal).done(self.PATIENCE)
        if answer.pop("piecewise_uploads", None):
            raise Refused("wants a file again that was brought")
        return answer

    def _bring(self, source, dest):
        """Copies a file, whose directory is made where there is none. @returns the command that removes both"""
        quote = self._connection._shell.quote
        directory = quote(os.path.dirname(dest))
        made = answered(self.PATIENCE, self._low_level_execute_command, MAKE.format(directory))
        if made["rc"] != 0:
            raise Failure("%s: %s" % (dest, shown(made["stderr"])))
        removal = "rm -f -- %s" % quote(dest)
        if made["stdout"].strip() == "made":
            removal += "; rmdir -- %s 2>/dev/null || true" % directory
        try:
            self._upload(source, dest, self._host)
        except BaseException:
            Aside(self._low_level_execute_command, removal).done(self.PATIENCE)
            raise
        return removal
