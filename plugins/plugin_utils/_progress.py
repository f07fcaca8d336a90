# GNU General Public License v3.0 or later (see LICENSE)
"""Reads the progress of long work, and describes it for display."""

import json

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import excerpt

# More bytes than any disk has.
MOST_BYTES = 2**63
# A file's name has 255 characters at most.
MOST_WHAT = 300


def parse_progress(text):
    """
    Reads the progress that a host reports.
    @returns a mapping for `describe`, or None when it is invalid, which doesn't stop the work
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    what, done, total, rate = (value.get(name) for name in ("what", "done", "total", "rate"))
    if not isinstance(what, str):
        return None
    if not all(count is None or _is_count(count) for count in (done, total, rate)):
        return None
    return {"what": what, "done": done, "total": total, "rate": rate}


def _is_count(value):
    # NaN is in no range.
    return type(value) in (int, float) and 0 <= value <= MOST_BYTES


def human_bytes(count):
    """Bytes in the largest unit of which there is at least one."""
    for unit in ["B", "KiB", "MiB", "GiB"]:
        if count < 1024:
            break
        count /= 1024.0
    else:
        unit = "TiB"
    return ("%.0f %s" if unit == "B" else "%.1f %s") % (count, unit)


def describe(progress):
    """Describes progress: what, percent, rate and the time that is left; only what, when it is not counted in bytes."""
    # A file's name may hold control characters.
    what = excerpt(progress["what"], MOST_WHAT).replace("\n", "?")
    done, total, rate = (progress.get(key) for key in ("done", "total", "rate"))
    if done is None:
        return what
    # Below a byte a second, the time that is left says nothing.
    rate = rate if rate and rate >= 1 else None
    if total and total >= done:
        far = "%d %% of %s" % (100 * done / total, human_bytes(total))
    else:
        far = human_bytes(done)
    words = [far] + (["%s/s" % human_bytes(rate)] if rate else [])
    if total and total >= done and rate:
        left = int((total - done) / rate)
        words.append("%d:%02d left" % (left // 60, left % 60))
    return "%s: %s" % (what, ", ".join(words))
