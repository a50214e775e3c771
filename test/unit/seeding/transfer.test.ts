import { PassThrough, Transform } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { type End, transfer } from '../../../src/seeding/transfer.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'

/** Through a real sshd: both ends are root's shells on this machine. */
describe.skipIf(SSHD === null || process.getuid?.() !== 0)('transfer', () => {
  let sshd: LocalSshd
  let connections: readonly [Connection, Connection]
  beforeAll(async () => {
    sshd = await startSshd()
    connections = [await connect('m1', sshd.target), await connect('m2', sshd.target)]
  })
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()))
    await sshd.stop()
  })

  const from = (script: string): End => ({ connection: connections[0], doing: 'dump its data', script })
  const onto = (script: string): End => ({ connection: connections[1], doing: 'load the dump', script })

  it('every byte arrives, the first ones too, with a reader that is slower', async () => {
    const made = `${sshd.folder}/made`
    const got = `${sshd.folder}/got`
    const source = from(`head -c 8000000 /dev/urandom >${made}; exec cat ${made}`)
    await transfer(source, onto(`for i in 1 2 3 4; do head -c 1000000; sleep 0.05; done >${got}; exec cat >>${got}`), [
      new PassThrough(),
    ])
    const { stdout } = await connections[0].exec(`cmp ${made} ${got} && stat -c %s ${got}; rm ${made} ${got}`)
    expect(stdout).toBe('8000000\n')
  })

  it('a program that its shell outlives ends the transfer', async () => {
    await transfer(from("trap 'true' EXIT\nhead -c 1000 /dev/zero"), onto('cat >/dev/null'), [new PassThrough()])
  })

  it('the reader fails in the middle: it is named, with what it said and what to do', async () => {
    const full = onto("head -c 100000 >/dev/null; echo 'ERROR 1114 (HY000): The table ‘t’ is full' >&2; exit 1")
    await expect(transfer(from('exec cat /dev/zero'), full, [new PassThrough()])).rejects.toMatchObject({
      code: 'SEED_FAILED',
      host: 'm2',
      message: 'could not load the dump: ERROR 1114 (HY000): The table ‘t’ is full',
      hint: expect.stringContaining('disk is full'),
    })
  })

  it('the reader is gone before anything came: it is named, and nothing hangs', async () => {
    const gone = onto("echo 'ERROR 2002 (HY000): no socket' >&2; exit 1")
    await expect(transfer(from('sleep 0.2; head -c 1000 /dev/zero'), gone, [new PassThrough()])).rejects.toMatchObject({
      code: 'SEED_FAILED',
      host: 'm2',
      message: 'could not load the dump: ERROR 2002 (HY000): no socket',
    })
  }, 20_000)

  it('a disk runs full in the middle: the host is named, and that it is its disk', async () => {
    const small = onto("exec unshare --mount sh -c 'mount -t tmpfs -o size=1m none /mnt && exec cat >/mnt/copy'")
    await expect(transfer(from('exec cat /dev/zero'), small, [new PassThrough()])).rejects.toMatchObject({
      code: 'SEED_FAILED',
      host: 'm2',
      message: expect.stringContaining('No space left on device'),
      hint: expect.stringContaining('its disk is full'),
    })
  })

  it('the writer fails in the middle: it is named, although the reader ended well', async () => {
    const gone = from("head -c 100000 /dev/zero; echo 'mysqldump: Error 2013: Lost connection' >&2; exit 3")
    await expect(transfer(gone, onto('exec cat >/dev/null'), [new PassThrough()])).rejects.toMatchObject({
      code: 'SEED_FAILED',
      host: 'm1',
      message: 'could not dump its data: mysqldump: Error 2013: Lost connection',
    })
  })

  it('the link to one side is cut in the middle: said, and nothing hangs', async () => {
    const other = await connect('m2', sshd.target)
    let bytes = 0
    const cutter = new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.length
        if (bytes > 1_000_000) void other.close()
        done(null, chunk)
      },
    })
    const end = { connection: other, doing: 'load the dump', script: 'exec cat >/dev/null' }
    await expect(transfer(from('exec cat /dev/zero'), end, [cutter])).rejects.toMatchObject({
      code: 'SSH_LINK_LOST',
      host: 'm2',
      exit: 3,
    })
  })
})
