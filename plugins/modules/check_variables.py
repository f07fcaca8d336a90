# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: check_variables
short_description: Check the variables of this collection's roles on the controller
version_added: 0.2.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Checks the variables of roles before anything is changed. It needs no connection to the host, and no Node.js.
  - An error names the host, the item, the key and the nearest known key, and shows no values.
options:
  roles:
    description: The roles whose variables are checked, by their names in this collection.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    support: full
    description: Works in check mode.
  diff_mode:
    support: none
    description: It changes nothing.
"""

EXAMPLES = """
- name: Check the variables of all hosts before the first is changed
  hosts: kvm
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Check the variables
      piecewise.cloud.check_variables:
        roles: [ovs, image, vm]
"""

RETURN = """
"""
