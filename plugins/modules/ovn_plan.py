# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: ovn_plan
short_description: Check that the hosts of a cloud can work with each other by OVN
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Reads what all hosts have answered to M(piecewise.cloud.ovn_info). It is an error if the members of the databases have different
    releases of OVN, or one that is newer than that of another host, and if two hosts have the same C(ovn_chassis) or C(ovn_address).
    The hosts are named.
  - It is an error too if no member is left, and hosts stay that use the databases.
  - It returns what the hosts have said of their databases, for C(hosts) of M(piecewise.cloud.ovn_central).
  - It needs no connection to a host, and is run once for all of them.
options:
  info:
    description: The name of the variable with what each host has answered.
    type: str
    required: true
  members:
    description: The names of the members.
    type: list
    elements: str
    required: true
  group:
    description: All hosts of the cloud.
    type: list
    elements: str
    default: []
  leaving:
    description: Hosts that are taken out, whose release doesn't matter.
    type: list
    elements: str
    default: []
seealso:
  - module: piecewise.cloud.ovn_info
  - module: piecewise.cloud.ovn_central
attributes:
  check_mode:
    support: full
    description: It checks in check mode too.
  diff_mode:
    support: none
    description: It changes nothing.
"""

EXAMPLES = """
- name: Read which OVN each host has
  piecewise.cloud.ovn_info:
  register: ovn_read

- name: Check that they work with each other
  piecewise.cloud.ovn_plan:
    info: ovn_read
    members: [hv1, hv2, hv3]
  run_once: true
"""

RETURN = """
hosts:
  description: The hosts that have answered, each with its address by the inventory, and what its databases are.
  returned: success
  type: list
  elements: dict
  sample: [{name: hv1, address: 10.0.0.1, northbound: {kind: none}, southbound: {kind: none}}]
"""
