import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Begun first, in this order: at the end no worker waits for one of them, and what has no time left on a slow machine is something
 * else. vitest knows sizes of files only, at a first run.
 */
const FIRST = ['scenarios-mysql-9.7', 'pair', 'scenarios-mariadb-11.8', 'role', 'scenarios-mariadb-10.11', 'adoption']

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = FIRST.findIndex((name) => moduleId.endsWith(`/test/lab/${name}.test.ts`))
      if (moduleId.endsWith('/cuts.test.ts')) return FIRST.length + 1
      if (moduleId.endsWith('-later.test.ts')) return FIRST.length + 2
      return at === -1 ? FIRST.length : at
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}
