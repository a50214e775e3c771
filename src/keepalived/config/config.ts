/** The typed configuration: what the parser yields and the workers run on. Times are in seconds as in the file, unless named Ms. */
export interface Config {
  readonly global: GlobalConfig
  readonly scripts: readonly VrrpScript[]
  readonly syncGroups: readonly SyncGroup[]
  readonly instances: readonly VrrpInstance[]
  readonly virtualServers: readonly VirtualServer[]
  readonly mysqlServers: readonly MysqlServer[]
}

export interface GlobalConfig {
  readonly routerId: string
  readonly notificationEmail: readonly string[]
  readonly notificationEmailFrom: string | null
  readonly smtpServer: { readonly host: string; readonly port: number } | null
  readonly smtpConnectTimeout: number
  readonly scriptUser: string | null
  readonly enableScriptSecurity: boolean
}

export interface VirtualAddress {
  readonly address: string
  readonly family: 4 | 6
  /** Default 32 (128) as keepalived. */
  readonly prefix: number
  /** null: the instance's interface. */
  readonly dev: string | null
  readonly label: string | null
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
  readonly mcastSourceIp: string | null
  readonly unicastSourceIp: string | null
  readonly unicastPeers: readonly string[]
  readonly garpMasterDelay: number
  readonly garpMasterRepeat: number
  /** s between periodic refreshes; 0: none. */
  readonly garpMasterRefresh: number
  readonly trackScripts: readonly { readonly name: string; readonly weight: number | null }[]
  readonly trackInterfaces: readonly string[]
  readonly notify: NotifyConfig
  readonly smtpAlert: boolean
  /** s of kernel lease on the VIPs (mmha extension `vip_lease`); 0: for ever, as keepalived. */
  readonly vipLease: number
  /** Database's side of a role change (mmha extension `role { … }`); null: plain VRRP. */
  readonly role: RoleConfig | null
}

export interface NotifyConfig {
  readonly master: string | null
  readonly backup: string | null
  readonly fault: string | null
  readonly stop: string | null
  /** Gets keepalived's extra arguments: "INSTANCE" name STATE priority. */
  readonly any: string | null
}

export interface SyncGroup {
  readonly name: string
  readonly instances: readonly string[]
  readonly notify: NotifyConfig
}

export interface VrrpScript {
  readonly name: string
  readonly script: string
  readonly interval: number
  readonly timeout: number
  readonly rise: number
  readonly fall: number
  readonly weight: number
  readonly user: string | null
  readonly initFail: boolean
}

export interface VirtualServer {
  readonly address: string
  readonly port: number
  readonly delayLoop: number
  readonly realServers: readonly RealServer[]
}

export interface RealServer {
  readonly address: string
  readonly port: number
  readonly weight: number
  readonly notifyUp: string | null
  readonly notifyDown: string | null
  readonly checks: readonly TcpCheck[]
}

export interface TcpCheck {
  readonly type: 'TCP_CHECK'
  readonly connectIp: string | null
  readonly connectPort: number | null
  readonly bindto: string | null
  readonly connectTimeout: number
  readonly retry: number
  readonly delayBeforeRetry: number
}

/** mmha extension: `mysql_server NAME { … }`, the local database that MYSQL_CHECK watches and roles act on. */
export interface MysqlServer {
  readonly name: string
  readonly socket: string
  readonly port: number
  /** Option file ([client] user/password) of the local role account, root-only. */
  readonly credentials: string
  readonly pidFile: string | null
  /** s between probes; death is seen as an event, this is for hangs. */
  readonly interval: number
  /** s until an unanswered probe counts as failed. */
  readonly timeout: number
  readonly fall: number
  readonly rise: number
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
}

/** What the parser has to say; `mmha-keepalived -t` prints these. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'note'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  /** What to write instead, when that is known. */
  readonly fix: string | null
}

export interface ParsedConfig {
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
}
