import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MmhaError } from '../../../src/events/error.ts'
import { parseIni } from '../../../src/inventory/ansible/ini.ts'
import { groupsOfHost, variablesFor } from '../../../src/inventory/ansible/precedence.ts'
import { varsFilesBeside } from '../../../src/inventory/ansible/vars-files.ts'
import { parseGroups } from '../../../src/inventory/ansible/yaml.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { type Inventory, pairWords } from '../../../src/inventory/inventory.ts'
import { loadInventory, placeInInventory } from '../../../src/inventory/load.ts'
import { PASSWORD_FILE_VARIABLE } from '../../../src/inventory/vault-password.ts'

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/ansible')
const scratch = mkdtempSync(join(tmpdir(), 'mmha-ansible-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Opens the vault of the second pair. */
const VAULT = { [PASSWORD_FILE_VARIABLE]: resolve(FIXTURES, '../vault/password') }

/** A folder with these files; the first is the inventory. */
function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(scratch, 'i-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return join(root, Object.keys(files)[0] ?? '')
}

/** The message of the refusal, without the folder. */
function refusal(file: string, pair?: string): string {
  try {
    loadInventory(file, { env: {}, ...(pair === undefined ? {} : { pair }) })
  } catch (error) {
    if (error instanceof MmhaError && error.exit === 4) return error.message.replaceAll(`${dirname(file)}/`, '')
    throw error
  }
  throw new Error('the inventory was accepted')
}

function load(hosts: string, more: Readonly<Record<string, string>> = {}): Inventory {
  return loadInventory(folder({ hosts, ...more }))
}

const SMALLEST =
  '[shop]\ndb1 ansible_host=10.0.0.1\ndb2 ansible_host=10.0.0.2\n[shop:vars]\nmmha_vip=10.0.0.100/24\nmmha_nic=eth0\n'

describe('variables are those of `ansible-inventory --list`', () => {
  // Written by ansible-core 2.14.18 from these files, without the encrypted one.
  const says = JSON.parse(readFileSync(join(FIXTURES, 'ansible-says.json'), 'utf8')) as Record<
    string,
    { hosts: Record<string, unknown>; groups: Record<string, string[]> }
  >
  it.each(['hosts', 'hosts.yml'])('%s', (name) => {
    const file = join(FIXTURES, name)
    const text = readFileSync(file, 'utf8')
    const tree = name === 'hosts' ? parseIni(text, file) : parseGroups(parseSource(text, file))
    expect(tree.problems).toEqual([])
    const files = varsFilesBeside(file, null)
    const ours = [...tree.hosts.values()].map((host) => {
      const variables = variablesFor(tree, files, groupsOfHost(tree, host.name), host)
      return [host.name, Object.fromEntries([...variables].map(([key, { value }]) => [key, value]))] as const
    })
    expect(Object.fromEntries(ours)).toEqual(says[name]?.hosts)
    for (const [group, hosts] of Object.entries(says[name]?.groups ?? {})) {
      // Ansible counts hosts that stand under `all` alone as ungrouped.
      if (group !== 'ungrouped') expect([...(tree.groups.get(group)?.hosts ?? [])], group).toEqual(hosts)
    }
  })
})

describe.each(['hosts', 'hosts.yml'])('%s of two pairs', (name) => {
  const file = join(FIXTURES, name)

  it('gives the one that is asked for', () => {
    const shop = loadInventory(file, { pair: 'shop' })
    expect(shop).toMatchObject({
      name: 'shop',
      vip: { address: '10.0.0.100', prefix: 24 },
      policy: 'consistency',
      witness: ['10.0.0.1'],
      vrrp: { virtualRouterId: 51, priorities: [200, 100] },
    })
    expect(shop.masters.map(({ name, address, nic }) => ({ name, address, nic }))).toEqual([
      { name: 'db1', address: '10.0.0.1', nic: 'eth0' },
      { name: 'db2', address: '10.0.0.2', nic: 'eth0' },
    ])
    expect(shop.masters[0].ssh).toMatchObject({
      host: '10.0.0.1',
      port: 2222,
      user: 'everyone',
      keys: [join(homedir(), '.ssh/shop')],
      become: { method: 'sudo', password: null },
      jumps: [{ host: '192.0.2.9', port: 22, user: 'ops' }],
    })
    expect(shop.masters[1].ssh.user).toBe('root')
    expect(pairWords(shop)).toBe(`${file} --pair shop`)
  })

  it('keeps the name that ssh is given apart from the address', () => {
    const crm = loadInventory(file, { pair: 'crm', env: VAULT })
    const ways = crm.masters.map(({ address, nic, ssh }) => ({ address, nic, host: ssh.host, port: ssh.port }))
    expect(ways).toEqual([
      { address: '10.1.0.1', nic: 'ens3', host: 'crm01.example.com', port: 2201 },
      { address: '10.1.0.2', nic: 'ens3', host: '10.9.0.2', port: 22 },
    ])
  })

  it('opens the encrypted files of that pair alone', () => {
    const crm = loadInventory(file, { pair: 'crm', env: VAULT })
    expect(crm.masters[1].ssh.become?.password?.reveal()).toBe('open sesame')
    expect(() => loadInventory(file, { pair: 'shop', env: {} })).not.toThrow()
    expect(() => loadInventory(file, { pair: 'crm', env: {} })).toThrow(/group_vars\/crm\/vault.yml:1:1 is encrypted/)
  })

  it('places what is found later in the file that says it', () => {
    const shop = loadInventory(file, { pair: 'shop' })
    expect(placeInInventory(shop, ['masters', 1, 'ssh', 'user'])).toBe(join(FIXTURES, 'host_vars/db2.yaml:2:15'))
    expect(placeInInventory(shop, ['masters', 0, 'nic'])).toBe(`${file}:${name === 'hosts' ? '9:12' : '11:23'}`)
  })

  it.each([
    [undefined, 'hosts:1:1 has several pairs: shop, crm; choose one with --pair GROUP'],
    ['chop', 'hosts:1:1 has no group chop; did you mean shop?'],
    ['site', 'site is no pair: mmha_vip is not among its vars; pairs: shop, crm'],
  ])('--pair %s is refused', (pair, message) => {
    expect(refusal(file, pair).replace('.yml', '')).toContain(message)
  })
})

describe('what Ansible says about reaching a host', () => {
  const withVars = (lines: string) => load(`${SMALLEST}${lines}\n`).masters[0].ssh

  it('passwords are secrets, also those that look like numbers', () => {
    const ssh = withVars("ansible_user=dba\nansible_password=0123456\nansible_become_pass='4567'")
    expect([ssh.password?.reveal(), ssh.become?.password?.reveal()]).toEqual(['0123456', '4567'])
    expect(withVars('ansible_ssh_pass=1234').password?.reveal()).toBe('1234')
  })

  it('keys begin where the command runs, or at the inventory', () => {
    expect(withVars('ansible_ssh_private_key_file=keys/id').keys).toEqual([resolve('keys/id')])
    const file = folder({ hosts: `${SMALLEST}ansible_ssh_private_key_file={{ inventory_dir }}/keys/id\n` })
    expect(loadInventory(file).masters[0].ssh.keys).toEqual([join(dirname(file), 'keys/id')])
  })

  it.each([
    ['-J ops@gate:2200', [['ops', 'gate', 2200]]],
    [
      '-C -Jgate,ops@inner',
      [
        ['', 'gate', 22],
        ['ops', 'inner', 22],
      ],
    ],
    ['-o ControlMaster=auto -o "ProxyJump ops@gate"', [['ops', 'gate', 22]]],
    ['-oProxyJump=none', []],
  ])('%s', (args, jumps) => {
    const found = withVars(`ansible_ssh_common_args='${args}'`).jumps ?? []
    expect(found.map(({ user, host, port }, i) => [jumps[i]?.[0] === '' ? '' : user, host, port])).toEqual(jumps)
  })

  it('a variable that names another has its value, as where secrets lie apart', () => {
    const { masters, replication } = load(SMALLEST, {
      'group_vars/all/names.yml':
        'ansible_password: "{{ vault_login }}"\nmmha_replication: { password: "{{vault_pair}}" }\nvault_login: "{{ vault_pair }}"\n',
      'group_vars/all/vault.yml': 'vault_pair: sesame\n',
    })
    expect([masters[0].ssh.password?.reveal(), replication.password?.reveal()]).toEqual(['sesame', 'sesame'])
    const circle = folder({
      hosts: SMALLEST,
      'group_vars/all.yml': 'ansible_user: "{{ a }}"\na: "{{ b }}"\nb: "{{ a }}"\n',
    })
    expect(refusal(circle)).toContain('group_vars/all.yml:1:1 of templates mmha fills in')
  })

  it('mmha_ssh says the rest', () => {
    const ssh = load(SMALLEST, {
      'group_vars/shop.yml': 'mmha_ssh: { hostKeys: accept-new, user: me }\nansible_port: "2200"\n',
    }).masters[1].ssh
    expect(ssh).toMatchObject({ hostKeys: 'accept-new', user: 'me', port: 2200 })
    expect(withVars("ansible_ssh_common_args='-o StrictHostKeyChecking=accept-new'").hostKeys).toBe('accept-new')
  })

  it.each([
    ['ansible_ssh_executable=/opt/ssh', 'ansible_ssh_executable: mmha does not follow it'],
    ['ansible_connection=local', 'ansible_connection: mmha reaches hosts over SSH'],
    ['ansible_become_method=pbrun', 'ansible_become_method: mmha knows sudo, su, doas'],
    ['ansible_become_user=mysql', 'ansible_become_user: mmha works as root'],
    ['ansible_host_key_checking=False', 'ansible_host_key_checking: mmha checks host keys'],
    ["ansible_ssh_common_args='-o StrictHostKeyChecking=no'", '--accept-new'],
    [
      'ansible_ssh_common_args=\'-o ProxyCommand="ssh -W %h:%p gate"\'',
      '-o ProxyCommand: give the host on the way as -J',
    ],
    ["ansible_ssh_common_args='-F other'", 'ansible_ssh_common_args: -F: mmha does not follow it'],
    ['ansible_user={{ login }}', 'of templates mmha fills in'],
    ["ansible_ssh_common_args='-J {{ gate }}'", 'of templates mmha fills in'],
  ])('%s is named with its place, once', (line, message) => {
    const refused = refusal(folder({ hosts: `${SMALLEST}${line}\n` }))
    expect(refused).toMatch(/^hosts:7:1 /)
    expect(refused).toContain(message)
  })

  it('one that has no effect on it is not', () => {
    expect(withVars('ansible_python_interpreter=python3\nansible_ssh_pipelining=true\nansible_timeout=9').user).toBe(
      'root',
    )
  })
})

describe('a wrong inventory is refused with its place', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      'three hosts',
      { hosts: SMALLEST.replace('db2 ', 'db3 ansible_host=10.0.0.3\ndb2 ') },
      'hosts:1:1 shop has mmha_vip and 3 hosts',
    ],
    [
      'no pair',
      { hosts: '[shop]\na\nb\n' },
      'hosts:1:1 has no pair: give a group of two hosts the vars mmha_vip and mmha_nic',
    ],
    ['no nic', { hosts: SMALLEST.replace('mmha_nic=eth0\n', '') }, 'hosts:1:1 nic: missing'],
    [
      'VIP elsewhere',
      { hosts: SMALLEST.replace('0.100', '9.100') },
      'hosts:5:10 vip: 10.0.9.100/24 is not in the subnet',
    ],
    [
      'unknown key',
      { hosts: `${SMALLEST}mmha_witnes=10.0.0.1\n` },
      'hosts:7:1 witnes: unknown key; did you mean witness?',
    ],
    [
      'key inside',
      { hosts: SMALLEST, 'group_vars/shop.yml': 'mmha_vrrp:\n  prio: 1\n' },
      'group_vars/shop.yml:2:3 vrrp.prio: unknown key',
    ],
    [
      'name without address',
      { hosts: SMALLEST.replace('ansible_host=10.0.0.2', '') },
      'hosts:3:1 db2: db2 is a name; give its IPv4 address as mmha_address',
    ],
    [
      "pair's key at a host",
      { hosts: SMALLEST, 'host_vars/db1.yml': 'mmha_policy: consistency\n' },
      'host_vars/db1.yml:1:1 mmha_policy: belongs to the whole pair',
    ],
    [
      'encrypted value that is no secret',
      { hosts: SMALLEST, 'group_vars/all.yml': 'ansible_user: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  31\n' },
      'group_vars/all.yml:1:1 ansible_user: expected text; of these only passwords may be encrypted',
    ],
    [
      'encrypted value without a password',
      { hosts: SMALLEST, 'group_vars/all.yml': 'ansible_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  31\n' },
      'group_vars/all.yml:1:26 masters[0].ssh.password: it is encrypted',
    ],
    ['section', { hosts: `${SMALLEST}[shop:host]\n` }, 'hosts:7:1 [shop:host]: a section is'],
    ['group that there is not', { hosts: `${SMALLEST}[site:children]\nshopp\n` }, 'hosts:8:1 there is no group shopp'],
    ['open quote', { hosts: SMALLEST.replace('=10.0.0.1', '="10.0.0.1') }, 'hosts:2:1 a host is a name or a range'],
    [
      'contradiction',
      { hosts: `${SMALLEST}ansible_user=a\nansible_ssh_user=b\n` },
      'hosts:8:1 ansible_ssh_user: contradicts ansible_user',
    ],
    [
      'vars that are a list',
      { hosts: SMALLEST, 'group_vars/shop': '- a\n' },
      'group_vars/shop:1:1 expected a map of variables',
    ],
    [
      'YAML: host beside hosts',
      { 'h.yml': 'shop:\n  hosts: {a: , b: }\n  c:\n' },
      'h.yml:3:3 c: a group has hosts, vars and children',
    ],
  ]
  it.each(cases)('%s', (_, files, message) => {
    expect(refusal(folder(files))).toContain(message)
  })

  it('--pair with an inventory of one pair', () => {
    const file = folder({ 'pair.yml': 'vip: 10.0.0.100/24\nnic: eth0\nmasters: [10.0.0.1, 10.0.0.2]\n' })
    expect(loadInventory(file).name).toBe('pair')
    expect(refusal(file, 'shop')).toContain('pair.yml:1:1 is the inventory of one pair')
  })

  it('never says a password', () => {
    const file = folder({
      hosts: `${SMALLEST}ansible_password={'a': 'sesame'}\nmmha_replication={'password': ['sesame']}\n`,
    })
    expect(refusal(file)).not.toContain('sesame')
  })
})

it('vars of the whole pair may stand in `all`, and a group of groups be the pair', () => {
  const root = folder({
    hosts: '[a]\n10.0.0.1\n[b]\n10.0.0.2 mmha_nic=ens3\n[all:vars]\nmmha_vip=10.0.0.9/24\nmmha_nic=eth0\n',
  })
  const { masters, name } = loadInventory(root)
  expect([name, ...masters.map(({ nic }) => nic)]).toEqual(['all', 'eth0', 'ens3'])
  cpSync(root, `${root}.ini`)
  expect(loadInventory(`${root}.ini`).masters[0].ssh.host).toBe('10.0.0.1')
})

describe('docs/inventory.md', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/inventory.md'), 'utf8')
  const [ini = ''] = [...page.matchAll(/^```ini\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
  const yaml = [...page.matchAll(/^```yaml ansible (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', text = '']) => [
    file,
    text,
  ])

  it('both examples are the same pair', () => {
    const fromIni = load(ini)
    const fromYaml = loadInventory(folder(Object.fromEntries(yaml)), { pair: 'shop' })
    expect(fromIni.masters[1]).toMatchObject({
      name: 'db2',
      address: '10.77.0.12',
      ssh: { user: 'dba', jumps: [{ host: '10.77.0.1', user: 'ops' }] },
    })
    expect({ ...fromYaml, file: fromIni.file, pair: undefined }).toEqual(fromIni)
  })
})
