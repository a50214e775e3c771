import type { WatchedServer } from '../../mysql/watched-server.ts'
import type { Trap } from '../lint/trap.ts'
import type { AnnouncementConfig, PaceConfig } from './announcement.ts'
import type { DaemonSettings } from './daemon-settings.ts'
import type { Block } from './interpret.ts'
import type { NotificationConfig } from './notification.ts'
import type { Observation } from './observation.ts'
import type { VirtualRoute, VirtualRule } from './routes.ts'
import type { VirtualServer } from './servers.ts'
import type { ElectionConfig, InterfaceDelay, Tracked, TrackFile, TrackProcess } from './tracked.ts'
import type { WireConfig } from './wire.ts'

/** The typed configuration: what the parser yields and the workers run on. Times are in seconds as in the file, unless named Ms. */
export interface Config {
  readonly global: GlobalConfig
  readonly scripts: readonly VrrpScript[]
  readonly syncGroups: readonly SyncGroup[]
  readonly instances: readonly VrrpInstance[]
  readonly virtualServers: readonly VirtualServer[]
  readonly mysqlServers: readonly MysqlServer[]
  readonly trackProcesses: readonly TrackProcess[]
  readonly trackFiles: readonly TrackFile[]
  /** How long a change of an interface must last before it counts. */
  readonly interfaceDelays: readonly InterfaceDelay[]
}

export interface GlobalConfig {
  readonly routerId: string
  readonly notificationEmail: readonly string[]
  readonly notificationEmailFrom: string | null
  readonly smtpServer: { readonly host: string; readonly port: number } | null
  /** s */
  readonly smtpConnectTimeout: number
  readonly smtpHeloName: string | null
  /** `script_user USER [GROUP]`; null: the daemon's own. */
  readonly scriptUser: { readonly user: string; readonly group: string | null } | null
  readonly enableScriptSecurity: boolean
  readonly notification: NotificationConfig
  readonly daemon: DaemonSettings
  readonly observation: Observation
  /** s from the start of the daemon until the first election. */
  readonly vrrpStartupDelay: number
  /** s from the boot of the host until the first election. */
  readonly vrrpDelayAfterBoot: number
  readonly pace: PaceConfig
}

export interface VirtualAddress {
  readonly address: string
  readonly family: 4 | 6
  /** Default 32 (128) as keepalived. */
  readonly prefix: number
  /** null: the instance's interface. */
  readonly dev: string | null
  readonly label: string | null
  /** It may be deleted by hand. */
  readonly noTrack?: true
  /** s until the kernel stops using it as a source; default: never, of an IPv6 address without a prefix length at once. */
  readonly preferred?: number | 'forever'
}

export interface VrrpInstance {
  readonly name: string
  /** Line of the block in the file, for messages. */
  readonly line: number
  readonly initialState: 'MASTER' | 'BACKUP'
  readonly interface: string
  readonly virtualRouterId: number
  /** 1..255; 255 is the address owner. */
  readonly priority: number
  readonly version: 2 | 3
  /** s, 0.01..40.95; whole seconds on version 2. */
  readonly advertInterval: number
  readonly nopreempt: boolean
  /** s */
  readonly preemptDelay: number
  readonly authentication: { readonly type: 'PASS' | 'AH'; readonly password: string } | null
  readonly virtualAddresses: readonly VirtualAddress[]
  /** They move as well; adverts don't list them. */
  readonly excludedAddresses: readonly VirtualAddress[]
  readonly virtualRoutes: readonly VirtualRoute[]
  readonly virtualRules: readonly VirtualRule[]
  /** The end of one address of a network leaves the others of it on the interface. */
  readonly promoteSecondaries: boolean
  readonly mcastSourceIp: string | null
  readonly unicastSourceIp: string | null
  readonly unicastPeers: readonly string[]
  readonly wire: WireConfig
  /** s until the second burst of gratuitous ARP after becoming master; 0: none. */
  readonly garpMasterDelay: number
  /** Frames per address in a burst. */
  readonly garpMasterRepeat: number
  /** s between periodic refreshes; 0: none. */
  readonly garpMasterRefresh: number
  readonly announcement: AnnouncementConfig
  /** What is tracked, by the instance or by its sync group. */
  readonly trackScripts: readonly Tracked[]
  /** Besides the instance's own interface. */
  readonly trackInterfaces: readonly Tracked[]
  readonly trackProcesses: readonly Tracked[]
  readonly trackFiles: readonly Tracked[]
  /** Loss of the configured source address is FAULT. */
  readonly trackSrcIp: boolean
  readonly election: ElectionConfig
  /** Loss of the instance's own interface is not FAULT. */
  readonly dontTrackPrimary: boolean
  readonly notify: NotifyConfig
  readonly smtpAlert: boolean
  /** s of kernel lease on the VIPs (mmha extension `vip_lease`); 0: for ever, as keepalived. */
  readonly vipLease: number
  /** Database's side of a role change (mmha extension `role { … }`); null: plain VRRP. */
  readonly role: RoleConfig | null
}

/** A script of the user's, split into words as keepalived splits them; run without a shell. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  /** null: the global `script_user`. */
  readonly user: string | null
  /** null: the user's own group. */
  readonly group: string | null
}

export interface NotifyConfig {
  readonly master: Command | null
  readonly backup: Command | null
  readonly fault: Command | null
  readonly stop: Command | null
  /** Gets keepalived's extra arguments: "INSTANCE" name STATE priority. */
  readonly any: Command | null
  /** Removal by a reload is DELETED, not FAULT; with a command, it is run as well. */
  readonly deleted: { readonly command: Command | null } | null
  /** Run when a master hears a lower priority; groups have none. */
  readonly lower: Command | null
}

export interface SyncGroup {
  readonly name: string
  readonly instances: readonly string[]
  readonly notify: NotifyConfig
  readonly smtpAlert: boolean
}

export interface VrrpScript {
  readonly name: string
  readonly script: Command
  /** s */
  readonly interval: number
  /** s; then SIGTERM, and 2 s later SIGKILL. */
  readonly timeout: number
  readonly rise: number
  readonly fall: number
  /** -253..253; 0: a failure is FAULT. */
  readonly weight: number
  readonly reverse: boolean
  readonly initFail: boolean
}

/** mmha extension: `mysql_server NAME { … }`, the local database that MYSQL_CHECK watches and roles act on. */
export interface MysqlServer extends WatchedServer {
  /** admin_port or extra_port on 127.0.0.1; 0: none. */
  readonly adminPort: number
  /** s that the kernel may show the process stopped. */
  readonly stoppedTimeout: number
  readonly writeProbe: boolean
  /** s */
  readonly writeInterval: number
  /** s */
  readonly writeTimeout: number
  readonly onHang: 'kill' | 'reset' | 'say'
  /** MiB; 0: the disk is not looked at. */
  readonly diskReserve: number
  readonly onDiskFull: 'say' | 'leave'
}

export interface RoleConfig {
  /** Name of the mysql_server. */
  readonly mysql: string
  /** The peer's database: address for GTID comparison and the option file of the account that reads it. */
  readonly peer: { readonly address: string; readonly port: number; readonly credentials: string }
  readonly policy: 'availability' | 'consistency'
  /** s that promotion may wait for received transactions to be applied. */
  readonly promoteDeadline: number
  /** s that demotion may take before the fence. */
  readonly demoteDeadline: number
  /** s that a server which starts alone waits for its peer. */
  readonly soloWait: number
  /** May veto a promotion. */
  readonly prePromote: Command | null
  /** s */
  readonly prePromoteDeadline: number
  /** s between the reset of the clients' connections and `onFence`. */
  readonly fenceDeadline: number
  readonly onFence: 'kill' | 'reset'
  /** TCP port of the daemons' own line; 0: none. */
  readonly heartbeatPort: number
  /** Addresses that tell a cut-off node from one whose peer is gone; []: nobody can tell. */
  readonly witnesses: readonly string[]
  /** s */
  readonly isolatedAfter: number
}

/** What a diagnostic is about; stable, so that exit codes and tests hang on it and not on the wording. */
export type DiagnosticCode =
  /** The file can't be read. */
  | 'unreadable'
  /** Nothing in the file can run. */
  | 'unusable'
  | 'script-security'
  | 'script-missing'
  /** Braces, quotes, characters that keepalived doesn't know. */
  | 'syntax'
  | 'unknown'
  | 'typo'
  | 'misplaced'
  | 'placeholder'
  | 'value-missing'
  | 'value-bad'
  | 'duplicate'
  /** Two settings that don't go together, or a name that nothing defines. */
  | 'conflict'
  /** One of the traps that lint/trap.ts explains. */
  | Trap
  /** Understood, and of no effect here. */
  | 'accepted'
  /** keepalived acts on it, and we don't yet. */
  | 'later'

/** What the parser has to say; `mmha-keepalived -t` prints these. */
export interface Diagnostic {
  /** error: something of the user's is left out; warning: it was mended or is unwise; note: good to know. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly code: DiagnosticCode
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  readonly message: string
  /** What to write instead, when that is known. */
  readonly fix: string | null
}

/** A script that the configuration names, for checks against the host. */
export interface ScriptUse {
  /** `vrrp_script chk`, `notify_master of VI_1`. */
  readonly role: string
  readonly command: Command
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ParsedConfig {
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  readonly scripts: readonly ScriptUse[]
  /** What was read, with places, before it became `config`. */
  readonly tree: Block
  /** Further diagnostics without what came from the environment. */
  readonly conceal: (diagnostics: readonly Diagnostic[]) => Diagnostic[]
}
