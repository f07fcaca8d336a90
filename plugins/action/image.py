# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module image, and copies the files of the controller that it makes images from."""

import hashlib
import os
import re

from ansible.errors import AnsibleError

from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_files import ControllerFilesAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._file import directories_for
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure

BLOCK = 1024**2
DIGEST = re.compile(r"sha(256|512):[0-9A-Fa-f]+")


class ActionModule(ControllerFilesAction):
    FILES_DESCRIPTION = "the path of one of its images"
    # In which a relative path is searched for.
    _directories = ()

    def _available_files(self, args):
        """The path and the checksum of each image that is made from a file of the controller."""
        images = args.get("images")
        # The module reports anything that is not a mapping.
        named = images.items() if isinstance(images, dict) else [(args.get("name"), args)]
        given = {name: dict(args, **image) for name, image in named if isinstance(image, dict)}
        return {
            name: (image["path"], image["checksum"])
            for name, image in given.items()
            if isinstance(image.get("path"), str) and DIGEST.fullmatch(str(image.get("checksum")))
        }

    def _run_task(self, args, task_vars):
        self._directories = [directory for directory in directories_for(task_vars.get) if directory]
        return super()._run_task(args, task_vars)

    def _find(self, path):
        """The file at a path. @raises AnsibleError when there is none"""
        try:
            return self._find_needle("files", path)
        except AnsibleError:
            # A playbook of a collection is not beside the files of its user.
            for directory in self._directories:
                for file in (os.path.join(directory, "files", path), os.path.join(directory, path)):
                    if os.path.isfile(file):
                        return file
            raise

    def _check_file(self, name, given):
        path, checksum = given
        what = "images['%s']" % name if self._task.args.get("images") else name
        try:
            file = self._find(path)
        except AnsibleError as error:
            raise TaskFailure("%s: option 'path': %s is not on the controller" % (what, path)) from error
        if not os.path.isfile(file):
            raise TaskFailure("%s: option 'path': %s is not a file" % (what, file))
        algorithm, digest = checksum.split(":")
        found = digest_of(file, algorithm)
        if found != digest.lower():
            raise TaskFailure(
                "%s: option 'checksum': %s has %s:%s and not %s: it is damaged, or another file"
                % (what, file, algorithm, found, checksum)
            )
        return file


def digest_of(file, algorithm):
    """The hexadecimal digest of a file."""
    digest = hashlib.new(algorithm)
    with open(file, "rb") as content:
        for block in iter(lambda: content.read(BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()
