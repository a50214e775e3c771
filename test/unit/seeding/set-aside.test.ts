import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { revealed } from '../../../src/modules/step.ts'
import { ASIDE, BACK, DROP_ASIDE, GIVE_UP, putBack, setAside } from '../../../src/seeding/set-aside.ts'

describe('the old data of a server, moved aside in its own directory', () => {
  let datadir: string
  beforeEach(() => {
    datadir = mkdtempSync(join(tmpdir(), 'mmha aside-'))
    mkdirSync(join(datadir, 'lost+found'))
    mkdirSync(join(datadir, 'shop'))
    for (const file of ['ibdata1', '.hidden', 'shop/t.ibd']) writeFileSync(join(datadir, file), `old ${file}`)
  })
  afterEach(() => rmSync(datadir, { recursive: true }))

  const run = (statements: readonly string[]) =>
    execFileSync('/bin/sh', ['-eus'], { cwd: datadir, input: statements.join('\n') })
  const copyComes = () => {
    mkdirSync(join(datadir, 'shop'))
    for (const file of ['ibdata1', 'shop/t.ibd', 'shop/new.ibd']) writeFileSync(join(datadir, file), `new ${file}`)
  }
  const files = () =>
    readdirSync(datadir, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(datadir, name)).isFile())
      .sort()
      .map((name) => `${name}: ${readFileSync(join(datadir, name), 'utf8')}`)
  const OLD = ['.hidden: old .hidden', 'ibdata1: old ibdata1', 'shop/t.ibd: old shop/t.ibd']
  const whole = () => {
    expect(files()).toEqual(OLD)
    expect(readdirSync(datadir).sort()).toEqual(['.hidden', 'ibdata1', 'lost+found', 'shop'])
  }

  it.each(ASIDE.map((_, i) => i))('cut after %s statements: all of it comes back', (done) => {
    run(ASIDE.slice(0, done))
    run(BACK)
    whole()
  })

  it.each(BACK.map((_, i) => i))(
    'with a copy in its place, and cut again after %s statements on the way back',
    (done) => {
      run(ASIDE)
      copyComes()
      run(BACK.slice(0, done))
      run(BACK)
      whole()
    },
  )

  it('cut in the middle of a move, out or in: nothing of the old data counts as a copy', () => {
    run(ASIDE.slice(0, 1))
    renameSync(join(datadir, 'ibdata1'), join(datadir, '.mmha-moving/ibdata1'))
    run(BACK)
    whole()
  })

  it.each(GIVE_UP.map((_, i) => i + 1))(
    'given up, cut after %s statements: the copy stays, the old never comes back',
    (done) => {
      run(ASIDE)
      copyComes()
      run(GIVE_UP.slice(0, done))
      run(BACK)
      expect(files()).toEqual(['ibdata1: new ibdata1', 'shop/new.ibd: new shop/new.ibd', 'shop/t.ibd: new shop/t.ibd'])
    },
  )

  it('is sh, and knows nothing to do on a host where nothing is aside', () => {
    for (const text of [revealed(setAside("/srv/it's data", 'mariadb')), revealed(putBack('mariadb')), DROP_ASIDE])
      execFileSync('/bin/sh', ['-n'], { input: text })
    expect(revealed(putBack('mariadb'))).toMatch(/^\[ -e \S+ \] \|\| exit 0\n/)
  })
})
