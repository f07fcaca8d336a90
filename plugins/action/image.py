# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module image, and brings the files of the controller that it makes images from."""

import hashlib
import os
import re

from ansible.errors import AnsibleError

from ansible_collections.piecewise.cloud.plugins.plugin_utils.bring import Bringer
from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import Failure

BLOCK = 1024**2
DIGEST = re.compile(r"sha(256|512):[0-9A-Fa-f]+")


class ActionModule(Bringer):
    WHAT = "that of one of its images"

    def _offered(self, args):
        """The images by a file of the controller: where that is, and its checksum as the task has them."""
        images = args.get("images")
        # What is not a mapping, the module refuses.
        named = images.items() if isinstance(images, dict) else [(args.get("name"), args)]
        given = {name: dict(args, **image) for name, image in named if isinstance(image, dict)}
        return {
            name: (image["path"], image["checksum"])
            for name, image in given.items()
            if isinstance(image.get("path"), str) and DIGEST.fullmatch(str(image.get("checksum")))
        }

    def _checked(self, name, given):
        path, checksum = given
        what = "images['%s']" % name if self._task.args.get("images") else name
        try:
            file = self._find_needle("files", path)
        except AnsibleError:
            raise Failure("%s: option 'path': %s is not on the controller" % (what, path))
        if not os.path.isfile(file):
            raise Failure("%s: option 'path': %s is not a file" % (what, file))
        algorithm, _, digest = checksum.partition(":")
        found = digest_of(file, algorithm)
        if found != digest.lower():
            raise Failure(
                "%s: option 'checksum': %s has %s:%s and not %s: it is damaged, or another one"
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
