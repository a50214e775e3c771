import { isIPv4 } from 'node:net'
import { z } from 'zod'

/**
 * The user's document: the one source for its types, its validation, its JSON Schema and its reference page.
 * Defaults are filled in by resolve.ts, so that the document stays what the user wrote.
 */
const ipv4 = z.string().refine(isIPv4, { error: (issue) => `not an IPv4 address: ${String(issue.input)}` })

const cidr = z.string().refine(
  (text) => {
    const [address = '', prefix, rest] = text.split('/')
    return isIPv4(address) && rest === undefined && (prefix === undefined || /^(\d|[12]\d|3[0-2])$/.test(prefix))
  },
  { error: (issue) => `not an IPv4 address with an optional prefix (10.0.0.0/24): ${String(issue.input)}` },
)

const port = z.int().min(1, 'a port is 1 to 65535').max(65535, 'a port is 1 to 65535')

const name = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/, 'a name is letters, digits, `-`, `_` and `.`')

const nic = z
  .string()
  .regex(/^[^\s/:]{1,15}$/, 'an interface name is at most 15 characters without spaces, `/` and `:`')
  .meta({ description: 'Network interface that carries the VIP' })

const secret = z
  .union([
    z.string().min(1, 'must not be empty'),
    z.strictObject({ env: z.string().meta({ description: 'Environment variable that holds the value' }) }),
    z.strictObject({ file: z.string().meta({ description: 'File that holds the value on its first line' }) }),
  ])
  .meta({ description: 'A secret: the text itself, or {env: NAME}, or {file: PATH}' })

const ssh = z
  .strictObject({
    host: z.string().min(1).optional().meta({ description: 'Where sshd listens, when not at the address' }),
    port: port.optional().meta({ description: 'Default 22' }),
    user: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Default root; another user needs `sudo` without a password' }),
    key: z
      .string()
      .optional()
      .meta({ description: 'Private key file; the agent and ~/.ssh/id_* are tried by default' }),
    keys: z.array(z.string()).optional().meta({ description: 'Several private key files, tried in order' }),
    password: secret.optional(),
    knownHosts: z
      .array(z.string())
      .optional()
      .meta({ description: 'Default ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts' }),
  })
  .meta({ description: 'How SSH reaches the host' })

const host = z.union([
  ipv4,
  z.strictObject({
    name: name.optional().meta({ description: 'Default m1, m2; the client c1' }),
    address: ipv4.meta({ description: 'Where SSH and VRRP reach it' }),
    nic: nic.optional(),
    replicationAddress: ipv4
      .optional()
      .meta({ description: "Where the peer's replication reaches it; default: address" }),
    ssh: ssh.optional(),
  }),
])

const flavour = z.enum(['auto', 'mysql', 'mariadb'])

const settings = z
  .record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]*$/, 'not the name of a server option'),
    z.union([z.string(), z.number(), z.boolean()]),
  )
  .meta({ description: 'Your own server options, for our option file: innodb_buffer_pool_size: 2G' })

export const inventorySchema = z
  .strictObject({
    name: name.optional().meta({ description: 'Name of the pair; default: the file name' }),
    vip: z
      .union([
        cidr,
        z.strictObject({
          address: ipv4,
          prefix: z.int().min(1, 'a prefix is 1 to 32').max(32, 'a prefix is 1 to 32').optional(),
          label: z.string().max(15).optional().meta({ description: 'Interface label, as in `ip addr`: eth0:mysql' }),
        }),
      ])
      .meta({ description: 'The one MySQL address: 10.0.0.100/24' }),
    nic,
    masters: z.tuple([host, host]).meta({ description: 'The two servers' }),
    client: host.optional().meta({ description: "Where the failover test's writers run; default: this machine" }),
    clients: z
      .array(cidr)
      .min(1)
      .optional()
      .meta({ description: "Who may reach the MySQL port; default: the VIP's subnet" }),
    ssh: ssh.optional(),
    server: z
      .union([
        flavour,
        z.strictObject({
          flavour: flavour.optional(),
          package: z
            .string()
            .regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not a package name')
            .optional(),
          port: port.optional(),
          settings: settings.optional(),
        }),
      ])
      .optional()
      .meta({ description: 'Database server; default auto: what is installed, else what the distribution offers' }),
    replication: z
      .union([
        z.enum(['gtid', 'position']),
        z.strictObject({
          mode: z.enum(['gtid', 'position']).optional(),
          user: z.string().min(1).max(32, 'at most 32 characters').optional(),
          password: secret.optional(),
          connectRetry: z.int().min(1).max(3600).optional().meta({ description: 's' }),
          semiSyncTimeout: z.int().min(1).max(600_000).optional().meta({ description: 'ms' }),
        }),
      ])
      .optional()
      .meta({ description: 'Default gtid' }),
    policy: z.enum(['availability', 'consistency']).optional(),
    witness: z
      .union([ipv4, z.array(ipv4)])
      .optional()
      .meta({ description: 'What a master that is not cut off can ping, best the gateway; default: nobody is asked' }),
    vrrp: z
      .strictObject({
        version: z.union([z.literal(2), z.literal(3)], { error: 'the VRRP version is 2 or 3' }).optional(),
        virtualRouterId: z
          .int()
          .min(1, 'a virtual router id is 1 to 255')
          .max(255, 'a virtual router id is 1 to 255')
          .optional(),
        advertInterval: z.number().min(0.01).max(40.95, 'at most 40.95 s').optional().meta({ description: 's' }),
        authPass: secret.optional(),
        priorities: z.tuple([z.int().min(1).max(254), z.int().min(1).max(254)]).optional(),
        mode: z.enum(['multicast', 'unicast']).optional(),
      })
      .optional(),
    notify: z
      .strictObject({
        command: z
          .string()
          .regex(/^[^\p{Cc}]+$/u, 'a command is one line')
          .optional()
          .meta({ description: 'Shell command that runs on each change; no secrets in it' }),
        mail: z
          .array(z.string().regex(/^[\w.+-]+@[\w.-]+$/, 'not a mail address'))
          .optional()
          .meta({ description: "Who gets mail on each change, through the host's sendmail" }),
      })
      .optional()
      .meta({ description: 'Who is told when the VIP moves' }),
    keepalived: z.strictObject({ engine: z.literal('bundled').optional() }).optional(),
  })
  .meta({ title: 'mmha inventory', description: 'Two MySQL servers and the one address that survives either' })

export type InventoryDocument = z.infer<typeof inventorySchema>
export type HostDocument = Exclude<z.infer<typeof host>, string>
export type SshDocument = z.infer<typeof ssh>
export type SecretDocument = z.infer<typeof secret>

/** JSON Schema (draft 2020-12) of the inventory, for editors: `# yaml-language-server: $schema=…`. */
export function inventoryJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(inventorySchema, { io: 'input' }) }
}
