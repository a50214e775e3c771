import type { ServerFacts } from '../hosts/host-facts.ts'

/** Where an option file is read after the distribution's own (Debian's mysqld.cnf binds to 127.0.0.1) and, as files go by their names, after what people add. */
const PLACES: Readonly<Record<ServerFacts['flavour'], readonly string[]>> = {
  mysql: ['/etc/mysql/mysql.conf.d/zz-mmha.cnf', '/etc/my.cnf.d/zz-mmha.cnf'],
  mariadb: ['/etc/mysql/mariadb.conf.d/zz-mmha.cnf', '/etc/my.cnf.d/zz-mmha.cnf'],
}

/** Every place where our option file may be. */
export const OPTION_FILES: readonly string[] = [...new Set(Object.values(PLACES).flat())]

export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** Where our option file belongs on a host. @param directories of option files that it has */
export function pathFor(flavour: ServerFacts['flavour'], directories: readonly string[]): string {
  const [first = '', ...others] = PLACES[flavour]
  return [first, ...others].find((path) => directories.includes(directoryOf(path))) ?? first
}
