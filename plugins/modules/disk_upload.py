# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: disk_upload
short_description: Copy a large file of the controller to the host, with its progress
version_added: 0.2.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Copies a disk image or another large file, and shows percent and rate while it does.
  - A file of the same size and SHA-256 checksum is not copied again. Checksums are computed only if the sizes are equal.
  - The file appears under its name when it is complete.
options:
  src:
    description: A file on the controller. A relative path is looked up as M(ansible.builtin.copy) does.
    type: path
    required: true
  dest:
    description: The path of the file on the host. Its directory must exist.
    type: path
    required: true
  mode:
    description: The permissions of the file. A new file gets C(0600) by default; those of an existing file are kept.
    type: raw
  owner:
    description: The user who owns the file.
    type: str
  group:
    description: The group of the file.
    type: str
attributes:
  check_mode:
    support: full
    description: Reports whether the file would be copied, and changes nothing.
  diff_mode:
    support: none
    description: A large file has no diff.
seealso:
  - module: ansible.builtin.copy
"""

EXAMPLES = """
- name: An image of the controller
  piecewise.cloud.disk_upload:
    src: debian-12.qcow2
    dest: /var/lib/libvirt/images/debian-12.qcow2
    mode: "0644"
"""

RETURN = """
dest:
  description: The path of the file on the host.
  returned: success
  type: str
"""
