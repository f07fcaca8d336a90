# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module image, and copies the files of the controller that it makes images from."""

import hashlib
import os
import re

from ansible.errors import AnsibleError

from ansible_collections.piecewise.cloud.plugins.plugin_utils._controller_files import ControllerFilesAction
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure

BLOCK = 1024**2
DIGEST = re.compile(r"sha(256|512):[0-9A-Fa-f]+")


class ActionModule(ControllerFilesAction):
    FILES_DESCRIPTION = "the path of one of its images"

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

    def _check_file(self, name, given):
        path, checksum = given
        what = "images['%s']" % name if self._task.args.get("images") else name
        try:
            file = self._find_needle("files", path)
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
