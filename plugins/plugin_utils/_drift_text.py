# GNU General Public License v3.0 or later (see LICENSE)
"""The drift of a cloud as a text for people."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import line_of

NONE = "No drift: a run of piecewise.cloud.site would change nothing."


def drift_text(cloud):
    """
    What a run would change, host by host and object by object. The diffs are what the play has printed.
    @param cloud see `_cloud`
    """
    blocks = ["\n".join(_host(host)) for host in cloud["hosts"] if host["drift"] or host["problems"]]
    return "\n\n".join([*blocks, summary_of(cloud)])


def summary_of(cloud):
    """One line about the drift of the whole cloud."""
    count = sum(len(host["drift"]) for host in cloud["hosts"])
    problems = sum(1 for host in cloud["hosts"] if host["problems"])
    unknown = "; not all is known of %s" % _count(problems, "host") if problems else ""
    if count == 0:
        return "No drift was found%s" % unknown if problems else NONE
    return "Drift: %s%s" % (_count(count, "object"), unknown)


def _count(number, word):
    return "%d %s%s" % (number, word, "" if number == 1 else "s")


def _host(host):
    yield host["name"]
    for problem in host["problems"]:
        yield "  ! %s" % line_of(problem, 1000)
    for drift in host["drift"]:
        yield "  %s" % line_of("%s %s: %s" % (drift["kind"], drift["name"], ", ".join(drift["changes"])), 2000)
