// A reporter of vitest's, for test.mjs: counts errors that came outside of any test, which the JSON report leaves out.
import { writeFileSync } from 'node:fs'

export default class ErrorsOutside {
  onTestRunEnd(_modules, errors) {
    writeFileSync(process.env.MMHA_OUTSIDE, `${errors.length}`)
  }
}
