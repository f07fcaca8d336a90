# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: ssh_config
short_description: Write a file for OpenSSH, by which guests are reached by their names
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Writes a file on the controller for C(Include) in C(~/.ssh/config), so that C(ssh web1) reaches the guest C(web1) of the inventory
    C(piecewise.cloud.guests), through its hypervisor if that is needed.
  - Each host has its address, user, port and private key in it, as they are in its variables. So have the hypervisors of the guests.
    Other arguments of SSH are not written.
  - It runs once for all hosts of a play, and connects to none. A value that could be read as another option is an error.
options:
  path:
    description:
      - The file. Its directory must exist. A file that this module did not write is an error.
    type: path
    default: ~/.ssh/piecewise-cloud.conf
  hosts:
    description: The hosts; those of the group C(guests) by default. An inventory without guests is an error, and an empty list writes a file without any.
    type: list
    elements: str
attributes:
  check_mode:
    support: full
    description: Reports whether the file would be changed, and changes nothing.
  diff_mode:
    support: full
    description: Shows the file, before and after.
seealso:
  - module: piecewise.cloud.vm
"""

EXAMPLES = """
# ~/.ssh/config begins with the line: Include piecewise-cloud.conf
- name: Reach guests by their names
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write how OpenSSH reaches them
      piecewise.cloud.ssh_config:
"""

RETURN = """
path:
  description: The file.
  returned: success
  type: str
hosts:
  description: The names of the hosts that are in the file.
  returned: success
  type: list
  elements: str
"""
