# GNU General Public License v3.0 or later (see LICENSE)
from ansible_collections.piecewise.cloud.plugins.plugin_utils.follow import Follower


class ActionModule(Follower):
    RETURNS = {"dest": str, "template": str, "needed": {"*": [str]}}
