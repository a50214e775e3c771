import { CONTROL_SOCKET } from './control-server.ts'
import { MAINTENANCE_FILE } from './maintenance.ts'

/** keepalived's flags, by what becomes of them here, and our own. */

const CONFIG_FILE = '/etc/keepalived/keepalived.conf'
const PID_FILE = '/run/keepalived.pid'
/** Long enough for mysqld to stop and start again without the address coming back meanwhile. */
const HOLD_DOWN_SECONDS = 10

export const FLAGS = {
  'use-file': { type: 'string', short: 'f', default: CONFIG_FILE },
  'config-id': { type: 'string', short: 'i' },
  'config-test': { type: 'boolean', short: 't', default: false },
  /** `--config-test=FILE`, taken apart before. */
  'config-test-log': { type: 'string' },
  'dont-fork': { type: 'boolean', short: 'n', default: false },
  'log-console': { type: 'boolean', short: 'l', default: false },
  'log-detail': { type: 'boolean', short: 'D', default: false },
  'log-facility': { type: 'string', short: 'S' },
  'dump-conf': { type: 'boolean', short: 'd', default: false },
  pid: { type: 'string', short: 'p', default: PID_FILE },
  vrrp_pid: { type: 'string', short: 'r' },
  checkers_pid: { type: 'string', short: 'c' },
  signum: { type: 'string' },
  version: { type: 'boolean', short: 'v', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  // Said to have no effect, see IGNORED.
  vrrp: { type: 'boolean', short: 'P', default: false },
  check: { type: 'boolean', short: 'C', default: false },
  all: { type: 'boolean', default: false },
  no_bfd: { type: 'boolean', short: 'B', default: false },
  bfd_pid: { type: 'string', short: 'b' },
  'log-file': { type: 'string', short: 'g' },
  'no-syslog': { type: 'boolean', short: 'G', default: false },
  'release-vips': { type: 'boolean', short: 'X', default: false },
  'dont-release-ipvs': { type: 'boolean', short: 'I', default: false },
  'address-monitoring': { type: 'boolean', short: 'a', default: false },
  snmp: { type: 'boolean', short: 'x', default: false },
  'snmp-agent-socket': { type: 'string', short: 'A' },
  'core-dump': { type: 'boolean', short: 'm', default: false },
  'core-dump-pattern': { type: 'string', short: 'M' },
  'dont-respawn': { type: 'boolean', short: 'R', default: false },
  // Refused, see REFUSED.
  'dont-release-vrrp': { type: 'boolean', short: 'V', default: false },
  namespace: { type: 'string', short: 's' },
  umask: { type: 'string', short: 'u' },
  'all-config': { type: 'boolean', short: 'e', default: false },
  // Ours.
  control: { type: 'string', default: CONTROL_SOCKET },
  'maintenance-file': { type: 'string', default: MAINTENANCE_FILE },
  'no-real-time': { type: 'boolean', default: false },
  'hold-down': { type: 'string', default: String(HOLD_DOWN_SECONDS) },
  instance: { type: 'string' },
  follow: { type: 'boolean', default: false },
  // Of -t.
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  lang: { type: 'string', default: 'en' },
  worker: { type: 'string' },
  'system-log': { type: 'boolean', default: false },
} as const

type Flag = keyof typeof FLAGS

/** Understood, and said once in the log: an init script's habit must not keep the daemon from starting. */
export const IGNORED: readonly (readonly [Flag, string])[] = [
  ['vrrp', 'both parts always run'],
  ['check', 'both parts always run'],
  ['all', 'both parts always run'],
  ['no_bfd', 'there is no BFD here'],
  ['bfd_pid', 'there is no BFD here'],
  ['log-file', 'the log goes to stderr with --dont-fork, else to the system log'],
  ['no-syslog', 'the log goes to stderr with --dont-fork, else to the system log'],
  ['release-vips', 'the addresses always go with the daemon'],
  ['dont-release-ipvs', 'there is no IPVS here'],
  ['address-monitoring', 'ip monitor address shows the same'],
  ['snmp', 'there is no SNMP here; see metrics_port'],
  ['snmp-agent-socket', 'there is no SNMP here; see metrics_port'],
  ['core-dump', 'there is no core to dump; a defect is in the log with its place'],
  ['core-dump-pattern', 'there is no core to dump; a defect is in the log with its place'],
  ['dont-respawn', 'a worker that ends is always started again'],
]

/** Starting without them would be something else than what was asked for. */
export const REFUSED: readonly (readonly [Flag, string])[] = [
  ['dont-release-vrrp', 'an address that stays without its daemon is an address on two hosts; leave the flag out'],
  ['namespace', 'start it in the namespace: ip netns exec NAME mmha-keepalived …'],
  ['umask', 'write umask in global_defs'],
  ['all-config', 'write includer or includet where a file must be there'],
]

export const HELP = `Usage: mmha-keepalived [FLAGS]            run the daemon
       mmha-keepalived -t [-f FILE]       check a configuration
       mmha-keepalived format [FILE]      print a configuration in one layout; comments and meaning stay
       mmha-keepalived ctl status         state of the instances, as JSON
       mmha-keepalived ctl switch [--instance NAME]
                                          planned handover to the peer; returns when the peer is heard as the holder
       mmha-keepalived ctl leave [--instance NAME] [--hold-down SECONDS]
                                          the database becomes read-only, then the address goes; returns when it has gone
       mmha-keepalived ctl maintenance [on|off]
                                          on: hands over, and this node does not become holder, also after a restart
       mmha-keepalived ctl reload         reads the configuration anew, and says what changed, or why it is refused
       mmha-keepalived ctl events [--follow]
                                          what happened lately, one JSON object a line; then what happens
       mmha-keepalived --genhash …        the digest of a page; its flags: mmha-keepalived --genhash --help
       mmha-keepalived cleanup            remove the virtual addresses and close the database for writes
       mmha-keepalived say-gone           another daemon is stopped here: says "looking", waits until the virtual addresses
                                          have gone, and tells the successor, which would wait out their lease
       mmha-keepalived binlog-trim        before mysqld starts after a crash: cut what was never acknowledged
       mmha-keepalived binlog-tail mysql|mariadb INDEX INTO GTIDS [COMMON]   a binlog of just these transactions

  -f, --use-file=FILE    configuration (${CONFIG_FILE})
  -i, --config-id=ID     lines that start with @ID count, those with @^ID don't (the host's short name)
  -t, --config-test      check the configuration: 0 ok, 2 nothing can run, 4 unreadable, 5 errors, 6 script security
      --json             -t: findings as JSON on stdout   --strict: warnings are errors   --lang=zh: reasons in Chinese
  -n, --dont-fork        stay in the foreground
  -l, --log-console      log to stderr
  -D, --log-detail       accepted (detail is always logged)
  -S, --log-facility=F   0 to 7, local0 to local7, user, daemon: facility in the system log
  -d, --dump-conf        log the configuration as it was understood
  -p, --pid=FILE         pid file (${PID_FILE})
  -r, --vrrp_pid=FILE  -c, --checkers_pid=FILE  pid files of the workers
      --signum=NAME      print the signal number of STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON
      --control=PATH     socket of ctl (${CONTROL_SOCKET})
      --maintenance-file=PATH  there while maintenance is on (${MAINTENANCE_FILE})
      --no-real-time     no SCHED_FIFO for the VRRP worker
  -v, --version  -h, --help
  Without effect: -P -C -B -b -g -G -X -I -a -x -A -m -M -R --all. Refused with the reason: -V -s -u -e.
`
