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
    z.strictObject({ command: z.string().min(1).meta({ description: 'Shell command here that prints the value' }) }),
    z.strictObject({
      vault: z.string().meta({ description: 'Value encrypted by ansible-vault; in YAML also !vault' }),
    }),
  ])
  .meta({ description: 'A secret: the text itself, or {env: NAME}, {file: PATH}, {command: TEXT}, !vault TEXT' })

const becomeMethod = z.enum(['auto', 'sudo', 'su', 'doas'])

const become = z
  .union([
    becomeMethod,
    z.strictObject({
      method: becomeMethod.optional().meta({ description: 'Default auto: sudo or doas without a password, else sudo' }),
      password: secret.optional(),
    }),
  ])
  .meta({ description: 'How a user who is not root becomes root' })

const fingerprint = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'a fingerprint is SHA256: and 43 characters, as `ssh-keygen -l` prints it')

/** How one host of the way is reached. */
const hop = {
  port: port.optional().meta({ description: 'Default 22' }),
  user: z.string().min(1).optional().meta({ description: 'Default root; of a jump host: your name here' }),
  key: z.string().optional().meta({ description: 'Private key file; the agent and ~/.ssh/id_* are tried by default' }),
  keys: z.array(z.string()).optional().meta({ description: 'Several private key files, tried in order' }),
  passphrase: secret.optional(),
  identitiesOnly: z
    .boolean()
    .optional()
    .meta({ description: "Offer no other keys than those: hosts count tries; default false: the agent's, too" }),
  password: secret.optional(),
  knownHosts: z
    .array(z.string())
    .optional()
    .meta({ description: 'Default ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts' }),
  hostKeys: z
    .enum(['strict', 'accept-new'])
    .optional()
    .meta({ description: 'accept-new: trust hosts that were never seen, and remember their keys' }),
  fingerprint: z
    .union([fingerprint, z.array(fingerprint).min(1)])
    .optional()
    .meta({ description: 'SHA256:… of the host key, or of several; then no known_hosts file is needed' }),
}

const jump = z.union([
  z
    .string()
    .regex(/^([^\s@:,]+@)?[^\s@:,]+(:\d{1,5})?$/, 'a jump host is [USER@]HOST[:PORT]')
    .meta({ description: '[USER@]HOST[:PORT]' }),
  z.strictObject({ host: z.string().min(1), ...hop }),
])

const ssh = z
  .strictObject({
    host: z.string().min(1).optional().meta({ description: 'Where sshd listens, when not at the address' }),
    ...hop,
    become: become.optional(),
    jump: z
      .union([jump, z.array(jump)])
      .optional()
      .meta({ description: 'Hosts on the way (ProxyJump), the nearest first; []: none, whatever ~/.ssh/config says' }),
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
    keepalived: z
      .strictObject({
        engine: z.enum(['bundled', 'package', 'source']).optional().meta({
          description: "Default bundled; package: the distribution's keepalived; source: built from a tarball",
        }),
        source: z
          .string()
          .regex(/(^|\/)keepalived-?_?[0-9][^/]*\.tar\.gz$/, 'not a tarball of keepalived: keepalived-2.3.4.tar.gz')
          .optional()
          .meta({ description: 'That tarball, on this machine; a relative path starts at the inventory' }),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'not a SHA-256: 64 hex digits')
          .optional()
          .meta({ description: 'Of the tarball; another one is refused' }),
      })
      .optional()
      .meta({ description: 'Which daemon speaks VRRP' }),
  })
  .meta({ title: 'mmha inventory', description: 'Two MySQL servers and the one address that survives either' })

export type InventoryDocument = z.infer<typeof inventorySchema>
export type HostDocument = Exclude<z.infer<typeof host>, string>
export type SshDocument = z.infer<typeof ssh>
export type JumpDocument = z.infer<typeof jump>
export type SecretDocument = z.infer<typeof secret>

/** What each pair of a list has of its own. */
export const OF_ONE = ['name', 'vip', 'masters', 'client'] as const

/** A file with several pairs: beside `pairs` stands what a pair has that doesn't say it itself. */
export const fleetSchema = z
  .strictObject({
    ...inventorySchema.omit({ name: true, vip: true, masters: true, client: true }).partial().shape,
    pairs: z
      .array(inventorySchema.partial().required({ name: true, vip: true, masters: true }))
      .min(1)
      .meta({ description: 'Each with a name, a vip and masters of its own' }),
  })
  .meta({ title: 'mmha inventory', description: 'Several pairs, and what they have in common' })

/**
 * JSON Schema (draft 2020-12) of an inventory, for editors: `# yaml-language-server: $schema=…`. A document that has
 * `pairs` is one of several; told apart first, so that what an editor says is about the one that is meant.
 */
export function inventoryJsonSchema(): Record<string, unknown> {
  const [one, several] = [inventorySchema, fleetSchema].map((schema) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
    return rest
  })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'mmha inventory',
    description: 'A pair of MySQL servers and its address, or several pairs',
    type: 'object',
    if: { required: ['pairs'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: several,
    else: one,
  }
}
