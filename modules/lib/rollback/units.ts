import { SCRIPT, UNIT } from './paths.ts';
import type { RestorePoint } from './restore-point.ts';

// It is retried until it succeeds, even if a file system is full or read-only for long.
export const service = ({ nic }: RestorePoint): string => `\
[Unit]
Description=Give ${nic} back what it had, since the change was not confirmed
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

// A monotonic timer, started again at boot: setting the clock has no effect.
export const timer = ({ nic, seconds }: RestorePoint): string => `\
[Unit]
Description=Give ${nic} back what it had, unless the change is confirmed in time

[Timer]
OnActiveSec=${seconds}
AccuracySec=100ms
Unit=${UNIT}.service

[Install]
WantedBy=timers.target
`;
