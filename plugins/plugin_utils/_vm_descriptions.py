# GNU General Public License v3.0 or later (see LICENSE)
"""Description files of nocloud: a line for each type of VMs, the group is the name of the file."""

import os
import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import (
    MOST,
    NAME_HINT,
    PREFIX,
    GroupError,
    Kind,
    checked_name,
)

# The form of a line, for messages.
FORM = "TEMPLATE:NUMBER:TYPE, or TEMPLATE:NUMBER:TYPE:OPTIONS"
OPTIONS = ("mem", "cpu", "dsk", "name")

# Most bytes of a file.
MOST_BYTES = 1024**2

TEMPLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
POSITIVE = re.compile(r"0*[1-9][0-9]{0,8}")


def kinds_of_descriptions(paths, directories, label="descriptions"):
    """
    The kinds of VMs in description files.
    @param paths of the files, as the user wrote them
    @param directories in which relative paths are searched for, in this order
    @param label the name of the list, for messages
    @raises GroupError
    """
    if paths is None:
        return []
    if isinstance(paths, str):
        paths = [paths]
    if not isinstance(paths, list):
        raise GroupError("%s: must be a list" % label)
    found = []
    for i, path in enumerate(paths):
        if not isinstance(path, str) or not path:
            raise GroupError("%s[%d]: must be a path" % (label, i))
        found += kinds_of_text(_read(path, directories, "%s[%d]" % (label, i)), path)
    return found


def kinds_of_text(text, path):
    """The kinds of VMs in the text of a description file. @param path of the file @raises GroupError with file and line"""
    name = os.path.basename(path)
    group = checked_name(name, "%s: the name of the file, which is that of the group" % path)
    found = []
    for i, line in enumerate(text.splitlines()):
        line = line.strip()
        if line and not line.startswith("#"):
            found.append(_kind_of_line(group, line, "%s line %d" % (path, i + 1)))
    return found


def _kind_of_line(group, line, origin):
    fields = line.split(":")
    if len(fields) not in (3, 4):
        raise GroupError("%s: must be %s" % (origin, FORM))
    template, number, kind = (field.strip() for field in fields[:3])
    if not TEMPLATE.fullmatch(template):
        raise GroupError("%s: the template must be %s" % (origin, NAME_HINT))
    if not re.fullmatch(r"[0-9]{1,9}", number) or int(number) > MOST:
        raise GroupError("%s: the number of VMs must be a whole number from 0 to %d" % (origin, MOST))
    kind = checked_name(kind, "%s: the type" % origin)
    options = _options(fields[3], origin) if len(fields) == 4 else {}
    prefix = options.pop("name", None)
    return Kind(origin, group, kind, int(number), prefix, False, None, dict({"archive_name": template}, **options))


def _options(text, origin):
    """The keys of a VM, and the prefix as `name`."""
    found, seen = {}, set()
    for one in text.split(";"):
        if not one.strip():
            continue
        key, equals, value = (part.strip() for part in one.partition("="))
        if key not in OPTIONS or not equals:
            raise GroupError("%s: '%s' is unknown: the options are %s, each with a value" % (origin, key, ", ".join(OPTIONS)))
        if key in seen:
            raise GroupError("%s: '%s' is given twice" % (origin, key))
        seen.add(key)
        if key == "mem":
            found["memory"] = "%s MiB" % _positive(value, origin, "mem", "a whole number of MiB")
        elif key == "cpu":
            found["vcpus"] = _positive(value, origin, "cpu", "a whole number of processors")
        elif key == "dsk":
            sizes = [_positive(size.strip(), origin, "dsk", "whole numbers of GiB, separated by commas") for size in value.split(",")]
            # Named by their position, so that a disk stays what it is when another one is added after it.
            found["disks"] = [{"name": "data%d" % i, "size": "%dG" % size} for i, size in enumerate(sizes)]
        else:
            found["name"] = checked_name(value, "%s: name" % origin, PREFIX)
    return found


def _positive(value, origin, key, expected):
    if not POSITIVE.fullmatch(value):
        raise GroupError("%s: %s must be %s" % (origin, key, expected))
    return int(value)


def _read(path, directories, label):
    given = os.path.expanduser(path)
    candidates = [os.path.join(directory, given) for directory in dict.fromkeys(directories) if directory]
    file = next((one for one in candidates if os.path.isfile(one)), None)
    if file is None:
        where = "" if os.path.isabs(given) else " in %s" % ", ".join(os.path.dirname(one) for one in dict.fromkeys(candidates))
        raise GroupError("%s: there is no file %s%s" % (label, path, where))
    try:
        with open(file, "rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise GroupError("%s: %s has more than %d bytes" % (label, path, MOST_BYTES))
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise GroupError("%s: %s can't be read: %s" % (label, path, reason)) from reason
