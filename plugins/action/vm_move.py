# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module vm_move, and shows its progress."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._follow import Follower

ActionModule = Follower
