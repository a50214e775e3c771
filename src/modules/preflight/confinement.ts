import { dirname } from 'node:path'
import type { ServerFacts } from '../../hosts/host-facts.ts'
import { type Context, sayOf } from './context.ts'
import type { Finding } from './finding.ts'

/** Where profile and policy let a server write as its packages come. */
const USUAL = [
  '/var/lib/mysql',
  '/var/log/mysql',
  '/var/log/mariadb',
  '/run/mysqld',
  '/run/mariadb',
  '/var/run/mysqld',
  '/tmp',
  '/var/tmp',
]

/** Of AppArmor. */
const PROFILE: Readonly<Record<ServerFacts['flavour'], string>> = {
  mysql: 'usr.sbin.mysqld',
  mariadb: 'usr.sbin.mariadbd',
}

/** Ports that SELinux's policy gives a database server. */
const SELINUX_PORTS = [1186, 3306]

/** What AppArmor or SELinux would keep the server from once it has the inventory's settings; a server that runs already may do what it does. */
export function confinement(context: Context): readonly Finding[] {
  const { mine, inventory, facts } = context
  const by = mine.close?.confinedBy ?? null
  if (by === null) return []
  const say = sayOf(context)
  const folders = unusualFolders(context)
  const { port } = inventory.server
  const found = folders.map((folder) => {
    const profile = PROFILE[facts.server?.flavour ?? 'mysql']
    const todo =
      by === 'SELinux'
        ? `semanage fcontext -a -t mysqld_db_t '${folder}(/.*)?' && restorecon -R ${folder}`
        : `add "${folder}/ r," and "${folder}/** rwk," to /etc/apparmor.d/local/${profile}, then: apparmor_parser -r /etc/apparmor.d/${profile}`
    return say('warns', 'CONFINED', `${by} may keep the server from ${folder}, which server.settings name`, todo)
  })
  if (by === 'SELinux' && !SELINUX_PORTS.includes(port) && String(port) !== mine.close?.variables.port) {
    const todo = `semanage port -a -t mysqld_port_t -p tcp ${port}`
    found.push(say('warns', 'CONFINED', `SELinux may keep the server from port ${port}`, todo))
  }
  if (found.length > 0) return found
  const refused = by === 'SELinux' ? 'ausearch -m avc -c mysqld' : 'journalctl -k --grep=DENIED'
  const todo = `keep data and logs where the package has them; what it refused: ${refused}`
  return [say('note', 'CONFINED', `${by} confines the server`, todo)]
}

/** Folders of the inventory's settings that neither the packages nor the running server know. */
function unusualFolders({ mine, inventory }: Context): readonly string[] {
  const running = Object.values(mine.close?.variables ?? {}).filter((value) => value.startsWith('/'))
  const known = [...USUAL, ...running].map(bare)
  const folders = Object.entries(inventory.server.settings).flatMap(([name, value]) => {
    const path = bare(value)
    if (!path.startsWith('/') || known.some((one) => path === one || path.startsWith(`${one}/`))) return []
    return [/dir$/.test(name) ? path : dirname(path)]
  })
  return [...new Set(folders)]
}

function bare(path: string): string {
  return path.replace(/\/+$/, '')
}
