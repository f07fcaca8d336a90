# GNU General Public License v3.0 or later (see LICENSE)
"""Writes the picture of a cloud: a page that is complete in itself, or, by Node.js, an SVG or a text for Mermaid."""

import json
import os
import shutil
import subprocess

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure

HERE = os.path.dirname(os.path.abspath(__file__))
# What `picture/` is built into.
PAGE = os.path.join(HERE, "picture.html")
PROGRAM = os.path.join(HERE, "picture.cjs")
# What the page has in place of the data.
MARKER = '"@@CLOUD@@"'


def page_of(cloud):
    """The page with the data in it. In it `<` can't end the element that the data is in."""
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    return page.replace(MARKER, json.dumps(cloud, sort_keys=True, allow_nan=False).replace("<", "\\u003c"), 1)


def drawing_of(cloud, form):
    """
    The picture in a form for documents, `svg` or `mermaid`.
    @raises TaskFailure where this machine lacks Node.js
    """
    node = shutil.which("node")
    if node is None:
        raise TaskFailure("format: %s needs Node.js here: install it, or write the page and save the picture from there" % form)
    done = subprocess.run([node, PROGRAM, form], input=json.dumps(cloud, allow_nan=False).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise TaskFailure("node ended with %d: %s" % (done.returncode, done.stderr.decode(errors="replace").strip()[-1000:]))
    return done.stdout.decode()
