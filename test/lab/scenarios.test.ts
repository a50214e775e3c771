import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { WRITER_SCHEMA } from './role/writer.ts'
import { leaving } from './scenarios/leaving.ts'
import { oneWriter } from './scenarios/one-writer.ts'
import { operating } from './scenarios/operating.ts'
import { returning } from './scenarios/returning.ts'
import { Stage } from './scenarios/stage.ts'

/** What must not happen to anybody's rows, on a pair as `mmha provision` makes it, under load. */
const SERVERS = (process.env.MMHA_SERVERS ?? 'mysql-9.7,mariadb-10.11,mariadb-11.8').split(',')

describe.skipIf(process.getuid?.() !== 0).each(SERVERS)('disasters on %s (needs root)', (server) => {
  const stage = new Stage(server)
  beforeAll(async () => {
    await stage.up()
    const { holder } = await stage.whole()
    await stage.sql(holder, ...WRITER_SCHEMA)
  })
  afterEach(() => stage.rest())
  afterAll(() => stage.down())

  describe('operating', () => operating(stage))
  describe('one writer', () => oneWriter(stage))
  describe('leaving', () => leaving(stage))
  describe('returning', () => returning(stage))
})
