import { execIn } from '../../src/lab/machine.ts'
import type { LabHost } from '../../src/lab/state.ts'

const PASSWORD = 'By-hand-1'
const FOLDER = '/var/lib/by-hand'
const KEY_NAME = 'by-hand'
const KEY = `/root/.ssh/${KEY_NAME}`

/** Runs sh on a host, as from its console, for so long at most. @returns what it printed */
export async function onHost(host: LabHost, script: string, seconds = 300): Promise<string> {
  const { code, stdout, stderr } = await execIn(host, ['timeout', String(seconds), 'sh', '-euc', script])
  if (code !== 0) throw new Error(`${host.name}: ${stderr.trim() || `exit ${code}`}`)
  return stdout.trim()
}

/**
 * What an administrator would do without mmha, on the same hosts: a second server beside the standby's, on the same disk
 * and with the same option files, that takes the holder's data. The pair's own server is not touched.
 */
export class ByHand {
  readonly #holder: LabHost
  readonly #standby: LabHost
  readonly #mysql: boolean

  constructor(holder: LabHost, standby: LabHost, mysql: boolean) {
    this.#holder = holder
    this.#standby = standby
    this.#mysql = mysql
  }

  async prepare(): Promise<void> {
    const client = this.#mysql ? 'mysql' : 'mariadb'
    const plugin = this.#mysql ? "INSTALL PLUGIN clone SONAME 'mysql_clone.so';" : ''
    await onHost(
      this.#holder,
      `${client} -e "SET sql_log_bin=0; CREATE USER byhand@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO byhand@'%'; ${plugin}"`,
    )
  }

  /** s; the usual pipe, over TCP, from the holder into the second server. */
  async dump(schema: string): Promise<number> {
    await this.#fresh()
    const [dump, client] = this.#mysql ? ['mysqldump --set-gtid-purged=OFF', 'mysql'] : ['mariadb-dump', 'mariadb']
    return this.#timed(
      `MYSQL_PWD=${PASSWORD} ${dump} -h ${this.#holder.address} -u byhand --single-transaction --quick --databases ${schema} |
       ${client} -S ${FOLDER}/socket -u root`,
    )
  }

  /** s, with the restart that ends it. */
  async clone(): Promise<number> {
    await this.#fresh()
    const client = `mysql -S ${FOLDER}/socket -u root`
    const seconds = await this.#timed(`pid=$(cat ${FOLDER}/pid)
      ${client} -e "INSTALL PLUGIN clone SONAME 'mysql_clone.so'; SET GLOBAL clone_valid_donor_list='${this.#holder.address}:3306'"
      ${client} -e "CLONE INSTANCE FROM byhand@'${this.#holder.address}':3306 IDENTIFIED BY '${PASSWORD}'" 2>&1 | grep -v 3707 || :
      # It ends by itself: the next one would meet its locks.
      while [ -d /proc/$pid ]; do sleep 0.05; done
      ${this.#start()}
      MYSQL_PWD=${PASSWORD} mysql -S ${FOLDER}/socket -u byhand -Ne 'SELECT STATE FROM performance_schema.clone_status' | grep -q Completed`)
    return seconds
  }

  /** s of the streaming; then the copy is prepared and must start. */
  async backup(): Promise<number> {
    const key = await onHost(
      this.#holder,
      `mkdir -p /root/.ssh; [ -f ${KEY} ] || ssh-keygen -q -t ed25519 -N '' -C ${KEY_NAME} -f ${KEY}; cat ${KEY}.pub`,
    )
    await onHost(
      this.#standby,
      `${this.#stop()}
      rm -rf ${FOLDER}
      mkdir -p ${FOLDER}/data /root/.ssh
      echo '${key}' >>/root/.ssh/authorized_keys`,
    )
    const ssh = `ssh -i ${KEY} -o BatchMode=yes -o StrictHostKeyChecking=accept-new root@${this.#standby.address}`
    const seconds = await this.#timed(
      `work=$(mktemp -d)
      mariadb-backup --backup --stream=xbstream --target-dir="$work" --user=root 2>"$work/log" |
      ${ssh} mbstream -x -C ${FOLDER}/data || { tail -n 3 "$work/log" >&2; exit 1; }
      rm -rf "$work"`,
      this.#holder,
    )
    await onHost(
      this.#standby,
      `mariadb-backup --prepare --target-dir=${FOLDER}/data >/dev/null 2>&1
      chown -R mysql: ${FOLDER}
      ${this.#start()}
      mariadb -S ${FOLDER}/socket -u root -e 'SELECT 1 FROM bench.t LIMIT 1' >/dev/null`,
    )
    return seconds
  }

  async end(): Promise<void> {
    await onHost(
      this.#standby,
      `${this.#stop()}
      rm -rf ${FOLDER}
      [ ! -f /root/.ssh/authorized_keys ] || sed -i '/ ${KEY_NAME}$/d' /root/.ssh/authorized_keys`,
    )
  }

  #start(): string {
    const program = this.#mysql ? 'mysqld' : 'mariadbd'
    return `ulimit -n 4096; ${program} --user=mysql --datadir=${FOLDER}/data --socket=${FOLDER}/socket --pid-file=${FOLDER}/pid --port=3399 \
--server-id=99 --log-bin=${FOLDER}/data/binlog ${this.#mysql ? '--mysqlx=OFF --super-read-only=OFF ' : ''}--read-only=OFF --log-error=${FOLDER}/log </dev/null >/dev/null 2>&1 &
until [ -S ${FOLDER}/socket ] && ${this.#mysql ? 'mysqladmin' : 'mariadb-admin'} -S ${FOLDER}/socket ping >/dev/null 2>&1; do sleep 0.1; done`
  }

  #stop(): string {
    return `if [ -e ${FOLDER}/pid ]; then pid=$(cat ${FOLDER}/pid); kill $pid 2>/dev/null || :; while [ -d /proc/$pid ]; do sleep 0.1; done; fi`
  }

  async #fresh(): Promise<void> {
    const init = this.#mysql
      ? `mysqld --no-defaults --user=mysql --datadir=${FOLDER}/data --initialize-insecure 2>/dev/null`
      : `mariadb-install-db --no-defaults --user=mysql --datadir=${FOLDER}/data --auth-root-authentication-method=normal >/dev/null`
    await onHost(
      this.#standby,
      `${this.#stop()}\nrm -rf ${FOLDER}\nmkdir -p ${FOLDER}/data\nchown -R mysql: ${FOLDER}\n${init}\n${this.#start()}`,
    )
  }

  async #timed(script: string, host = this.#standby): Promise<number> {
    const began = performance.now()
    await onHost(host, script)
    return (performance.now() - began) / 1000
  }
}
