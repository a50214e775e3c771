import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeLock } from '../../../src/engine/lock.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'

// The lock is /run/mmha/lock of the host, and the host is this machine: root only.
describe.skipIf(SSHD === null || process.getuid?.() !== 0)('the lock of a host', () => {
  let sshd: LocalSshd
  const open: Connection[] = []
  const connection = async () => {
    const made = await connect('m1', sshd.target)
    open.push(made)
    return made
  }

  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()))
    await sshd.stop()
  })

  it('is held by one; the other is told by whom; it is free again after release', async () => {
    const [first, second] = [await connection(), await connection()]
    const lock = await takeLock(first)
    await expect(takeLock(second)).rejects.toMatchObject({
      code: 'LOCKED',
      exit: 75,
      message: expect.stringContaining(`process ${process.pid}`),
    })
    await lock.release()
    await (await takeLock(second)).release()
  })

  it('is waited for by who has the patience, and says whose it is', async () => {
    const [first, second] = [await connection(), await connection()]
    const lock = await takeLock(first)
    const owners: string[] = []
    let waits: (owner: string) => void = () => undefined
    const waiting = new Promise<string>((resolve) => {
      waits = resolve
    })
    const onWait = (owner: string) => {
      owners.push(owner)
      waits(owner)
    }
    const later = takeLock(second, { wait: 60, onWait })
    expect(await waiting).toContain(`process ${process.pid}`)
    await lock.release()
    await (await later).release()
    expect(owners).toHaveLength(1)
  })

  it('is not waited for longer than that', async () => {
    const [first, second] = [await connection(), await connection()]
    const lock = await takeLock(first)
    await expect(takeLock(second, { wait: 1, onWait: () => undefined })).rejects.toMatchObject({
      code: 'LOCKED',
      exit: 75,
    })
    await lock.release()
  })

  it('is lost, and says so, when the host has given it up', async () => {
    const [first] = [await connection()]
    const lock = await takeLock(first)
    expect(() => lock.check()).not.toThrow()
    await first.close()
    expect(() => lock.check()).toThrow(expect.objectContaining({ code: 'LOCK_LOST', exit: 75 }))
    await lock.release()
  })

  it('dies with the connection of its owner', async () => {
    const [first, second] = [await connection(), await connection()]
    await takeLock(first)
    await first.close()
    // The host notices the end of the connection in its own time; the lock itself says when.
    const deadline = Date.now() + 5_000
    let lock = null
    while (lock === null && Date.now() < deadline) lock = await takeLock(second).catch(() => null)
    expect(lock).not.toBeNull()
    await lock?.release()
  })
})
