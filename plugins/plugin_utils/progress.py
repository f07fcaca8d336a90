# GNU General Public License v3.0 or later (see LICENSE)
"""How far long work has come: what a host says of it, and what people are told."""

import json

from ansible_collections.piecewise.cloud.plugins.plugin_utils.said import shown

# More bytes than any disk has.
MOST_BYTES = 2**63
# A file's name has 255 characters at most.
MOST_WHAT = 300


def progress(text):
    """
    Reads what a host says of its progress.
    @returns a mapping for `described`, or None for anything else: the work doesn't end because of it
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    what, done, total, rate = (said.get(name) for name in ("what", "done", "total", "rate"))
    if not isinstance(what, str):
        return None
    if not all(count is None or _is_count(count) for count in (done, total, rate)):
        return None
    return {"what": what, "done": done, "total": total, "rate": rate}


def _is_count(value):
    # NaN is in no range.
    return type(value) in (int, float) and 0 <= value <= MOST_BYTES


def human(count):
    """Bytes in the largest unit that leaves more than one of it."""
    for unit in ["B", "KiB", "MiB", "GiB"]:
        if count < 1024:
            break
        count /= 1024.0
    else:
        unit = "TiB"
    return ("%.0f %s" if unit == "B" else "%.1f %s") % (count, unit)


def described(progress):
    """How far it is, for people: what, percent, rate and the time that is left; of what has no bytes, what alone."""
    # A file's name may be made to speak to the terminal.
    what = shown(progress["what"], MOST_WHAT).replace("\n", "?")
    done, total, rate = (progress.get(key) for key in ("done", "total", "rate"))
    if done is None:
        return what
    # Below a byte a second, an end is not worth a forecast.
    rate = rate if rate and rate >= 1 else None
    if total and total >= done:
        far = "%d %% of %s" % (100 * done / total, human(total))
    else:
        far = human(done)
    words = [far] + (["%s/s" % human(rate)] if rate else [])
    if total and total >= done and rate:
        left = int((total - done) / rate)
        words.append("%d:%02d left" % (left // 60, left % 60))
    return "%s: %s" % (what, ", ".join(words))
