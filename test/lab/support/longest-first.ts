import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Begun first, so that at the end no worker waits for one of them; vitest knows sizes of files only, at a first run. */
const LONG = /test\/lab\/(scenarios|role|pair)[^/]*\.test\.ts$/

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const long = (file: TestSpecification) => LONG.test(file.moduleId)
    return [...sorted.filter(long), ...sorted.filter((file) => !long(file))]
  }
}
