/** One vrrp_instance, as far as two daemons have to agree on it. */
export interface VrrpInstance {
  readonly name: string
  readonly nic: string
  readonly virtualRouterId: string
  readonly version: string
  /** s, as it was written. */
  readonly advertInterval: string
  readonly auth: string
  readonly unicast: boolean
  /** Addresses without their prefixes. */
  readonly addresses: readonly string[]
}

/** What a keepalived.conf that somebody else wrote is about. */
export interface WrittenByHand {
  readonly instances: readonly VrrpInstance[]
  /** `virtual_server 10.0.0.100 3306`, `vrrp_sync_group VG1`: all that is none of these instances. */
  readonly others: readonly string[]
  /** `notify_master "/etc/…"`: what it runs. */
  readonly commands: readonly string[]
  /** Names of other files that it reads. */
  readonly includes: readonly string[]
}

interface Block {
  readonly words: readonly string[]
  readonly children: Block[]
}

/** Reads what matters of it for a takeover, and judges nothing: keepalived -t and `mmha lint` do that. Pure. */
export function readByHand(content: string): WrittenByHand {
  const blocks = parse(content)
  const version = find(blocks, 'global_defs')[0]?.children.find(({ words }) => words[0] === 'vrrp_version')?.words[1]
  const named = (name: string) => find(blocks, name)
  const quiet = ['global_defs', 'vrrp_instance', 'include']
  return {
    instances: named('vrrp_instance').map((block) => instanceOf(block, version ?? '2')),
    others: blocks.filter(({ words }) => !quiet.includes(words[0] ?? '')).map(({ words }) => words.join(' ')),
    commands: walk(blocks)
      .filter(({ words }) => /^(notify|script$|misc_path$)/.test(words[0] ?? '') && words.length > 1)
      .map(({ words }) => words.join(' ')),
    includes: walk(blocks)
      .filter(({ words }) => /^include/.test(words[0] ?? ''))
      .map(({ words }) => words.slice(1).join(' ')),
  }
}

/** Do two daemons with these files hear each other, as one instance with one address? */
export function speakAlike(a: string, b: string): boolean {
  const [mine, theirs] = [readByHand(a), readByHand(b)]
  const wire = ({ instances }: WrittenByHand) =>
    instances.map(({ name: _, advertInterval, addresses, ...rest }) =>
      JSON.stringify({ ...rest, advert: Number(advertInterval), addresses: [...addresses].sort() }),
    )
  return mine.includes.length + theirs.includes.length === 0 && wire(mine).join() === wire(theirs).join()
}

function instanceOf({ words, children }: Block, version: string): VrrpInstance {
  const value = (name: string) => children.find((child) => child.words[0] === name)?.words[1]
  const auth = find(children, 'authentication')[0]?.children ?? []
  const pass = auth.find((child) => child.words[0] === 'auth_pass')?.words[1] ?? ''
  return {
    name: words[1] ?? '',
    nic: value('interface') ?? '',
    virtualRouterId: value('virtual_router_id') ?? '',
    version: value('version') ?? version,
    advertInterval: value('advert_int') ?? '1',
    auth: pass.slice(0, 8),
    unicast: find(children, 'unicast_peer').length > 0,
    addresses: ['virtual_ipaddress', 'virtual_ipaddress_excluded'].flatMap((name) =>
      find(children, name).flatMap((block) =>
        block.children.map((child) => (child.words[0] ?? '').replace(/\/.*$/, '')),
      ),
    ),
  }
}

function find(blocks: readonly Block[], name: string): readonly Block[] {
  return blocks.filter(({ words }) => words[0] === name)
}

function walk(blocks: readonly Block[]): readonly Block[] {
  return blocks.flatMap((block) => [block, ...walk(block.children)])
}

/** A statement a line; `{` opens its block, also from the next line. */
function parse(content: string): readonly Block[] {
  const root: Block = { words: [], children: [] }
  const open = [root]
  const top = (): Block => open.at(-1) ?? root
  for (const line of content.split('\n')) {
    const words: string[] = []
    const flush = () => {
      if (words.length > 0) top().children.push({ words: words.splice(0), children: [] })
    }
    for (const [, quoted, plain] of line.matchAll(/"([^"]*)"|([!#].*$|[{}]|[^\s{}"!#]+)/g)) {
      if (plain !== undefined && /^[!#]/.test(plain)) break
      if (plain === '{') {
        flush()
        const last = top().children.at(-1)
        if (last !== undefined) open.push(last)
      } else if (plain === '}') {
        flush()
        if (open.length > 1) open.pop()
      } else words.push(quoted ?? plain ?? '')
    }
    flush()
  }
  return root.children
}
