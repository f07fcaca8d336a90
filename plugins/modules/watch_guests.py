# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: watch_guests
short_description: Say what becomes of guests, until Ctrl-C is pressed
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Stays in the foreground, and says when a guest runs, gets an address, is ready or vanishes. It ends when Ctrl-C is pressed, or when no
    guest runs. The play goes on then. Of a container without cloud-init it does not say that it is ready, since nothing tells it.
  - The hypervisors are asked by M(piecewise.cloud.vm_info). An error of one is said, and it is asked again.
  - It needs a terminal, and is run once for all hosts. Without guests it only looks if there is one.
  - Passwords and users that were given on the command line are not known to it. They must be in variables.
options:
  guests:
    description: The names of the guests, by hypervisor, as M(piecewise.cloud.select_guests) returns them.
    type: dict
    required: true
seealso:
  - module: piecewise.cloud.select_guests
  - module: piecewise.cloud.vm_info
attributes:
  check_mode:
    support: full
    description: It watches in check mode too.
  diff_mode:
    support: none
    description: It changes nothing.
"""

EXAMPLES = """
- name: Stay in the foreground until Ctrl-C is pressed
  piecewise.cloud.watch_guests:
    guests:
      hv1: [web00, web01]
  run_once: true
  register: watched
"""

RETURN = """
interrupted:
  description: Whether Ctrl-C was pressed.
  returned: success
  type: bool
"""
