# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: cloud_report
short_description: Show, or draw, what is known of the cloud
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Puts together what the variables declare, what M(piecewise.cloud.cloud_info) has read of each host, and what the
    plays before it would change. It is run once for all hosts of the play.
  - What would change is known in the playbooks of this collection alone. In others, what was read and declared is shown.
  - The playbooks C(piecewise.cloud.drift), C(piecewise.cloud.status) and C(piecewise.cloud.picture) end with it.
  - It runs on the controller, and needs neither a connection nor Node.js, but for C(format=svg) and C(format=mermaid).
options:
  format:
    description:
      - C(drift) shows what a run of C(piecewise.cloud.site) would change. It fails where that is anything, or where it isn't known.
      - C(status) shows a table of hosts and guests.
      - C(html) writes a page with a picture of the cloud, for any browser. C(svg) and C(mermaid) write the picture for documents, and need
        Node.js on the controller.
    type: str
    required: true
    choices: [drift, status, html, svg, mermaid]
  path:
    description:
      - The file that the picture is written to. It is replaced at once, and readable by its owner alone.
      - By default C(cloud.html), C(cloud.svg) or C(cloud.mmd) in the current directory.
    type: path
  info:
    description: The name of the variable in which the result of M(piecewise.cloud.cloud_info) was registered.
    type: str
  checked:
    description: Whether the plays before have looked for drift. It has no effect outside the playbooks of this collection.
    type: bool
    default: true
  json:
    description: A file that all of it is written to, as JSON.
    type: path
seealso:
  - module: piecewise.cloud.cloud_info
notes:
  - The files have addresses and names of the cloud in them, and no secrets.
attributes:
  check_mode:
    support: none
    description: It reports in check mode too, and writes its files.
  diff_mode:
    support: none
    description: It changes no host.
"""

EXAMPLES = """
- name: Read the hosts
  piecewise.cloud.cloud_info:
  register: cloud_read

- name: Draw them
  piecewise.cloud.cloud_report:
    format: html
    path: cloud.html
    info: cloud_read
    checked: false
  run_once: true
"""

RETURN = """
drift:
  description: Whether a run of C(piecewise.cloud.site) would change anything.
  returned: always
  type: bool
files:
  description: The files that were written.
  returned: always
  type: list
  elements: str
"""
