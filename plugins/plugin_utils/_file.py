# GNU General Public License v3.0 or later (see LICENSE)
"""Files of the controller."""

import os
import tempfile

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure


def directories_for(variable):
    """
    The directories in which relative paths are searched for, in their order.
    @param variable gets a variable of the host by its name
    """
    return [variable("inventory_dir"), os.getcwd(), variable("playbook_dir")]


def replace_file(path, text):
    """Replaces a file at once, as its owner's alone. @raises TaskFailure for a directory or a device, OSError"""
    if os.path.lexists(path) and not os.path.isfile(path):
        raise TaskFailure("%s is not a file: give another path" % path)
    descriptor, temporary = tempfile.mkstemp(prefix=".piecewise-", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
