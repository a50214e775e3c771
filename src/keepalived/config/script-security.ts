import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

/** Why others than root decide what runs under a path, and the command that mends it. */
export interface ScriptRisk {
  /** `/opt/x belongs to user dba, and everyone can write to /opt/x/chk.sh` */
  readonly said: string
  readonly mend: string
}

interface Account {
  readonly name: string
  readonly home: string
}

/** Names for numbers. */
export interface Accounts {
  readonly users: ReadonlyMap<number, Account>
  readonly groups: ReadonlyMap<number, string>
}

/** As the kernel: ELOOP. */
const MAX_LINKS = 40

function linesOf(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
  } catch {
    // Without names, numbers are said.
    return []
  }
}

/** This host's own users and groups; of a directory service's, the numbers will do. */
export function hostAccounts(): Accounts {
  const numbered = (file: string) =>
    linesOf(file).flatMap(([name = '', , id = '', , , home = '']) =>
      /^\d+$/.test(id) ? [{ name, id: +id, home }] : [],
    )
  return {
    users: new Map(numbered('/etc/passwd').map(({ id, name, home }) => [id, { name, home }])),
    groups: new Map(numbered('/etc/group').map(({ id, name }) => [id, name])),
  }
}

/** Every directory, link and file that the kernel looks at on its way to a script. @throws what lstat and readlink throw */
function partsOf(path: string): { readonly part: string; readonly stat: Stats }[] {
  const parts = [{ part: '/', stat: lstatSync('/') }]
  const names = path.split('/')
  let here = '/'
  for (let links = 0, name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      here = dirname(here)
      continue
    }
    const part = join(here, name)
    const stat = lstatSync(part)
    parts.push({ part, stat })
    if (!stat.isSymbolicLink()) {
      here = part
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw new Error(`${path}: too many links`)
    const target = readlinkSync(part)
    if (isAbsolute(target)) here = '/'
    names.unshift(...target.split('/'))
  }
  return parts
}

/**
 * Can anybody but root change what runs under a path? Looked at are all of its directories, links and what they lead to, as keepalived's
 * script security does. A directory with the sticky bit protects what root owns in it. Access control lists are not looked at.
 * @returns all that is wrong at once, with one command line that mends it; null: nothing
 */
export function scriptRisk(path: string, accounts: Accounts = hostAccounts()): ScriptRisk | null {
  const said: string[] = []
  const mends: string[] = []
  try {
    for (const { part, stat } of partsOf(path)) {
      const link = stat.isSymbolicLink()
      if (stat.uid !== 0) {
        const owner = accounts.users.get(stat.uid)
        said.push(`${part} belongs to user ${owner?.name ?? stat.uid}`)
        // Nobody's home becomes root's for the sake of a script.
        if (owner !== undefined && owner.home.length > 1 && `${part}/`.startsWith(`${owner.home}/`))
          return { said: said.join(', and '), mend: movedOut(path) }
        mends.push(`chown ${link ? '-h ' : ''}root ${part}`)
      }
      if (link || (stat.isDirectory() && (stat.mode & 0o1000) !== 0)) continue
      const everyone = (stat.mode & 0o002) !== 0
      const group = (stat.mode & 0o020) !== 0 && stat.gid !== 0
      if (everyone) said.push(`everyone can write to ${part}`)
      else if (group) said.push(`group ${accounts.groups.get(stat.gid) ?? stat.gid} can write to ${part}`)
      if (everyone || group) mends.push(`chmod ${group ? 'g' : ''}${everyone ? 'o' : ''}-w ${part}`)
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { said: `it can't be looked at (${why})`, mend: `namei -l ${path}` }
  }
  return said.length === 0 ? null : { said: said.join(', and '), mend: mends.join(' && ') }
}

function movedOut(path: string): string {
  return `install -o root -g root -m 755 ${path} /usr/local/sbin/, and name it there`
}
