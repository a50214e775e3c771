/** How keepalived is set up. */
export interface Tuning {
  /** s between two runs of the check script. */
  readonly scriptInterval: number
  readonly fall: number
  readonly rise: number
  /** s */
  readonly advertInterval: number
  readonly priorities: readonly [number, number]
}

/** As the wiki pages have it: their script every 2 s, adverts every second. */
export const WIKI: Tuning = { scriptInterval: 2, fall: 1, rise: 1, advertInterval: 1, priorities: [100, 90] }

/** As fast as scripts go: five runs a second, the first failure counts, the smallest skew. */
export const TUNED: Tuning = { scriptInterval: 0.2, fall: 1, rise: 1, advertInterval: 0.2, priorities: [254, 253] }

export interface Node {
  readonly index: 0 | 1
  readonly nic: string
  readonly address: string
  readonly peer: string
  /** With prefix. */
  readonly vip: string
}

/** keepalived.conf of one host. Files of ours are in `home`; `STATE` there holds the last state. */
export function confOf(tuning: Tuning, node: Node, home: string): string {
  return `global_defs {
  router_id bench${node.index}
  enable_script_security
  script_user root
}
vrrp_script check_mysql {
  script "${home}/check.sh"
  interval ${tuning.scriptInterval}
  timeout 1
  fall ${tuning.fall}
  rise ${tuning.rise}
}
vrrp_instance BENCH {
  state BACKUP
  nopreempt
  interface ${node.nic}
  virtual_router_id 101
  priority ${tuning.priorities[node.index]}
  version 3
  advert_int ${tuning.advertInterval}
  unicast_src_ip ${node.address}
  unicast_peer {
    ${node.peer}
  }
  virtual_ipaddress {
    ${node.vip} dev ${node.nic}
  }
  track_script {
    check_mysql
  }
  notify "${home}/state.sh"
}
`
}

/** mysqladmin ping, over the socket; keepalived kills it when it hangs. */
export const CHECK = '#!/bin/sh\nexec mysqladmin --connect-timeout=1 ping >/dev/null 2>&1\n'

export function stateScript(home: string): string {
  return `#!/bin/sh\necho "$3" >${home}/STATE\n`
}
