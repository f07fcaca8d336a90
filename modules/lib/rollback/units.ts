import { SCRIPT, UNIT } from './place.ts';
import type { WayBack } from './wayback.ts';

// It is tried again until everything is back, however long a file system is full or read-only.
export const service = ({ nic }: WayBack): string => `\
[Unit]
Description=Give ${nic} back what it had, since nobody confirmed the change
# At boot, when the network is up as it was left.
After=network.target openvswitch-switch.service ovs-vswitchd.service networking.service systemd-networkd.service
ConditionPathExists=${SCRIPT}
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh ${SCRIPT}
# A DHCP client that it starts stays.
KillMode=process
Restart=on-failure
RestartSec=5
`;

// Counted from when the timer is started, at boot too: setting the clock meanwhile changes nothing.
export const timer = ({ nic, seconds }: WayBack): string => `\
[Unit]
Description=Give ${nic} back what it had, unless the change is confirmed in time

[Timer]
OnActiveSec=${seconds}
AccuracySec=100ms
Unit=${UNIT}.service

[Install]
WantedBy=timers.target
`;
