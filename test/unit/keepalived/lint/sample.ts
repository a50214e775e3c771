/** Parts of a configuration that is right, each of which a test may replace. */
export interface Parts {
  readonly global?: string
  readonly script?: string
  /** Lines of the instance besides interface, VRID and addresses. */
  readonly instance?: string
  readonly nic?: string
  readonly vrid?: number
  readonly vips?: string
  /** Top level. */
  readonly more?: string
}

/** A configuration without a finding, but for what `parts` say. */
export function sample(parts: Parts = {}): string {
  const global = parts.global ?? ''
  const script = parts.script ?? 'script /usr/local/sbin/check.sh\ninterval 1\nfall 2'
  return `global_defs {
enable_script_security
script_user root
${global}
}
vrrp_script chk {
${script}
}
vrrp_instance VI_1 {
interface ${parts.nic ?? 'eth0'}
virtual_router_id ${parts.vrid ?? 60}
${parts.instance ?? 'priority 100'}
virtual_ipaddress {
${parts.vips ?? '10.0.0.100'}
}
track_script {
chk
}
}
${parts.more ?? ''}
`
}

const SECOND = (body: string) => `vrrp_instance VI_2 {
interface eth0
virtual_router_id 61
${body}
virtual_ipaddress {
10.0.0.101
}
track_script {
chk
}
}`

/** A second instance, with a group around both. */
export function grouped(first: string, second: string): string {
  return sample({ instance: first, more: `${SECOND(second)}\nvrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\n}` })
}
